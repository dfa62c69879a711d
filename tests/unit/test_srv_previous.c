/*
 * test_srv_previous.c - the image that a confirmed swap has left: listed, brought back, lost; and
 * what may come where versions must not go down. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_image_parts.h"

/* The new image runs, confirmed; the old one stands at the secondary's start. */
static void enter_confirmed(void)
{
    enter(TWIN_PLAN_TRIAL);
    CHECK(device_set(&device, NULL, true));
    (void)device_boot(&device);
}

/* Back and forth without an upload, by test and by confirm. */
static void test_back_and_forth(void)
{
    struct twin_image_state_rsp list = {0};

    for (int confirm = 0; confirm < 2; confirm++) {
        enter_confirmed();
        CHECK(device_set(&device, &device.rig.old, confirm != 0));
        CHECK(device.asked_cmd == &twin_image_state_write_cmd &&
              device.question.permanent); /* it has had its trial */
        CHECK_EQ(device.question.version.major, 1);
        CHECK_EQ(plan(), TWIN_PLAN_PREVIOUS);
        CHECK(device_set(&device, &device.rig.old, confirm != 0)); /* it is so already */
        CHECK_EQ(device.asked, 1);
        CHECK(device_list(&device, &list));
        check_entry(slot_at(&list, 1), 1, &device.rig.old, "bp--P");
        struct rig_boot boot = device_boot(&device);
        CHECK(boot.major == 1 && !boot.unconfirmed);
        CHECK(device_list(&device, &list));
        CHECK_EQ(slot_count(&list), 2);
        check_entry(slot_at(&list, 0), 0, &device.rig.old, "b-ca-");
        check_entry(slot_at(&list, 1), 1, &device.rig.new, "b----");
        CHECK(device_set(&device, &device.rig.new, false));
        CHECK_EQ(device_boot(&device).major, 2);
    }
    CHECK_EQ(device.rig.sim.violations, 0);
}

/* Send the first part of the old image's file; how much of it the device then has. */
static uint32_t offer_old_file(uint8_t last_sha_byte_flip)
{
    const struct test_image *old = &device.rig.old;
    uint8_t sha[TWIN_SHA256_LEN];
    struct twin_image_upload_rsp rsp = {0};
    struct twin_sha256 ctx;

    twin_sha256_init(&ctx);
    twin_sha256_update(&ctx, old->bytes, old->len);
    twin_sha256_final(&ctx, sha);
    sha[sizeof(sha) - 1] ^= last_sha_byte_flip;
    const struct twin_image_upload_req part = {.present = TWIN_IMAGE_UPLOAD_REQ_LEN |
                                                          TWIN_IMAGE_UPLOAD_REQ_SHA,
                                               .len = old->len,
                                               .sha = {sha, sizeof(sha)},
                                               .data = {old->bytes, 500}};
    CHECK(device_upload(&device, &part, &rsp));
    CHECK_EQ(rsp.present & TWIN_IMAGE_UPLOAD_RSP_MATCH ? rsp.match : 0, rsp.off == old->len);
    return rsp.off;
}

/* Its whole file is there already: nothing is sent, erased or withdrawn. */
static void test_file_is_there(void)
{
    const uint32_t len = device.rig.old.len;

    enter_confirmed();
    sim_arm(&device.rig.sim, 0, SIM_CUT_BEFORE, 1);
    CHECK_EQ(offer_old_file(0), len);
    CHECK(device_set(&device, &device.rig.old, false));
    CHECK_EQ(offer_old_file(0), len);
    CHECK_EQ(plan(), TWIN_PLAN_PREVIOUS);
    CHECK_EQ(device.rig.sim.erases, 0);
    CHECK_EQ(device_boot(&device).major, 1);
    CHECK_EQ(device_boot(&device).major, 1);

    enter_confirmed(); /* another file with the same header, or a damaged one: it is stored anew */
    CHECK_EQ(offer_old_file(1), 500);
    enter_confirmed();
    device.rig.sim.mem[slots()->area[TWIN_SECONDARY].addr + len - 1] ^= 1u;
    CHECK_EQ(offer_old_file(0), 500);
    enter(TWIN_PLAN_NONE); /* no swap has left it there */
    sim_put(&device.rig.sim, slots()->area[TWIN_SECONDARY].addr, device.rig.old.bytes, len);
    CHECK_EQ(offer_old_file(0), 500);
}

static bool lists_previous(void)
{
    struct twin_image_state_rsp list = {0};

    CHECK(device_list(&device, &list));
    return slot_count(&list) == 2;
}

/* Refused, damaged, overwritten, erased, asked for and then withdrawn by an upload. */
static void test_previous_is_lost(void)
{
    const struct test_image *new = &device.rig.new, *old = &device.rig.old;
    const uint32_t addr = slots()->area[TWIN_SECONDARY].addr;
    const struct twin_image_upload_req upload = {
        .present = TWIN_IMAGE_UPLOAD_REQ_LEN, .len = new->len, .data = {new->bytes, 500}};
    struct twin_image_upload_rsp rsp;
    uint8_t byte;

    enter_confirmed();
    device.refuses = true;
    CHECK(!device_set(&device, old, false));
    CHECK_EQ(device.rc, TWIN_RC_BUSY);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    device.refuses = false;

    byte = device.rig.sim.mem[addr + 3000] ^ 1u;
    sim_put(&device.rig.sim, addr + 3000, &byte, 1);
    CHECK(!device_set(&device, old, false));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_HASH_NOT_FOUND);
    CHECK_EQ(plan(), TWIN_PLAN_NONE);

    for (int asked = 0; asked < 2; asked++) {
        enter_confirmed();
        CHECK(asked == 0 || device_set(&device, old, false));
        CHECK(device_upload(&device, &upload, &rsp));
        CHECK_EQ(plan(), TWIN_PLAN_NONE);
        CHECK(!lists_previous());
        device_start(&device);
        CHECK(!lists_previous());
        CHECK(!device_set(&device, old, false));
        CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_HASH_NOT_FOUND);
        CHECK_EQ(device_boot(&device).major, 2);

        enter_confirmed();
        CHECK(asked == 0 || device_set(&device, old, false));
        CHECK(device_erase(&device, -1));
        CHECK(!lists_previous());
        CHECK_EQ(device_boot(&device).major, 2);
    }
}

/* An image at the secondary's start that no swap has left there: nothing leads back to it. */
static void test_not_previous(void)
{
    const uint32_t addr = slots()->area[TWIN_SECONDARY].addr;

    enter(TWIN_PLAN_NONE);
    memset(&device.rig.sim.mem[addr], 0xff, slots()->area[TWIN_SECONDARY].len);
    sim_put(&device.rig.sim, addr, device.rig.new.bytes, device.rig.new.len);
    CHECK(!lists_previous());
    CHECK(!device_set(&device, &device.rig.new, false));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_HASH_NOT_FOUND);
}

/* ---- Versions ---- */

static void put_update(uint8_t major)
{
    struct test_image image;

    test_image_make(&image, &device.rig.key, major, 2000, 0);
    memset(&device.rig.sim.mem[slots()->area[TWIN_SECONDARY].addr], 0xff,
           slots()->area[TWIN_SECONDARY].len);
    sim_put(&device.rig.sim, slots()->area[TWIN_SECONDARY].addr + twin_slots_update_off(slots()),
            image.bytes, image.len);
    bool ok = device_set(&device, &image, false);
    CHECK_EQ(ok, device.group_rc == 0);
    test_image_free(&image);
}

/* Where the bootloader refuses older versions the server does, before a restart is spent on it. */
static void test_no_downgrade(void)
{
    device.served.image.is_downgrade = twin_downgrade_version;
    device.rig.config.no_downgrade = &twin_boot_no_downgrade_version;
    enter_confirmed();
    for (int confirm = 0; confirm < 2; confirm++) {
        CHECK(!device_set(&device, &device.rig.old, confirm != 0));
        CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_NOT_NEWER);
        CHECK_EQ(plan(), TWIN_PLAN_NONE);
        CHECK_EQ(device.asked, 0);
    }
    put_update(1);
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_NOT_NEWER);
    for (uint8_t major = 2; major < 4; major++) {
        enter_confirmed();
        put_update(major);
        CHECK_EQ(plan(), TWIN_PLAN_TEST);
        CHECK_EQ(device_boot(&device).major, major);
    }
    enter(TWIN_PLAN_NONE);
    sim_put(&device.rig.sim, 0, "\0\0\0", 4); /* nothing to compare with: recovery */
    CHECK(device_set(&device, &device.rig.new, false));
    device.served.image.is_downgrade = NULL;
    device.rig.config.no_downgrade = NULL;
}

int main(void)
{
    device_make(&device, &small_shape);
    test_back_and_forth();
    test_previous_is_lost();
    test_not_previous();
    test_file_is_there();
    test_no_downgrade();
    rig_free(&device.rig);
    return check_report();
}
