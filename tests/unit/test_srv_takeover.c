/*
 * test_srv_takeover.c - an upload or an erase takes over a slot that holds something: an earlier
 * image, an update that is pending. What the device lists is there, and whatever power does, it
 * starts and can be updated. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_upload_parts.h"

/* Sectors smaller than the trailer, so that it spans several; the other erased value. */
static const struct rig_shape small_sectors = {.sector_bytes = 256,
                                               .sectors = 40,
                                               .write_bytes = 4,
                                               .max_sectors = 40,
                                               .max_align = 8,
                                               .erased = 0x00,
                                               .old_len = 2000,
                                               .new_len = 3003};

/* Whatever is listed for the secondary is the image that is there, from header to last TLV. */
static bool list_is_true(void)
{
    struct twin_image_state_rsp list = {0};

    CHECK(device_list(&device, &list));
    CHECK(slot_count(&list) >= 1);
    if (slot_count(&list) < 2) {
        return true;
    }
    struct twin_image_slot entry = slot_at(&list, 1);
    const struct test_image *const images[] = {&device.rig.old, new_image(), &prior};
    const unsigned major = entry.version.ptr[0] - '0';
    if (major < 1 || major > PRIOR) {
        return false;
    }
    const struct test_image *image = images[major - 1];
    return span_is(entry.hash, image_hash(image).ptr, TWIN_SHA256_LEN) &&
           (slot_holds(image) || rig_slot_holds(&device.rig, TWIN_SECONDARY, 0, image));
}

static bool lists_update(void)
{
    struct twin_image_state_rsp list = {0};

    CHECK(device_list(&device, &list));
    return slot_count(&list) == 2;
}

/* ---- The end of the image before ---- */

/* The device restarts after any number of parts, and after that another upload is broken off. */
static void restart_after_parts(void)
{
    const uint32_t part_len = 500;

    for (uint32_t parts = 1; parts * part_len < new_image()->len; parts++) {
        put_prior();
        for (int again = 0; again < 2; again++) {
            struct twin_image_upload_req req = first_part(part_len);
            for (uint32_t i = 0; i < parts; i++) {
                CHECK_EQ(send(&req).off, (i + 1) * part_len);
                req = next_part((i + 1) * part_len, part_len);
            }
            CHECK(!lists_update());
            device_start(&device);
            CHECK(!lists_update());
            CHECK(!device_set(&device, &prior, false));
            CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_HASH_NOT_FOUND);
        }
        CHECK(upload_all(part_len).match);
        CHECK(lists_update() && list_is_true());
    }
}

/* Images before that were as long, shorter and longer, and TLVs at every place in a sector. */
static void test_restart(void)
{
    static const int32_t more[] = {0, -1, 1, -1024, 1024, -2500, 2500};
    struct rig_shape shape = small_shape;

    for (uint32_t at = 0; at < 5; at++) {
        shape.new_len = 4 * 1024 - 32 - 2 + at; /* the TLVs begin 2 bytes before to 2 behind */
        make(&shape);
        for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
            make_prior((uint32_t)((int32_t)shape.new_len + more[i]));
            restart_after_parts();
            test_image_free(&prior);
        }
        rig_free(&device.rig);
    }
}

/*
 * A file that ends before its header says it does, over bytes that pass for the missing end: there
 * is no such image, so it does not begin.
 */
static void test_short_file(void)
{
    static const uint8_t end[8] = {0x07, 0x69, 40, 0, TWIN_TLV_SHA256, 0, TWIN_SHA256_LEN, 0};
    const uint32_t tlvs = TWIN_IMAGE_HEADER_LEN + small_shape.new_len;
    struct twin_image_upload_req req;

    make(&small_shape);
    make_prior(small_shape.new_len + 1000);
    memcpy(&prior.bytes[tlvs], end, sizeof(end));
    for (uint32_t len = 400; len <= tlvs + 2; len += len < tlvs - 500 ? 500 : 1) {
        put_prior();
        req = first_part(400);
        req.len = len;
        req.present = TWIN_IMAGE_UPLOAD_REQ_LEN;
        if (len <= tlvs) {
            refuse(&req, TWIN_IMAGE_RC_NO_TLVS);
            CHECK_EQ(device.rig.sim.erases + device.rig.sim.writes, 0);
            continue;
        }
        CHECK_EQ(send(&req).off, 400);
        for (uint32_t off = 400; off < len; off = send(&req).off) {
            req = next_part(off, len - off < 700 ? len - off : 700);
        }
        CHECK(!lists_update());
    }
    test_image_free(&prior);
    rig_free(&device.rig);
}

/* Nothing is erased twice, nor more than the file and the trailer need. */
static void test_erase_count(void)
{
    make(&small_shape);
    make_prior(small_shape.new_len + 2000);
    (void)upload_all(300);
    CHECK_EQ(device.rig.sim.erases, (new_image()->len + 1023) / 1024);
    test_image_free(&prior);
    rig_free(&device.rig);
}

/* ---- Power cuts ---- */

enum before { FOUND, MARKED_TEST, MARKED_PERMANENT, PREVIOUS, MARKED_PREVIOUS, BEFORE_COUNT };
enum command { UPLOAD, ERASE, COMMAND_COUNT };

static void run_until_cut(enum command command)
{
    if (setjmp(device.rig.sim.power_lost) != 0) {
        return;
    }
    if (command == UPLOAD) {
        (void)upload_all(700);
    } else {
        CHECK(device_erase(&device, -1));
    }
}

/* Bring the device to where the command begins. Returns the version that runs. */
static uint8_t begin(enum before before)
{
    put_prior();
    if (before == MARKED_TEST || before == MARKED_PERMANENT) {
        CHECK(device_set(&device, &prior, before == MARKED_PERMANENT));
    }
    if (before < PREVIOUS) {
        return 1;
    }
    CHECK(device_set(&device, &prior, true));
    CHECK_EQ(device_boot(&device).major, PRIOR); /* the old image is left at the slot's start */
    if (before == MARKED_PREVIOUS) {
        CHECK(device_set(&device, &device.rig.old, false));
    }
    return PRIOR;
}

/* The version that a request, if it still stands, brings. */
static uint8_t asked_for(enum before before)
{
    static const uint8_t majors[] = {[FOUND] = 1,
                                     [MARKED_TEST] = PRIOR,
                                     [MARKED_PERMANENT] = PRIOR,
                                     [PREVIOUS] = PRIOR,
                                     [MARKED_PREVIOUS] = 1};

    return majors[before];
}

/* The device has lost power in a command: it starts, lists what is there, and takes an update. */
static void goes_on(uint8_t runs, uint8_t asked)
{
    struct rig_boot boot = device_boot(&device);

    CHECK(boot.major == runs || boot.major == asked);
    if (boot.unconfirmed) {
        CHECK(device_set(&device, NULL, true));
    }
    CHECK(list_is_true());
    (void)upload_all(700);
    CHECK(is_stored());
    CHECK(device_set(&device, new_image(), false));
    CHECK_EQ(device_boot(&device).major, 2);
    CHECK(rig_slot_holds(&device.rig, TWIN_PRIMARY, 0, new_image()));
    CHECK_EQ(device.rig.sim.violations, 0);
}

/* The operations that withdraw a request: before them it may still be followed, not after. */
static uint32_t trailer_sectors(void)
{
    uint32_t trailer = trailer_map(slots(), TWIN_SECONDARY).sector;

    return (slots()->area[TWIN_SECONDARY].len - trailer) / slots()->sector_bytes;
}

static void cut_everywhere(enum command command, enum before before)
{
    bool cut = true;

    for (uint32_t op = 1; cut && op < 500; op += command == UPLOAD && op > 12 ? 5 : 1) {
        for (int how = SIM_CUT_BEFORE; how < SIM_CUT_COUNT; how++) {
            uint8_t runs = begin(before);
            sim_arm(&device.rig.sim, op, (enum sim_cut)how, op + (uint32_t)how);
            run_until_cut(command);
            cut = device.rig.sim.ops >= op;
            sim_arm(&device.rig.sim, 0, SIM_CUT_BEFORE, 1);
            goes_on(runs, op <= trailer_sectors() ? asked_for(before) : runs);
        }
    }
    CHECK(!cut);
}

static void test_power_cuts(const struct rig_shape *shape)
{
    make(shape);
    make_prior(shape->new_len + 100);
    for (int command = 0; command < COMMAND_COUNT; command++) {
        for (int before = 0; before < BEFORE_COUNT; before++) {
            cut_everywhere((enum command)command, (enum before)before);
        }
    }
    test_image_free(&prior);
    rig_free(&device.rig);
}

/* ---- A pending update ---- */

static enum twin_plan plan(void)
{
    struct twin_slots_state state;

    twin_slots_read(slots(), &state);
    return state.plan;
}

/* It is withdrawn once the application agrees, and not before. */
static void test_pending(void)
{
    struct twin_image_upload_req req;
    struct twin_image_upload_rsp rsp;

    make(&small_shape);
    make_prior(small_shape.new_len);
    for (int permanent = 0; permanent < 2; permanent++) {
        put_prior();
        CHECK(device_set(&device, &prior, permanent != 0));
        req = first_part(100);
        device.refuses = true;
        CHECK(!device_upload(&device, &req, &rsp));
        CHECK_EQ(device.rc, TWIN_RC_BUSY);
        CHECK_EQ(plan(), permanent != 0 ? TWIN_PLAN_PERM : TWIN_PLAN_TEST);
        CHECK(slot_holds(&prior));
        device.refuses = false;
        CHECK_EQ(send(&req).off, 100);
        CHECK(device.asked_cmd == &twin_image_upload_cmd);
        CHECK_EQ(plan(), TWIN_PLAN_NONE);
        CHECK(upload_rest(100, 500).match);
        CHECK(device_set(&device, new_image(), permanent != 0));
        CHECK_EQ(device_boot(&device).major, 2);
    }
    test_image_free(&prior);
    rig_free(&device.rig);
}

/* What cannot be stored does not cost the pending update. */
static void test_pending_stays(void)
{
    struct twin_image_upload_req req;

    make(&small_shape);
    make_prior(small_shape.new_len);
    CHECK(device_set(&device, &prior, false));
    req = first_part(100);
    req.len = 1000000;
    refuse(&req, TWIN_IMAGE_RC_TOO_LARGE);
    req = first_part(100);
    req.present |= TWIN_IMAGE_UPLOAD_REQ_IMAGE;
    req.image = 1;
    refuse(&req, TWIN_IMAGE_RC_INVALID_SLOT);
    CHECK_EQ(plan(), TWIN_PLAN_TEST);
    CHECK_EQ(device_boot(&device).major, PRIOR);

    fresh(); /* nor does the file that is pending itself */
    (void)upload_all(512);
    CHECK(device_set(&device, new_image(), false));
    req = first_part(512);
    CHECK(send(&req).match);
    CHECK_EQ(plan(), TWIN_PLAN_TEST);
    CHECK_EQ(device_boot(&device).major, 2);
    test_image_free(&prior);
    rig_free(&device.rig);
}

int main(void)
{
    test_restart();
    test_short_file();
    test_erase_count();
    test_power_cuts(&small_shape);
    test_power_cuts(&small_sectors);
    test_pending();
    test_pending_stays();
    return check_report();
}
