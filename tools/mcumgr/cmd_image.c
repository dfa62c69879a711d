/*
 * cmd_image.c - the device's list of images. SPDX-License-Identifier: Apache-2.0
 */
#include "cmd_image.h"
#include "base/buf.h"
#include <stdio.h>
#include <stdlib.h>

int image_list_read(struct session *session, struct twin_image_state_rsp *state)
{
    const struct twin_request request = {.cmd = &twin_image_state_cmd, .rsp = state};
    return session_request(session, &request, "read the list of images");
}

static const char *split_text(int64_t status)
{
    static const char *const texts[] = {"N/A", "non-matching", "matching"};

    return (uint64_t)status < sizeof(texts) / sizeof(texts[0]) ? texts[status] : "Unknown!";
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

/* Devices with one image do not number it. */
static void print_slot(const struct twin_image_slot *slot)
{
    const bool has_version = slot->present & TWIN_IMAGE_SLOT_VERSION || mcumgr_is_compat();
    char *version = report_text(slot->version);
    char number[REPORT_NUMBER_MAX];
    struct twin_buf hash = {0};

    printf(" image=%lld slot=%s\n", (long long)slot->image,
           report_number(slot->present & TWIN_IMAGE_SLOT_SLOT, slot->slot, number));
    printf("    version: %s\n", has_version ? version : "?");
    printf("    bootable: %s\n", slot->bootable ? "true" : "false");
    print_flags(slot);
    twin_buf_hex(&hash, slot->hash);
    printf("    hash: %s\n", hash.len > 0 ? (const char *)hash.data : "Unavailable");
    twin_buf_free(&hash);
    free(version);
}

/* What the device did not tell is null, but flags: those it leaves out are false. */
static json_t *slot_json(const struct twin_image_slot *slot)
{
    json_t *number = slot->present & TWIN_IMAGE_SLOT_SLOT ? json_integer(slot->slot) : json_null();
    json_t *version =
        slot->present & TWIN_IMAGE_SLOT_VERSION ? report_json_text(slot->version) : json_null();

    return json_pack("{s:I, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:b}", "image",
                     (json_int_t)slot->image, "slot", number, "version", version, "hash",
                     report_json_hex(slot->hash), "bootable", slot->bootable, "pending",
                     slot->pending, "confirmed", slot->confirmed, "active", slot->active,
                     "permanent", slot->permanent);
}

static void print_json(const struct twin_image_state_rsp *state)
{
    struct twin_msg_items items = twin_msg_items(state->slots);
    struct twin_image_slot slot;
    json_t *images = json_array();

    while (twin_msg_next(&items, &twin_image_slot_msg, &slot)) {
        json_array_append_new(images, slot_json(&slot));
    }
    cli_json_print(
        json_pack("{s:o, s:I}", "images", images, "splitStatus", (json_int_t)state->split_status));
}

void image_list_print(const struct session *session, const struct twin_image_state_rsp *state)
{
    struct twin_msg_items items = twin_msg_items(state->slots);
    struct twin_image_slot slot;

    if (session->common->json) {
        print_json(state);
        return;
    }
    puts("Images:");
    while (twin_msg_next(&items, &twin_image_slot_msg, &slot)) {
        print_slot(&slot);
    }
    printf("Split status: %s (%lld)\n", split_text(state->split_status),
           (long long)state->split_status);
}
