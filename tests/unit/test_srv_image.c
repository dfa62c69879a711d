/*
 * test_srv_image.c - listing, marking, confirming and erasing, with the real bootloader between.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "srv_image_parts.h"

/* ---- Listing ---- */

static void test_list(void)
{
    static const struct {
        enum twin_plan plan;
        bool swapped; /* the new image is in the primary */
        const char *primary, *secondary;
    } rows[] = {
        {TWIN_PLAN_NONE, false, "b-ca-", "b----"},  {TWIN_PLAN_TEST, false, "b-ca-", "bp---"},
        {TWIN_PLAN_PERM, false, "b-ca-", "bp--P"},  {TWIN_PLAN_TRIAL, true, "b--a-", "b-c--"},
        {TWIN_PLAN_REVERT, true, "b--a-", "b-c--"}, {TWIN_PLAN_PREVIOUS, true, "b-ca-", "bp--P"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct test_image *old = &device.rig.old, *new = &device.rig.new;
        struct twin_image_state_rsp list = {0};
        enter(rows[i].plan);
        CHECK(device_list(&device, &list));
        CHECK_EQ(slot_count(&list), 2);
        CHECK_EQ(list.present & TWIN_IMAGE_STATE_RSP_SPLIT, TWIN_IMAGE_STATE_RSP_SPLIT);
        check_entry(slot_at(&list, 0), 0, rows[i].swapped ? new : old, rows[i].primary);
        check_entry(slot_at(&list, 1), 1, rows[i].swapped ? old : new, rows[i].secondary);
    }
}

/* An update's whole life, twice: confirmed, and taken back. */
static void test_life(void)
{
    struct twin_image_state_rsp list = {0};

    enter(TWIN_PLAN_TRIAL);
    CHECK(device_set(&device, NULL, true));
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    CHECK_EQ(device_boot(&device).major, 2);
    CHECK(device_list(&device, &list)); /* the way back stays until an upload takes its place */
    CHECK_EQ(slot_count(&list), 2);
    check_entry(slot_at(&list, 0), 0, &device.rig.new, "b-ca-");
    check_entry(slot_at(&list, 1), 1, &device.rig.old, "b----");

    enter(TWIN_PLAN_TRIAL);
    CHECK_EQ(twin_boot_revert_request(slots()), TWIN_OK);
    CHECK_EQ(device_boot(&device).major, 1);
    CHECK(device_list(&device, &list));
    CHECK_EQ(slot_count(&list), 2);
    check_entry(slot_at(&list, 0), 0, &device.rig.old, "b-ca-");
    check_entry(slot_at(&list, 1), 1, &device.rig.new, "b----");
    CHECK(device_set(&device, &device.rig.new, true)); /* and tried again, for good */
    CHECK_EQ(device_boot(&device).major, 2);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
}

static void test_not_bootable(void)
{
    struct test_image image;
    struct twin_image_state_rsp list = {0};

    enter(TWIN_PLAN_NONE);
    CHECK(device_erase(&device, 1));
    test_image_make(&image, NULL, 3, 100, TWIN_IMAGE_NON_BOOTABLE);
    sim_put(&device.rig.sim, slots()->area[TWIN_SECONDARY].addr + 1024, image.bytes, image.len);
    CHECK(device_list(&device, &list));
    CHECK_EQ(slot_count(&list), 2);
    check_entry(slot_at(&list, 1), 1, &image, "-----");
    test_image_free(&image);
}

static void test_list_leaves_out(void)
{
    const struct twin_area *area = &slots()->area[TWIN_SECONDARY];
    struct twin_image_state_rsp list = {0};
    const uint8_t zero[4] = {0};

    enter(TWIN_PLAN_NONE); /* no TLV area */
    sim_put(&device.rig.sim, area->addr + 1024 + 32 + small_shape.new_len, zero, sizeof(zero));
    CHECK(device_list(&device, &list));
    CHECK_EQ(slot_count(&list), 1);
    enter(TWIN_PLAN_NONE); /* no hash */
    sim_put(&device.rig.sim, area->addr + 1024 + 32 + small_shape.new_len + 4, zero, 2);
    CHECK(device_list(&device, &list));
    CHECK_EQ(slot_count(&list), 1);
    CHECK(device_erase(&device, 1));
    memset(device.rig.sim.mem, 0xff, slots()->area[TWIN_PRIMARY].len);
    CHECK(device_list(&device, &list));
    CHECK_EQ(slot_count(&list), 0);
}

/* Where nobody puts an image that counts none is looked for. */
static void test_list_looks_in_one_place(void)
{
    const uint8_t zero[4] = {0};
    struct twin_image_state_rsp list = {0};

    for (unsigned slot = 0; slot < 2; slot++) { /* both start at offset 0 while on trial */
        const uint32_t addr = slots()->area[slot].addr;
        enter(TWIN_PLAN_TRIAL);
        sim_put(&device.rig.sim, addr, zero, sizeof(zero));
        sim_put(&device.rig.sim, addr + 1024, device.rig.new.bytes, device.rig.new.len);
        CHECK(device_list(&device, &list));
        CHECK_EQ(slot_count(&list), 1);
    }
}

/* ---- Marking and confirming ---- */

enum { OK = 0, PENDING = TWIN_IMAGE_RC_PENDING, ACTIVE = TWIN_IMAGE_RC_TEST_ACTIVE_DENIED };

/* The spec's table: plan, slot, confirm; outcome and the plan afterwards. */
static const struct {
    enum twin_plan plan;
    enum twin_slot slot;
    bool confirm;
    unsigned rc;
    enum twin_plan after;
} state_rules[] = {
    {TWIN_PLAN_NONE, TWIN_PRIMARY, false, ACTIVE, TWIN_PLAN_NONE},
    {TWIN_PLAN_NONE, TWIN_PRIMARY, true, OK, TWIN_PLAN_NONE},
    {TWIN_PLAN_NONE, TWIN_SECONDARY, false, OK, TWIN_PLAN_TEST},
    {TWIN_PLAN_NONE, TWIN_SECONDARY, true, OK, TWIN_PLAN_PERM},
    {TWIN_PLAN_TEST, TWIN_PRIMARY, false, ACTIVE, TWIN_PLAN_TEST},
    {TWIN_PLAN_TEST, TWIN_PRIMARY, true, PENDING, TWIN_PLAN_TEST},
    {TWIN_PLAN_TEST, TWIN_SECONDARY, false, OK, TWIN_PLAN_TEST},
    {TWIN_PLAN_TEST, TWIN_SECONDARY, true, PENDING, TWIN_PLAN_TEST},
    {TWIN_PLAN_PERM, TWIN_PRIMARY, false, ACTIVE, TWIN_PLAN_PERM},
    {TWIN_PLAN_PERM, TWIN_PRIMARY, true, PENDING, TWIN_PLAN_PERM},
    {TWIN_PLAN_PERM, TWIN_SECONDARY, false, PENDING, TWIN_PLAN_PERM},
    {TWIN_PLAN_PERM, TWIN_SECONDARY, true, OK, TWIN_PLAN_PERM},
    {TWIN_PLAN_TRIAL, TWIN_PRIMARY, false, ACTIVE, TWIN_PLAN_TRIAL},
    {TWIN_PLAN_TRIAL, TWIN_PRIMARY, true, OK, TWIN_PLAN_NONE},
    {TWIN_PLAN_TRIAL, TWIN_SECONDARY, false, PENDING, TWIN_PLAN_TRIAL},
    {TWIN_PLAN_TRIAL, TWIN_SECONDARY, true, OK, TWIN_PLAN_TRIAL},
    {TWIN_PLAN_REVERT, TWIN_PRIMARY, false, ACTIVE, TWIN_PLAN_REVERT},
    {TWIN_PLAN_REVERT, TWIN_PRIMARY, true, PENDING, TWIN_PLAN_REVERT},
    {TWIN_PLAN_REVERT, TWIN_SECONDARY, false, PENDING, TWIN_PLAN_REVERT},
    {TWIN_PLAN_REVERT, TWIN_SECONDARY, true, OK, TWIN_PLAN_REVERT},
};

static void test_state_rules(void)
{
    for (size_t i = 0; i < sizeof(state_rules) / sizeof(state_rules[0]); i++) {
        bool swapped =
            state_rules[i].plan == TWIN_PLAN_TRIAL || state_rules[i].plan == TWIN_PLAN_REVERT;
        bool is_old = (state_rules[i].slot == TWIN_PRIMARY) != swapped;
        enter(state_rules[i].plan);
        bool ok =
            device_set(&device, is_old ? &device.rig.old : &device.rig.new, state_rules[i].confirm);
        CHECK_EQ(ok, state_rules[i].rc == OK);
        CHECK_EQ(device.group_rc, state_rules[i].rc);
        CHECK_EQ(plan(), state_rules[i].after);
        if (state_rules[i].slot == TWIN_PRIMARY && state_rules[i].confirm) {
            enter(state_rules[i].plan); /* the same without a hash */
            CHECK_EQ(device_set(&device, NULL, true), state_rules[i].rc == OK);
            CHECK_EQ(device.group_rc, state_rules[i].rc);
            CHECK_EQ(plan(), state_rules[i].after);
        }
    }
    CHECK_EQ(device.rig.sim.violations, 0);
}

/* One of the swap's own images is in the secondary: no command touches it. */
static void test_slot_in_use(void)
{
    static const enum twin_plan plans[] = {TWIN_PLAN_TRIAL, TWIN_PLAN_REVERT, TWIN_PLAN_RESUME};
    const struct test_image *image = &device.rig.new;
    const struct twin_image_upload_req upload = {
        .present = TWIN_IMAGE_UPLOAD_REQ_LEN, .len = image->len, .data = {image->bytes, 500}};
    struct twin_image_upload_rsp rsp;

    for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
        enter(plans[i]);
        const uint32_t ops = device.rig.sim.ops;
        CHECK(!device_erase(&device, 1));
        CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_NO_FREE_SLOT);
        CHECK(!device_erase(&device, -1));
        CHECK(!device_upload(&device, &upload, &rsp));
        CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_NO_FREE_SLOT);
        device.version = TWIN_SMP_V1;
        CHECK(!device_erase(&device, 1));
        CHECK_EQ(device.rc, TWIN_RC_BAD_STATE);
        CHECK(strcmp(device.rsn, plans[i] == TWIN_PLAN_RESUME
                                     ? "swap under way"
                                     : "slot holds the image to go back to") == 0);
        device.version = TWIN_SMP_V2;
        CHECK_EQ(device.asked, 0);
        CHECK_EQ(device.rig.sim.ops, ops);
        CHECK_EQ(plan(), plans[i]);
    }
}

static void test_swap_under_way(void)
{
    struct twin_image_state_rsp list = {0};

    enter(TWIN_PLAN_RESUME);
    CHECK(!device_set(&device, NULL, true));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_PENDING);
    CHECK(device_list(&device, &list));
    CHECK_EQ(plan(), TWIN_PLAN_RESUME);
}

static void test_bad_hashes(void)
{
    static const uint8_t hash[48] = {1};
    struct twin_image_state_req req = {.present = TWIN_IMAGE_STATE_REQ_HASH};

    enter(TWIN_PLAN_NONE);
    for (size_t len = 0; len <= sizeof(hash); len++) {
        req.hash = (struct twin_span){hash, len};
        CHECK(!device_call(&device, &twin_image_state_write_cmd, &req, NULL));
        CHECK_EQ(device.group_rc,
                 len == 32 ? TWIN_IMAGE_RC_HASH_NOT_FOUND : TWIN_IMAGE_RC_BAD_HASH);
    }
    CHECK(!device_set(&device, NULL, false));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_BAD_HASH);
    device.version = TWIN_SMP_V1;
    CHECK(!device_set(&device, NULL, false));
    CHECK_EQ(device.rc, TWIN_RC_INVALID);
    req.hash.len = 32;
    CHECK(!device_call(&device, &twin_image_state_write_cmd, &req, NULL));
    CHECK_EQ(device.rc, TWIN_RC_UNKNOWN);
    device.version = TWIN_SMP_V2;
}

/* The hash at the image's end says one thing, its content another. */
static void test_damaged_image(void)
{
    const uint32_t addr = slots()->area[TWIN_SECONDARY].addr + 1024;

    for (uint32_t off = 32; off < 32 + small_shape.new_len; off += 997) {
        enter(TWIN_PLAN_NONE);
        uint8_t byte = device.rig.sim.mem[addr + off] ^ 4u;
        sim_put(&device.rig.sim, addr + off, &byte, 1);
        CHECK(!device_set(&device, &device.rig.new, off % 2 != 0));
        CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_HASH_NOT_FOUND);
        CHECK_EQ(plan(), TWIN_PLAN_NONE);
        CHECK_EQ(device.asked, 0);
    }
}

/* Damage after which the hash begins as it should: found by trying. */
static void test_damage_with_a_like_hash(void)
{
    const struct twin_area *area = &slots()->area[TWIN_SECONDARY];
    uint8_t hash[TWIN_SHA256_LEN], bytes[4];
    struct twin_image image;

    enter(TWIN_PLAN_NONE);
    CHECK_EQ(twin_image_open(&image, area, 1024, area->len - 1024), TWIN_OK);
    hash[0] = (uint8_t)~image_hash(&device.rig.new).ptr[0];
    for (uint32_t i = 1; i < 10000 && hash[0] != image_hash(&device.rig.new).ptr[0]; i++) {
        twin_put_le32(bytes, i);
        sim_put(&device.rig.sim, area->addr + 2000, bytes, sizeof(bytes));
        CHECK_EQ(twin_image_hash_compute(&image, &twin_hash_sha256, hash), TWIN_OK);
    }
    CHECK_EQ(hash[0], image_hash(&device.rig.new).ptr[0]);
    for (int confirm = 0; confirm < 2; confirm++) {
        CHECK(!device_set(&device, &device.rig.new, confirm != 0));
        CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_HASH_NOT_FOUND);
        CHECK_EQ(plan(), TWIN_PLAN_NONE);
    }
}

/* A hash that differs in one byte, whichever, is another one: of neither slot. */
static void test_nearly_equal_hash(void)
{
    uint8_t near[TWIN_SHA256_LEN];
    struct twin_image_state_req req = {.present =
                                           TWIN_IMAGE_STATE_REQ_HASH | TWIN_IMAGE_STATE_REQ_CONFIRM,
                                       .hash = {near, sizeof(near)},
                                       .confirm = true};

    enter(TWIN_PLAN_NONE);
    for (size_t i = 0; i < 2 * sizeof(near); i++) {
        const struct test_image *image = i % 2 != 0 ? &device.rig.old : &device.rig.new;
        memcpy(near, image_hash(image).ptr, sizeof(near));
        near[i / 2] ^= 1u;
        CHECK(!device_call(&device, &twin_image_state_write_cmd, &req, NULL));
        CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_HASH_NOT_FOUND);
        CHECK_EQ(plan(), TWIN_PLAN_NONE);
    }
}

static void test_application_is_asked(void)
{
    enter(TWIN_PLAN_NONE);
    CHECK(device_set(&device, &device.rig.new, false));
    CHECK_EQ(device.asked, 1);
    CHECK(device.asked_cmd == &twin_image_state_write_cmd && !device.question.permanent);
    CHECK_EQ(device.question.version.major, 2);
    CHECK(device_set(&device, &device.rig.new, false)); /* nothing new */
    CHECK_EQ(device.asked, 1);

    enter(TWIN_PLAN_NONE);
    device.refuses = true;
    device.reason = "a patient is connected";
    for (int version = TWIN_SMP_V1; version <= TWIN_SMP_V2; version++) {
        device.version = (enum twin_smp_version)version;
        CHECK(!device_set(&device, &device.rig.new, true));
        CHECK(device.asked_cmd == &twin_image_state_write_cmd && device.question.permanent);
        CHECK_EQ(device.rc, TWIN_RC_BUSY);
        CHECK(strcmp(device.rsn, "a patient is connected") == 0);
        CHECK_EQ(plan(), TWIN_PLAN_NONE);
        CHECK(!device_erase(&device, -1));
        CHECK(device.asked_cmd == &twin_image_erase_cmd);
        CHECK_EQ(device.rc, TWIN_RC_BUSY);
        CHECK(rig_slot_holds(&device.rig, TWIN_SECONDARY, 1024, &device.rig.new));
    }
    device.refuses = false;
    enter(TWIN_PLAN_TRIAL);
    device.refuses = true; /* what runs well may be confirmed at any time */
    CHECK(device_set(&device, NULL, true));
    device.refuses = false;
}

/* The application decides otherwise while it is asked: its decision stands. */
static void test_application_marks_meanwhile(void)
{
    enter(TWIN_PLAN_NONE);
    device.marks = true;
    CHECK(!device_set(&device, &device.rig.new, false));
    device.marks = false;
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_PENDING);
    CHECK_EQ(plan(), TWIN_PLAN_PERM);
}

/* ---- Erasing ---- */

static bool slot_is_blank(void)
{
    return twin_area_is_blank(&slots()->area[TWIN_SECONDARY], 0, slots()->area[TWIN_SECONDARY].len);
}

static void test_erase(void)
{
    enter(TWIN_PLAN_NONE);
    CHECK(device_erase(&device, -1));
    CHECK(slot_is_blank());
    uint32_t erases = device.rig.sim.erases;
    CHECK(device_erase(&device, 1)); /* blank sectors are not worn */
    CHECK_EQ(device.rig.sim.erases, erases);

    for (uint32_t off = 0; off < slots()->area[TWIN_SECONDARY].len; off += 512) { /* garbage */
        sim_put(&device.rig.sim, slots()->area[TWIN_SECONDARY].addr + off, "x", 1);
    }
    CHECK(device_erase(&device, 1));
    CHECK(slot_is_blank());

    CHECK(!device_erase(&device, 0));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_NO_FREE_SLOT);
    CHECK(!device_erase(&device, 2));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_INVALID_SLOT);
    device.version = TWIN_SMP_V1;
    CHECK(!device_erase(&device, 0));
    CHECK_EQ(device.rc, TWIN_RC_BAD_STATE);
    CHECK(strlen(device.rsn) > 0);
    device.version = TWIN_SMP_V2;
    CHECK(rig_slot_holds(&device.rig, TWIN_PRIMARY, 0, &device.rig.old));
    CHECK_EQ(device_boot(&device).major, 1);
}

static void test_erase_withdraws(void)
{
    for (int permanent = 0; permanent < 2; permanent++) {
        enter(permanent != 0 ? TWIN_PLAN_PERM : TWIN_PLAN_TEST);
        CHECK(device_erase(&device, 1));
        CHECK_EQ(plan(), TWIN_PLAN_NONE);
        CHECK(slot_is_blank());
        CHECK_EQ(device_boot(&device).major, 1);
    }
}

static void erase_until_cut(void)
{
    if (setjmp(device.rig.sim.power_lost) == 0) {
        CHECK(device_erase(&device, 1));
    }
}

/* Power fails somewhere in the erase of a pending update: one of the two images starts. */
static void test_erase_cut(void)
{
    for (uint32_t op = 1; op < 14; op++) {
        for (int cut = SIM_CUT_BEFORE; cut < SIM_CUT_COUNT; cut++) {
            enter(TWIN_PLAN_TEST);
            sim_arm(&device.rig.sim, op, (enum sim_cut)cut, op);
            erase_until_cut();
            sim_arm(&device.rig.sim, 0, SIM_CUT_BEFORE, 1);
            CHECK(op == 1 || plan() == TWIN_PLAN_NONE); /* withdrawn before anything goes */
            struct rig_boot boot = device_boot(&device);
            CHECK(boot.major == 1 || (op == 1 && boot.major == 2));
        }
    }
}

static void test_erase_keeps_the_way_back(void)
{
    enter(TWIN_PLAN_TRIAL);
    CHECK(!device_erase(&device, 1));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_NO_FREE_SLOT);
    CHECK(!device_erase(&device, -1));
    CHECK_EQ(device.asked, 0);
    CHECK(rig_slot_holds(&device.rig, TWIN_SECONDARY, 0, &device.rig.old));
    CHECK_EQ(twin_boot_revert_request(slots()), TWIN_OK);
    CHECK_EQ(device_boot(&device).major, 1);
}

static void test_slot_info(void)
{
    struct twin_image_slot_info_rsp info = {0};
    struct twin_image_slot_info_image image;
    struct twin_image_slot_info_slot slot = {0};

    enter(TWIN_PLAN_NONE);
    CHECK(device_call(&device, &twin_image_slot_info_cmd, NULL, &info));
    CHECK_EQ(device_items(info.images, &twin_image_slot_info_image_msg, 0, &image), 1);
    CHECK(image.present & TWIN_IMAGE_SLOT_INFO_IMAGE);
    CHECK_EQ(image.image, 0);
    CHECK_EQ(image.max_image_size, twin_slots_image_max(slots()));
    for (uint32_t i = 0; i < 2; i++) {
        CHECK_EQ(device_items(image.slots, &twin_image_slot_info_slot_msg, i, &slot), 2);
        CHECK_EQ(slot.slot, i);
        CHECK_EQ(slot.size, 12 * 1024);
        CHECK_EQ(slot.present & TWIN_IMAGE_SLOT_INFO_UPLOAD_ID,
                 i == 0 ? 0 : TWIN_IMAGE_SLOT_INFO_UPLOAD_ID);
    }
    CHECK_EQ(slot.upload_image_id, 0);
}

static void test_flash_faults(void)
{
    enter(TWIN_PLAN_NONE);
    device.rig.sim.write_fails = true;
    CHECK(!device_set(&device, &device.rig.new, false));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_FLASH_WRITE);
    device.rig.sim.write_fails = false;
    CHECK(device_set(&device, &device.rig.new, false) || device.group_rc == TWIN_IMAGE_RC_PENDING);
    enter(TWIN_PLAN_TRIAL);
    device.rig.sim.write_fails = true;
    CHECK(!device_set(&device, NULL, true));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_FLASH_WRITE);
    device.rig.sim.write_fails = false;
}

/* A reply that does not fit is a refusal, never a part of it. */
static void test_small_reply_buffers(void)
{
    const uint8_t ids[] = {twin_image_state_cmd.id, twin_image_slot_info_cmd.id};
    uint8_t full[512], part[512];

    enter(TWIN_PLAN_NONE);
    for (size_t i = 0; i < sizeof(ids); i++) {
        const uint8_t request[] = {0, 0, 0, 1, 0, TWIN_GRP_IMAGE, 0, ids[i], 0xa0};
        struct twin_span packet = {request, sizeof(request)};
        const size_t full_len = twin_srv_handle(&device.srv, &packet, full, sizeof(full));
        CHECK(full_len > 80);
        for (size_t cap = 14; cap <= full_len; cap++) {
            packet = (struct twin_span){request, sizeof(request)};
            const size_t len = twin_srv_handle(&device.srv, &packet, part, cap);
            CHECK_EQ(len, cap < full_len ? 13 : full_len); /* a map with rc alone */
        }
    }
}

int main(void)
{
    device_make(&device, &small_shape);
    test_small_reply_buffers();
    test_list();
    test_life();
    test_not_bootable();
    test_list_leaves_out();
    test_list_looks_in_one_place();
    test_state_rules();
    test_swap_under_way();
    test_slot_in_use();
    test_bad_hashes();
    test_damaged_image();
    test_damage_with_a_like_hash();
    test_nearly_equal_hash();
    test_application_is_asked();
    test_application_marks_meanwhile();
    test_erase();
    test_erase_withdraws();
    test_erase_cut();
    test_erase_keeps_the_way_back();
    test_slot_info();
    test_flash_faults();
    rig_free(&device.rig);
    return check_report();
}
