/*
 * image_list.c - the device's list of images. SPDX-License-Identifier: Apache-2.0
 */
#include "image_list.h"
#include <stdio.h>
#include <stdlib.h>

int image_list_read(struct session *session, struct twin_image_state_rsp *state)
{
    static const struct twin_empty req;
    const struct twin_request request = {.op = TWIN_SMP_READ,
                                         .group = TWIN_GRP_IMAGE,
                                         .id = TWIN_IMAGE_STATE,
                                         .req_msg = &twin_empty_msg,
                                         .req = &req,
                                         .rsp_msg = &twin_image_state_rsp_msg,
                                         .rsp = state};
    return session_request(session, &request, "read the list of images");
}

static const char *split_text(uint32_t status)
{
    static const char *const texts[] = {"N/A", "non-matching", "matching"};

    return status < sizeof(texts) / sizeof(texts[0]) ? texts[status] : "Unknown!";
}

static void print_flags(const struct twin_image_slot *slot)
{
    const struct {
        const char *name;
        bool is_set;
    } flags[] = {{"active", slot->active},
                 {"confirmed", slot->confirmed},
                 {"pending", slot->pending},
                 {"permanent", slot->permanent}};
    const char *between = "";

    printf("    flags: ");
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (flags[i].is_set) {
            printf("%s%s", between, flags[i].name);
            between = " ";
        }
    }
    printf("\n");
}

static void print_slot(const struct twin_image_slot *slot)
{
    char *version = report_text(slot->version);

    printf(" image=%u slot=%u\n", (unsigned)slot->image, (unsigned)slot->slot);
    printf("    version: %s\n", version != NULL ? version : "");
    printf("    bootable: %s\n", slot->bootable ? "true" : "false");
    print_flags(slot);
    printf("    hash: %s", slot->hash.len == 0 ? "Unavailable" : "");
    for (size_t i = 0; i < slot->hash.len; i++) {
        printf("%02x", slot->hash.ptr[i]);
    }
    printf("\n");
    free(version);
}

static json_t *slot_json(const struct twin_image_slot *slot)
{
    return json_pack("{s:I, s:I, s:o, s:o, s:b, s:b, s:b, s:b, s:b}", "image",
                     (json_int_t)slot->image, "slot", (json_int_t)slot->slot, "version",
                     report_json_text(slot->version), "hash", report_json_hex(slot->hash),
                     "bootable", slot->bootable, "pending", slot->pending, "confirmed",
                     slot->confirmed, "active", slot->active, "permanent", slot->permanent);
}

static void print_json(const struct twin_image_state_rsp *state)
{
    json_t *images = json_array();

    for (uint32_t i = 0; i < state->slots_count; i++) {
        json_array_append_new(images, slot_json(&state->slots[i]));
    }
    cli_json_print(
        json_pack("{s:o, s:I}", "images", images, "splitStatus", (json_int_t)state->split_status));
}

void image_list_print(const struct session *session, const struct twin_image_state_rsp *state)
{
    if (session->common->json) {
        print_json(state);
        return;
    }
    puts("Images:");
    for (uint32_t i = 0; i < state->slots_count; i++) {
        print_slot(&state->slots[i]);
    }
    printf("Split status: %s (%u)\n", split_text(state->split_status),
           (unsigned)state->split_status);
}
