/*
 * test_srv_upload_hostile.c - the upload command when things go against it: the application acts
 * in between, refuses, flash fails, parts come in any order or are damaged.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "srv_upload_parts.h"

/* The application itself asks for the swap in the middle of an upload. */
static void test_marked_meanwhile(void)
{
    struct twin_image_upload_req req = first_part(100), part;

    fresh();
    CHECK_EQ(send(&req).off, 100);
    CHECK_EQ(twin_slots_request(slots(), false), TWIN_OK);
    uint32_t erases = device.rig.sim.erases, writes = device.rig.sim.writes;
    part = next_part(100, 100);
    refuse(&part, TWIN_IMAGE_RC_NO_FREE_SLOT);
    CHECK_EQ(device.rig.sim.erases + device.rig.sim.writes, erases + writes);
    CHECK_EQ(twin_trailer_erase(slots(), TWIN_SECONDARY), TWIN_OK);
    CHECK_EQ(send(&part).off, 0); /* the transfer was given up */
}

static void test_application_is_asked(void)
{
    struct twin_image_upload_req req = first_part(100), part;
    struct twin_image_upload_rsp rsp;

    fresh();
    CHECK_EQ(send(&req).off, 100);
    CHECK(device.asked_cmd == &twin_image_upload_cmd);
    CHECK_EQ(device.question.version.major, 2);
    CHECK_EQ(device.question.len, new_image()->len);
    CHECK_EQ(send(&req).off, 100); /* resumed: not asked again */
    (void)upload_rest(100, 300);
    CHECK_EQ(device.asked, 1);

    fresh();
    device.refuses = true;
    device.reason = "battery low";
    for (int version = TWIN_SMP_V1; version <= TWIN_SMP_V2; version++) {
        device.version = (enum twin_smp_version)version;
        CHECK(!device_upload(&device, &req, &rsp));
        CHECK_EQ(device.rc, TWIN_RC_BUSY);
        CHECK(strcmp(device.rsn, "battery low") == 0);
    }
    CHECK_EQ(device.rig.sim.erases + device.rig.sim.writes, 0);
    part = next_part(100, 100);
    CHECK_EQ(send(&part).off, 0);
    device.refuses = false;
    CHECK_EQ(send(&req).off, 100);
    device.refuses = true; /* also ends a transfer that another file would replace */
    req.sha.len = 5;
    CHECK(!device_upload(&device, &req, &rsp));
    CHECK_EQ(send(&part).off, 0);
    device.refuses = false;
}

static void test_flash_faults(void)
{
    struct twin_image_upload_req req = first_part(100), part;

    fresh();
    device.rig.sim.write_fails = true;
    refuse(&req, TWIN_IMAGE_RC_FLASH_WRITE);
    device.rig.sim.write_fails = false;
    part = next_part(100, 100);
    CHECK_EQ(send(&part).off, 0);
    CHECK(upload_all(100).match);

    fresh(); /* the last, padded unit */
    CHECK(new_image()->len % 8 != 0);
    uint32_t before_end = new_image()->len - 1;
    CHECK_EQ(send(&req).off, 100);
    for (uint32_t off = 100; off < before_end; off += (uint32_t)part.data.len) {
        part = next_part(off, before_end - off < 500 ? before_end - off : 500);
        CHECK_EQ(send(&part).off, off + part.data.len);
    }
    device.rig.sim.write_fails = true;
    part = next_part(before_end, 1);
    refuse(&part, TWIN_IMAGE_RC_FLASH_WRITE);
    device.rig.sim.write_fails = false;
    CHECK_EQ(send(&part).off, 0);
}

/* Parts in any order and size, restarts, resumes: in the end the file arrives whole. */
static void test_random_order(void)
{
    srand(6);
    for (int round = 0; round < 40; round++) {
        fresh();
        uint32_t expected = 0;
        for (int step = 0; step < 60; step++) {
            uint32_t off = rand() % 3 != 0 ? expected : (uint32_t)rand() % new_image()->len;
            uint32_t len = (uint32_t)rand() % 700;
            struct twin_image_upload_req req =
                off == 0 ? first_part(len < 32 ? 32 : len) : next_part(off, len);
            expected = send(&req).off;
            if (expected == new_image()->len) {
                break;
            }
        }
        struct twin_image_upload_req req = first_part(32);
        expected = send(&req).off;
        (void)upload_rest(expected, 999 - 300);
        CHECK(is_stored());
    }
    CHECK_EQ(device.rig.sim.violations, 0);
    CHECK(rig_slot_holds(&device.rig, TWIN_PRIMARY, 0, &device.rig.old));
}

/* Truncated and damaged requests: refused or harmless; the running image stays. */
static void test_hostile_parts(void)
{
    uint8_t packet[256];
    struct twin_cbor_writer w = {.buf = packet, .cap = sizeof(packet), .len = TWIN_SMP_HEADER_LEN};
    struct twin_smp_header header = {.op = TWIN_SMP_WRITE,
                                     .version = TWIN_SMP_V2,
                                     .group = TWIN_GRP_IMAGE,
                                     .id = twin_image_upload_cmd.id};
    struct twin_image_upload_req req = first_part(64);

    fresh();
    twin_msg_encode(&w, twin_image_upload_cmd.req, &req);
    for (size_t len = TWIN_SMP_HEADER_LEN; len < w.len; len++) {
        header.len = (uint16_t)(len - TWIN_SMP_HEADER_LEN);
        twin_smp_header_write(packet, &header);
        CHECK_EQ(device_handle(&device, packet, len), 13);
        CHECK_MEM(device.reply + 8, "\xa1\x62rc\x03", 5);
    }
    CHECK_EQ(device.rig.sim.erases + device.rig.sim.writes, 0);
    header.len = (uint16_t)(w.len - TWIN_SMP_HEADER_LEN);
    twin_smp_header_write(packet, &header);
    srand(7);
    for (int round = 0; round < 4000; round++) {
        size_t at = TWIN_SMP_HEADER_LEN + (size_t)rand() % (w.len - TWIN_SMP_HEADER_LEN);
        uint8_t saved = packet[at];
        packet[at] = (uint8_t)(packet[at] ^ 1u << rand() % 8);
        CHECK(device_handle(&device, packet, w.len) > TWIN_SMP_HEADER_LEN);
        packet[at] = saved;
    }
    CHECK_EQ(device.rig.sim.violations, 0);
    CHECK(rig_slot_holds(&device.rig, TWIN_PRIMARY, 0, &device.rig.old));
    CHECK_EQ(device_boot(&device).major, 1);
}

int main(void)
{
    make(&small_shape);
    test_marked_meanwhile();
    test_application_is_asked();
    test_flash_faults();
    test_random_order();
    test_hostile_parts();
    rig_free(&device.rig);
    return check_report();
}
