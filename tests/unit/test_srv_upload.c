/*
 * test_srv_upload.c - the upload command, over simulated flash of every kind, with the real
 * bootloader behind it. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_upload_parts.h"

/* Every write unit, both erased values, even and odd sizes of parts; then the update runs. */
static void test_shapes(void)
{
    static const uint32_t parts[] = {1, 7, 32, 33, 64, 100, 128, 255, 256, 500, 512, 900};

    for (uint8_t unit = 1; unit <= TWIN_FLASH_WRITE_MAX; unit = (uint8_t)(unit * 2)) {
        struct rig_shape shape = small_shape;
        shape.write_bytes = unit;
        shape.max_align = unit < 8 ? 8 : unit;
        shape.erased = unit % 3 == 2 ? 0x00 : 0xff;
        shape.new_len = 3000u + unit * 77u;
        make(&shape);
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            fresh();
            struct twin_image_upload_rsp rsp = upload_all(parts[i]);
            CHECK_EQ(rsp.off, new_image()->len);
            CHECK(rsp.present & TWIN_IMAGE_UPLOAD_RSP_MATCH);
            CHECK(rsp.match);
            CHECK(is_stored());
            CHECK(rest_is_erased());
        }
        CHECK_EQ(device.rig.sim.violations, 0);
        CHECK(device_set(&device, new_image(), false));
        CHECK_EQ(device_boot(&device).major, 2);
        CHECK(rig_slot_holds(&device.rig, TWIN_PRIMARY, 0, new_image()));
        rig_free(&device.rig);
    }
}

/* The largest image that the device announces, and one byte more. */
static void test_largest(void)
{
    struct rig_shape shape = small_shape;

    make(&shape);
    uint32_t tlvs = new_image()->len - shape.new_len;
    shape.new_len = twin_slots_image_max(slots()) - tlvs;
    rig_free(&device.rig);
    for (int more = 0; more < 2; more++) {
        make(&shape);
        struct twin_image_upload_req req = first_part(512);
        if (more == 0) {
            CHECK(upload_all(512).match);
            CHECK(is_stored());
            CHECK(device_set(&device, new_image(), true));
            CHECK_EQ(device_boot(&device).major, 2);
        } else {
            refuse_twice(&req, TWIN_IMAGE_RC_TOO_LARGE, TWIN_RC_UNKNOWN, "img too large");
            CHECK_EQ(device.rig.sim.erases + device.rig.sim.writes, 0);
        }
        rig_free(&device.rig);
        shape.new_len++;
    }
}

/* What a first part must have, in the order in which it is checked. */
static void test_first_part(void)
{
    static const uint8_t long_sha[33];
    uint8_t bytes[64];
    struct twin_image_upload_req req = first_part(sizeof(bytes));

    fresh();
    memcpy(bytes, new_image()->bytes, sizeof(bytes));
    req.data.ptr = bytes;

    /* All faults at once: taken away one by one, from the first to the last. */
    bytes[0] ^= 1u;
    req.sha = (struct twin_span){long_sha, sizeof(long_sha)};
    req.present =
        TWIN_IMAGE_UPLOAD_REQ_SHA | TWIN_IMAGE_UPLOAD_REQ_UPGRADE | TWIN_IMAGE_UPLOAD_REQ_IMAGE;
    req.upgrade = true;
    req.image = 5;
    req.len = 40;
    bytes[20] = 1; /* the running version */
    req.data.len = 31;
    CHECK(device_set(&device, NULL, true));
    refuse_twice(&req, TWIN_IMAGE_RC_NO_HEADER, TWIN_RC_INVALID, "header malformed");
    req.data.len = sizeof(bytes);
    refuse_twice(&req, TWIN_IMAGE_RC_NO_LENGTH, TWIN_RC_INVALID, "header malformed");
    req.present |= TWIN_IMAGE_UPLOAD_REQ_LEN;
    refuse_twice(&req, TWIN_IMAGE_RC_BAD_MAGIC, TWIN_RC_UNKNOWN, "magic mismatch");
    bytes[0] ^= 1u;
    refuse_twice(&req, TWIN_IMAGE_RC_BAD_HASH, TWIN_RC_INVALID, "wrong hash length");
    req.sha.len = 32;
    refuse_twice(&req, TWIN_IMAGE_RC_INVALID_SLOT, TWIN_RC_INVALID, "no such image or slot");
    req.image = 0;
    refuse_twice(&req, TWIN_IMAGE_RC_NOT_NEWER, TWIN_RC_BAD_STATE, "downgrade");
    req.upgrade = false;
    refuse_twice(&req, TWIN_IMAGE_RC_OVERRUN, TWIN_RC_UNKNOWN, "data overrun");
    req.len = 10000000;
    refuse_twice(&req, TWIN_IMAGE_RC_TOO_LARGE, TWIN_RC_UNKNOWN, "img too large");
    req.len = 600;
    refuse_twice(&req, TWIN_IMAGE_RC_NO_TLVS, TWIN_RC_NO_ENTRY, "img cut short");
    twin_put_le16(&bytes[10], 100); /* protected TLVs, and nothing behind them */
    req.len = TWIN_IMAGE_HEADER_LEN + twin_get_le32(&bytes[12]) + 100;
    refuse_twice(&req, TWIN_IMAGE_RC_NO_TLVS, TWIN_RC_NO_ENTRY, "img cut short");
    bytes[8] = 0; /* a header that claims to be 0 bytes long */
    bytes[9] = 0;
    refuse_twice(&req, TWIN_IMAGE_RC_NO_HEADER, TWIN_RC_INVALID, "header malformed");
    CHECK_EQ(device.asked, 0);
    CHECK_EQ(device.rig.sim.erases + device.rig.sim.writes, 0);
}

/* Slots of another image are meant by its number and, as everywhere, by 0. */
static void test_image_number(void)
{
    struct twin_image_upload_req req = first_part(64);

    fresh();
    device.rig.slots.image = 2;
    req.present |= TWIN_IMAGE_UPLOAD_REQ_IMAGE;
    for (req.image = 0; req.image < 4; req.image++) {
        if (req.image == 0 || req.image == 2) {
            CHECK_EQ(send(&req).off, 64);
        } else {
            refuse(&req, TWIN_IMAGE_RC_INVALID_SLOT);
        }
    }
    device.rig.slots.image = 0;
}

static void test_upgrade(void)
{
    uint8_t bytes[64];
    struct twin_image_upload_req req = first_part(sizeof(bytes));

    fresh();
    memcpy(bytes, new_image()->bytes, sizeof(bytes));
    req.data.ptr = bytes;
    req.present |= TWIN_IMAGE_UPLOAD_REQ_UPGRADE;
    req.upgrade = true;
    bytes[20] = 0; /* 0.9.9 */
    bytes[21] = 9;
    bytes[22] = 9;
    refuse_twice(&req, TWIN_IMAGE_RC_NOT_NEWER, TWIN_RC_BAD_STATE, "downgrade");
    memcpy(bytes + 20, "\x01\0\0\0\x09\0\0\0", 8); /* 1.0.0.9: the build does not count */
    refuse_twice(&req, TWIN_IMAGE_RC_NOT_NEWER, TWIN_RC_BAD_STATE, "downgrade");
    bytes[22] = 1; /* 1.0.1 */
    CHECK_EQ(send(&req).off, 64);
    fresh();
    req.upgrade = false;
    bytes[20] = 0;
    CHECK_EQ(send(&req).off, 64);
    fresh();
    req.upgrade = true;
    sim_put(&device.rig.sim, 0, "\0\0\0", 4); /* nothing to compare with */
    bytes[20] = 2;
    refuse_twice(&req, TWIN_IMAGE_RC_NO_VERSION, TWIN_RC_UNKNOWN, "no own version");
}

static void test_resume(void)
{
    struct twin_image_upload_req req = first_part(100);

    fresh();
    CHECK_EQ(send(&req).off, 100);
    struct twin_image_upload_req part = next_part(100, 333); /* then the link breaks */
    CHECK_EQ(send(&part).off, 433);
    CHECK_EQ(device.asked, 1);
    uint32_t erases = device.rig.sim.erases, writes = device.rig.sim.writes;
    CHECK_EQ(send(&req).off, 433); /* the same file: go on there */
    CHECK_EQ(device.rig.sim.erases + device.rig.sim.writes, erases + writes);
    CHECK_EQ(device.asked, 1);
    CHECK(upload_rest(433, 256).match);
    CHECK(is_stored());
    CHECK_EQ(device.rig.sim.violations, 0);
}

/* What is refused at the beginning is refused in every part; it does not end the transfer. */
static void test_every_part_is_checked(void)
{
    uint8_t bytes[64], newer[64];
    struct twin_image_upload_req req = first_part(sizeof(bytes)), part;

    fresh();
    memcpy(bytes, new_image()->bytes, sizeof(bytes));
    memcpy(newer, bytes, sizeof(bytes));
    bytes[20] = 1; /* the running version */
    req.data.ptr = bytes;
    CHECK_EQ(send(&req).off, 64);
    part = next_part(64, 100);
    for (uint32_t off = 0; off <= 64; off += 64) {
        struct twin_image_upload_req *again = off == 0 ? &req : &part;
        const uint32_t present = again->present;
        again->present |= TWIN_IMAGE_UPLOAD_REQ_IMAGE;
        again->image = 1;
        refuse(again, TWIN_IMAGE_RC_INVALID_SLOT);
        again->image = 0;
        CHECK_EQ(off == 0 ? send(again).off : 64, 64);
        again->present |= TWIN_IMAGE_UPLOAD_REQ_UPGRADE;
        again->upgrade = true;
        refuse(again, TWIN_IMAGE_RC_NOT_NEWER);
        again->present = present;
        again->upgrade = false;
    }
    CHECK_EQ(send(&part).off, 164);
    CHECK_EQ(send(&req).off, 164);
    req.data.ptr = newer; /* the same sha, yet another image: not the same file */
    CHECK_EQ(send(&req).off, 64);
    CHECK_EQ(device.asked, 2);
    part.present |= TWIN_IMAGE_UPLOAD_REQ_UPGRADE;
    part.upgrade = true;
    CHECK_EQ(send(&part).off, 164);
    CHECK(upload_rest(164, 300).match);
}

static void test_restart(void)
{
    struct twin_image_upload_req req = first_part(100), again = first_part(100);
    uint8_t other_sha[32] = {9};

    fresh();
    CHECK_EQ(send(&req).off, 100);
    again.sha.ptr = other_sha; /* another file, or a client without memory */
    CHECK_EQ(send(&again).off, 100);
    CHECK_EQ(device.asked, 2);
    again = first_part(200);
    again.present = TWIN_IMAGE_UPLOAD_REQ_LEN;
    CHECK_EQ(send(&again).off, 200);
    struct twin_image_upload_req part = next_part(200, 100);
    CHECK_EQ(send(&part).off, 300);
    CHECK_EQ(send(&again).off, 200); /* without sha nothing can be resumed */
    CHECK_EQ(send(&req).off, 100);
    part = next_part(100, 100);
    CHECK_EQ(send(&part).off, 200);
    again = first_part(100);
    again.len--;
    CHECK_EQ(send(&again).off, 100); /* nor with another length */
    CHECK_EQ(send(&req).off, 100);
    CHECK(upload_rest(100, 256).match);
    CHECK(is_stored());
    device_start(&device); /* progress is in memory only */
    part = next_part(356, 256);
    CHECK_EQ(send(&part).off, 0);
    CHECK_EQ(device.rig.sim.violations, 0);
}

static void test_wrong_offsets(void)
{
    struct twin_image_upload_req req = first_part(100), part = next_part(1, 50);

    fresh();
    CHECK_EQ(send(&part).off, 0); /* no transfer: the first part is wanted */
    CHECK_EQ(send(&req).off, 100);
    for (uint32_t off = 1; off < 300; off += 32) {
        part = next_part(off, 50);
        CHECK_EQ(send(&part).off, 100);
    }
    part = next_part(100, 0);
    CHECK_EQ(send(&part).off, 100);
    part.off = UINT32_MAX;
    CHECK_EQ(send(&part).off, 100);
    CHECK(upload_rest(100, 200).match);
    CHECK(is_stored());
}

/* The reply to the last part is lost. */
static void test_lost_end(void)
{
    struct twin_image_upload_req req = first_part(256), last;

    fresh();
    CHECK(upload_all(256).match);
    last = next_part(new_image()->len - 10, 10);
    CHECK_EQ(send(&last).off, 0);
    uint32_t erases = device.rig.sim.erases, writes = device.rig.sim.writes;
    unsigned asked = device.asked;
    struct twin_image_upload_rsp rsp = send(&req); /* the file is there already */
    CHECK_EQ(rsp.off, new_image()->len);
    CHECK(rsp.match);
    CHECK_EQ(device.rig.sim.erases + device.rig.sim.writes, erases + writes);
    CHECK_EQ(device.asked, asked);

    struct twin_image_upload_req other = req; /* a short sha proves nothing */
    other.sha.len = 8;
    CHECK_EQ(send(&other).off, 256);
    (void)upload_rest(256, 700);
    CHECK(is_stored());
    uint8_t bytes[256]; /* nor does the right one, before another header */
    memcpy(bytes, new_image()->bytes, sizeof(bytes));
    bytes[31] ^= 1u;
    other = req;
    other.data.ptr = bytes;
    CHECK_EQ(send(&other).off, 256);
    CHECK(!upload_rest(256, 700).match);
    CHECK(upload_all(256).match);

    uint32_t addr = slots()->area[TWIN_SECONDARY].addr + 1024 + new_image()->len - 1;
    uint8_t byte = device.rig.sim.mem[addr] ^ 1u; /* one bit of it is not */
    sim_put(&device.rig.sim, addr, &byte, 1);
    CHECK_EQ(send(&req).off, 256);
    CHECK(upload_rest(256, 256).match);
    CHECK(is_stored());

    sim_put(&device.rig.sim, slots()->area[TWIN_SECONDARY].addr, "x", 1);
    CHECK_EQ(send(&req).off, 256); /* sector 0 is in the way: not "already there" */
    CHECK(upload_rest(256, 256).match);
    CHECK_EQ(device.rig.sim.mem[slots()->area[TWIN_SECONDARY].addr], 0xff);
}

static void test_overrun(void)
{
    struct twin_image_upload_req req = first_part(100), part;

    fresh();
    req.len -= 50;
    CHECK_EQ(send(&req).off, 100);
    for (uint32_t off = 100; off < req.len - 100; off = send(&part).off) {
        uint32_t left = req.len - 100 - off;
        part = next_part(off, left < 400 ? left : 400);
    }
    part = next_part(req.len - 100, 101);
    refuse(&part, TWIN_IMAGE_RC_OVERRUN);
    part = next_part(req.len - 100, 100);
    CHECK_EQ(send(&part).off, 0); /* the transfer was given up */
}

static void test_match(void)
{
    struct twin_image_upload_req req = first_part(512);
    uint8_t wrong[32] = {1};

    fresh();
    req.sha.ptr = wrong;
    CHECK_EQ(send(&req).off, 512);
    struct twin_image_upload_rsp rsp = upload_rest(512, 512);
    CHECK_EQ(rsp.off, new_image()->len);
    CHECK(rsp.present & TWIN_IMAGE_UPLOAD_RSP_MATCH);
    CHECK(!rsp.match);

    fresh(); /* a shorter sha identifies but does not check */
    req = first_part(512);
    req.sha.len = 8;
    CHECK_EQ(send(&req).off, 512);
    rsp = upload_rest(512, 512);
    CHECK_EQ(rsp.present & TWIN_IMAGE_UPLOAD_RSP_MATCH, 0);
    CHECK_EQ(rsp.off, new_image()->len);
}

/* One byte of the sha differs, whichever: not this file, and not this content. */
static void test_nearly_equal_sha(void)
{
    uint8_t near[TWIN_SHA256_LEN];

    for (size_t i = 0; i < sizeof(near); i++) {
        struct twin_image_upload_req req = first_part(512), other = first_part(300);
        memcpy(near, sha_of_new, sizeof(near));
        near[i] ^= 1u;
        other.sha.ptr = near;
        fresh();
        CHECK_EQ(send(&req).off, 512);
        CHECK_EQ(send(&other).off, 300); /* nothing to resume */
        struct twin_image_upload_rsp rsp = upload_rest(300, 900);
        CHECK(rsp.present & TWIN_IMAGE_UPLOAD_RSP_MATCH);
        CHECK(!rsp.match);
        CHECK(is_stored());
        CHECK(send(&req).match);         /* there already, */
        CHECK_EQ(send(&other).off, 300); /* but not that one */
    }
}

/* Each sector is erased when it is entered, once, and only if it has to be. */
static void test_progressive_erase(void)
{
    const struct twin_area *area = &slots()->area[TWIN_SECONDARY];
    uint32_t pages = area->len / 1024, first = area->addr / 1024;

    fresh();
    (void)upload_all(200);
    CHECK_EQ(device.rig.sim.erases, 0); /* all was blank */

    fresh();
    for (uint32_t off = 0; off < area->len; off += 1024) {
        sim_put(&device.rig.sim, area->addr + off + 5, "x", 1);
    }
    memset(device.rig.sim.page_erases, 0, sizeof(uint32_t) * (first + pages));
    struct twin_image_upload_req req = first_part(200);
    CHECK_EQ(send(&req).off, 200);
    CHECK_EQ(device.rig.sim.erases, 3); /* the trailer, sector 0, sector 1 */
    CHECK_EQ(device.rig.sim.page_erases[first], 1);
    CHECK_EQ(device.rig.sim.page_erases[first + 1], 1);
    CHECK_EQ(device.rig.sim.page_erases[first + pages - 1], 1);
    CHECK(upload_rest(200, 200).match);
    for (uint32_t page = 0; page < pages; page++) {
        CHECK(device.rig.sim.page_erases[first + page] <= 1);
    }
    CHECK_EQ(device.rig.sim.erases, 3 + (new_image()->len - 1) / 1024);
    for (uint32_t page = 0; page < first; page++) {
        CHECK_EQ(device.rig.sim.page_erases[page], 0); /* never the running image */
    }
}

/* A trailer that a power cut left torn must not decide anything later. */
static void test_torn_trailer(void)
{
    const struct twin_area *area = &slots()->area[TWIN_SECONDARY];

    fresh();
    sim_put(&device.rig.sim, area->addr + area->len - 16, "\x77\xc2\x95\x00", 4);
    CHECK(upload_all(300).match);
    CHECK(device_set(&device, new_image(), false));
    CHECK_EQ(device_boot(&device).major, 2);
}

/* While an upload goes on, the slot holds no image, whatever the bytes look like. */
static void test_not_listed_while_incomplete(void)
{
    struct twin_image_upload_req req = first_part(100);
    struct twin_image_state_rsp list = {0};

    rig_reset(&device.rig); /* with the new image in place */
    device_start(&device);
    CHECK(device_list(&device, &list));
    CHECK_EQ(slot_count(&list), 2);
    req.sha.len = 4;
    CHECK_EQ(send(&req).off, 100);
    CHECK(device_list(&device, &list));
    CHECK_EQ(slot_count(&list), 1);
    CHECK(!device_set(&device, new_image(), false));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_HASH_NOT_FOUND);
    CHECK(device_erase(&device, -1)); /* ends the transfer */
    struct twin_image_upload_req part = next_part(100, 100);
    CHECK_EQ(send(&part).off, 0);
}

/* Nothing touches the image to go back to. */
static void test_slot_in_use(void)
{
    struct twin_image_upload_req req = first_part(100);

    fresh();
    (void)upload_all(256);
    CHECK(device_set(&device, new_image(), false));
    CHECK_EQ(device_boot(&device).major, 2);
    refuse_twice(&req, TWIN_IMAGE_RC_NO_FREE_SLOT, TWIN_RC_BAD_STATE,
                 "slot holds the image to go back to");
    CHECK_EQ(device.asked, 0);
    CHECK(rig_slot_holds(&device.rig, TWIN_SECONDARY, 0, &device.rig.old));
    CHECK_EQ(twin_boot_revert_request(slots()), TWIN_OK);
    CHECK_EQ(device_boot(&device).major, 1);
}

int main(void)
{
    test_shapes();
    test_largest();
    make(&small_shape);
    test_first_part();
    test_image_number();
    test_upgrade();
    test_resume();
    test_every_part_is_checked();
    test_restart();
    test_wrong_offsets();
    test_lost_end();
    test_overrun();
    test_match();
    test_nearly_equal_sha();
    test_progressive_erase();
    test_torn_trailer();
    test_not_listed_while_incomplete();
    test_slot_in_use();
    rig_free(&device.rig);
    return check_report();
}
