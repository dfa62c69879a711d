/*
 * cmd_image_slot_info.c - the verb `image slot-info`: sizes of the slots.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin/grp_image.h"
#include <stdio.h>

/* One number, if the device told it. */
static void print_unsigned(const char *name, bool is_there, uint64_t value)
{
    if (is_there) {
        printf(" %s=%llu", name, (unsigned long long)value);
    }
}

static void print_slot(const struct twin_image_slot_info_slot *slot)
{
    char number[REPORT_NUMBER_MAX];

    printf("  slot=%s",
           report_number(slot->present & TWIN_IMAGE_SLOT_INFO_SLOT, slot->slot, number));
    print_unsigned("size", slot->present & TWIN_IMAGE_SLOT_INFO_SIZE, slot->size);
    if (slot->present & TWIN_IMAGE_SLOT_INFO_UPLOAD_ID) {
        printf(" upload_image_id=%lld", (long long)slot->upload_image_id);
    }
    if (slot->present & TWIN_IMAGE_SLOT_INFO_RC) {
        printf(" error=%lld", (long long)slot->rc);
    }
    printf("\n");
}

static void print_text(const struct twin_image_slot_info_rsp *rsp)
{
    struct twin_msg_items images = twin_msg_items(rsp->images);
    struct twin_image_slot_info_image image;
    struct twin_image_slot_info_slot slot;
    char number[REPORT_NUMBER_MAX];

    while (twin_msg_next(&images, &twin_image_slot_info_image_msg, &image)) {
        struct twin_msg_items slots = twin_msg_items(image.slots);
        printf("image=%s",
               report_number(image.present & TWIN_IMAGE_SLOT_INFO_IMAGE, image.image, number));
        print_unsigned("max_image_size", image.present & TWIN_IMAGE_SLOT_INFO_MAX,
                       image.max_image_size);
        printf("\n");
        while (twin_msg_next(&slots, &twin_image_slot_info_slot_msg, &slot)) {
            print_slot(&slot);
        }
    }
}

static json_t *slot_json(const struct twin_image_slot_info_slot *slot)
{
    json_t *object = json_object();

    if (slot->present & TWIN_IMAGE_SLOT_INFO_SLOT) {
        json_object_set_new(object, "slot", json_integer(slot->slot));
    }
    if (slot->present & TWIN_IMAGE_SLOT_INFO_SIZE) {
        json_object_set_new(object, "size", report_json_unsigned(slot->size));
    }
    if (slot->present & TWIN_IMAGE_SLOT_INFO_UPLOAD_ID) {
        json_object_set_new(object, "upload_image_id", json_integer(slot->upload_image_id));
    }
    if (slot->present & TWIN_IMAGE_SLOT_INFO_RC) {
        json_object_set_new(object, "rc", json_integer(slot->rc));
    }
    return object;
}

static json_t *image_json(const struct twin_image_slot_info_image *image)
{
    struct twin_msg_items items = twin_msg_items(image->slots);
    struct twin_image_slot_info_slot slot;
    json_t *object = json_object();
    json_t *slots = json_array();

    if (image->present & TWIN_IMAGE_SLOT_INFO_IMAGE) {
        json_object_set_new(object, "image", json_integer(image->image));
    }
    while (twin_msg_next(&items, &twin_image_slot_info_slot_msg, &slot)) {
        json_array_append_new(slots, slot_json(&slot));
    }
    json_object_set_new(object, "slots", slots);
    if (image->present & TWIN_IMAGE_SLOT_INFO_MAX) {
        json_object_set_new(object, "max_image_size", report_json_unsigned(image->max_image_size));
    }
    return object;
}

static void print_json(const struct twin_image_slot_info_rsp *rsp)
{
    struct twin_msg_items items = twin_msg_items(rsp->images);
    struct twin_image_slot_info_image image;
    json_t *images = json_array();

    while (twin_msg_next(&items, &twin_image_slot_info_image_msg, &image)) {
        json_array_append_new(images, image_json(&image));
    }
    cli_json_print(json_pack("{s:o}", "images", images));
}

static int run(const struct cli_call *call)
{
    struct twin_image_slot_info_rsp rsp;
    const struct twin_request request = {.cmd = &twin_image_slot_info_cmd, .rsp = &rsp};
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = session_request(&session, &request, "read the sizes of the slots");
    }
    if (code == CLI_DONE) {
        (session.common->json ? print_json : print_text)(&rsp);
    }
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_image_slot_info = {
    .path = "image slot-info", .args = "", .help = "Show how large images may be", .run = run};
