/*
 * cmd_image_slot_info.c - the verb `image slot-info`: sizes of the slots.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin/grp_image.h"
#include <stdio.h>

static void print_slot(const struct twin_image_slot_info_slot *slot)
{
    printf("  slot=%u", (unsigned)slot->slot);
    if (slot->present & TWIN_IMAGE_SLOT_INFO_SIZE) {
        printf(" size=%u", (unsigned)slot->size);
    }
    if (slot->present & TWIN_IMAGE_SLOT_INFO_UPLOAD_ID) {
        printf(" upload_image_id=%u", (unsigned)slot->upload_image_id);
    }
    if (slot->present & TWIN_IMAGE_SLOT_INFO_RC) {
        printf(" error=%d", (int)slot->rc);
    }
    printf("\n");
}

static void print_text(const struct twin_image_slot_info_rsp *rsp)
{
    for (uint32_t i = 0; i < rsp->images_count; i++) {
        const struct twin_image_slot_info_image *image = &rsp->images[i];
        printf("image=%u", (unsigned)image->image);
        if (image->present & TWIN_IMAGE_SLOT_INFO_MAX) {
            printf(" max_image_size=%u", (unsigned)image->max_image_size);
        }
        printf("\n");
        for (uint32_t n = 0; n < image->slots_count; n++) {
            print_slot(&image->slots[n]);
        }
    }
}

static json_t *slot_json(const struct twin_image_slot_info_slot *slot)
{
    json_t *object = json_pack("{s:I}", "slot", (json_int_t)slot->slot);

    if (slot->present & TWIN_IMAGE_SLOT_INFO_SIZE) {
        json_object_set_new(object, "size", json_integer(slot->size));
    }
    if (slot->present & TWIN_IMAGE_SLOT_INFO_UPLOAD_ID) {
        json_object_set_new(object, "upload_image_id", json_integer(slot->upload_image_id));
    }
    if (slot->present & TWIN_IMAGE_SLOT_INFO_RC) {
        json_object_set_new(object, "rc", json_integer(slot->rc));
    }
    return object;
}

static void print_json(const struct twin_image_slot_info_rsp *rsp)
{
    json_t *images = json_array();

    for (uint32_t i = 0; i < rsp->images_count; i++) {
        const struct twin_image_slot_info_image *image = &rsp->images[i];
        json_t *slots = json_array();
        for (uint32_t n = 0; n < image->slots_count; n++) {
            json_array_append_new(slots, slot_json(&image->slots[n]));
        }
        json_t *object = json_pack("{s:I, s:o}", "image", (json_int_t)image->image, "slots", slots);
        if (image->present & TWIN_IMAGE_SLOT_INFO_MAX) {
            json_object_set_new(object, "max_image_size", json_integer(image->max_image_size));
        }
        json_array_append_new(images, object);
    }
    cli_json_print(json_pack("{s:o}", "images", images));
}

static int run(const struct cli_call *call)
{
    static const struct twin_empty req;
    struct twin_image_slot_info_rsp rsp;
    const struct twin_request request = {.op = TWIN_SMP_READ,
                                         .group = TWIN_GRP_IMAGE,
                                         .id = TWIN_IMAGE_SLOT_INFO,
                                         .req_msg = &twin_empty_msg,
                                         .req = &req,
                                         .rsp_msg = &twin_image_slot_info_rsp_msg,
                                         .rsp = &rsp};
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
