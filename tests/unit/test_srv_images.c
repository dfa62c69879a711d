/*
 * test_srv_images.c - the server of a device with two images: list, test, confirm, upload, erase,
 * slot info, each for the image that is meant. SPDX-License-Identifier: Apache-2.0
 */
#include "server_device.h"
#include "support/two_images.h"
#include "twin/srv_images.h"

static struct device device;
static struct two_images two;
static const struct twin_srv_images_config images = {.map = &two.map};
static struct twin_srv_images_state state;
static const struct twin_srv_entry groups[] = {TWIN_SRV_IMAGES(&images, &state)};

static void fresh(void)
{
    two_images_reset(&two, &device.rig);
    device_start(&device);
}

static enum twin_plan plan(unsigned image)
{
    struct twin_slots_state trailers;

    twin_slots_read(&two.slots[image], &trailers);
    return trailers.plan;
}

static void check_slot(const struct twin_image_state_rsp *list, unsigned index, unsigned image,
                       bool pending)
{
    struct twin_image_slot slot = slot_at(list, index);

    CHECK(slot.present & TWIN_IMAGE_SLOT_IMAGE);
    CHECK_EQ(slot.image, image);
    CHECK_EQ(slot.slot, index % 2);
    CHECK_EQ(slot.active, index % 2 == 0);
    CHECK_EQ(slot.pending, pending);
}

static void test_list(void)
{
    struct twin_image_state_rsp list = {0};

    fresh();
    CHECK_EQ(twin_slots_request(&two.slots[1], false), TWIN_OK);
    CHECK(device_list(&device, &list));
    CHECK_EQ(slot_count(&list), 4);
    for (unsigned i = 0; i < 4; i++) {
        check_slot(&list, i, i / 2, i == 3);
    }
    sim_blank(&two.sim, two.slots[0].area[TWIN_SECONDARY].addr, two.slots[0].area[0].len);
    CHECK(device_list(&device, &list));
    CHECK_EQ(slot_count(&list), 3);
    CHECK_EQ(slot_at(&list, 1).image, 1);
}

/* The same file is in both second slots: the first image is meant, then the second. */
static void test_state(void)
{
    fresh();
    two.sim.mem[two.slots[0].area[TWIN_SECONDARY].addr + twin_slots_update_off(&two.slots[0])] = 0;
    CHECK(device_set(&device, &device.rig.new, false));
    CHECK_EQ(plan(0), TWIN_PLAN_NONE);
    CHECK_EQ(plan(1), TWIN_PLAN_TEST);
    CHECK(!device_set(&device, &device.rig.next, false));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_HASH_NOT_FOUND);
    CHECK(device_set(&device, NULL, true) || device.group_rc == TWIN_IMAGE_RC_PENDING);
    CHECK_EQ(plan(0), TWIN_PLAN_NONE);
}

static bool send_part(uint32_t image, uint32_t off, uint32_t len, uint32_t *next)
{
    const struct test_image *file = &device.rig.next;
    const uint32_t left = file->len - off;
    struct twin_image_upload_rsp rsp = {0};
    const struct twin_image_upload_req req = {
        .present = off == 0 ? TWIN_IMAGE_UPLOAD_REQ_LEN | TWIN_IMAGE_UPLOAD_REQ_IMAGE : 0,
        .image = image,
        .off = off,
        .len = file->len,
        .data = {file->bytes + off, len < left ? len : left}};

    const bool is_taken = device_upload(&device, &req, &rsp);
    *next = rsp.off;
    return is_taken;
}

/* Only the first part says which image it is. */
static void test_upload(void)
{
    uint32_t off = 0;

    fresh();
    CHECK(send_part(0, 0, 64, &off));
    CHECK(send_part(1, 0, 64, &off)); /* another file begins, and the first one is over */
    while (off < device.rig.next.len) {
        CHECK(send_part(0, off, 200, &off));
    }
    const struct twin_slots *slots = &two.slots[1];
    CHECK(memcmp(&two.sim.mem[slots->area[TWIN_SECONDARY].addr + twin_slots_update_off(slots)],
                 device.rig.next.bytes, device.rig.next.len) == 0);
    CHECK(!send_part(2, 0, 64, &off));
    CHECK_EQ(device.group_rc, TWIN_IMAGE_RC_INVALID_SLOT);
    CHECK_EQ(two.sim.violations, 0);
}

static bool is_blank(unsigned image)
{
    const struct twin_area *area = &two.slots[image].area[TWIN_SECONDARY];

    return twin_area_is_blank(area, 0, area->len);
}

static void test_erase(void)
{
    fresh();
    CHECK(device_erase(&device, 3));
    CHECK(!is_blank(0) && is_blank(1));
    CHECK(device_erase(&device, -1));
    CHECK(is_blank(0));
    for (int slot = 0; slot <= 4; slot += 2) {
        CHECK(!device_erase(&device, slot));
        CHECK_EQ(device.group_rc,
                 slot < 4 ? TWIN_IMAGE_RC_NO_FREE_SLOT : TWIN_IMAGE_RC_INVALID_SLOT);
    }
}

static void test_slot_info(void)
{
    struct twin_image_slot_info_rsp info = {0};
    struct twin_image_slot_info_image image;
    struct twin_image_slot_info_slot slot;

    fresh();
    CHECK(device_call(&device, &twin_image_slot_info_cmd, NULL, &info));
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(device_items(info.images, &twin_image_slot_info_image_msg, i, &image), 2);
        CHECK_EQ(image.image, i);
        CHECK_EQ(device_items(image.slots, &twin_image_slot_info_slot_msg, 1, &slot), 2);
        CHECK_EQ(slot.upload_image_id, i);
    }
}

static void test_init(void)
{
    const struct twin_srv_images_config without = {.map = NULL};
    const struct twin_srv_entry wrong[] = {TWIN_SRV_IMAGES(&without, &state)};
    struct twin_srv_config config = device.config;
    struct twin_srv srv;

    config.groups = wrong;
    CHECK_EQ(twin_srv_init(&srv, &config), TWIN_E_ARG);
    config.groups = groups;
    two.map.count = 0;
    CHECK_EQ(twin_srv_init(&srv, &config), TWIN_E_ARG);
    two.map.count = 2;
}

int main(void)
{
    device_make(&device, &small_shape);
    two_images_make(&two, device.rig.slots.mode, 1024, 12);
    device.config.groups = groups;
    device.config.group_count = TWIN_COUNT(groups);
    test_list();
    test_state();
    test_upload();
    test_erase();
    test_slot_info();
    test_init();
    sim_free(&two.sim);
    rig_free(&device.rig);
    return check_report();
}
