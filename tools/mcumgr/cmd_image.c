/*
 * cmd_image.c - the device's list of images, and the file that it is to get.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cmd_image.h"
#include "cli/ask.h"

int image_list_read(struct session *session, struct twin_image_state_rsp *state)
{
    const struct twin_request request = {.cmd = &twin_image_state_cmd, .rsp = state};

    return mcumgr_request(session, &request, "read the list of images");
}

/* ---- Text: word for word that of the Go tool ---- */

static const char *split_text(int64_t status)
{
    static const char *const texts[] = {"N/A", "non-matching", "matching"};

    return (uint64_t)status < sizeof(texts) / sizeof(texts[0]) ? texts[status] : "Unknown!";
}

static void add_flags(struct twin_buf *out, const struct twin_image_slot *slot)
{
    const struct {
        const char *name;
        bool is_set;
    } flags[] = {{"active", slot->active},
                 {"confirmed", slot->confirmed},
                 {"pending", slot->pending},
                 {"permanent", slot->permanent}};
    const char *between = "";

    twin_buf_text(out, "    flags: ");
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (flags[i].is_set) {
            twin_buf_text(out, "%s%s", between, flags[i].name);
            between = " ";
        }
    }
    twin_buf_text(out, "\n");
}

/* Devices with one image do not number it. */
static void add_slot(struct twin_buf *out, const struct twin_image_slot *slot)
{
    const struct twin_report_style style = mcumgr_style();
    const bool has_version = slot->present & TWIN_IMAGE_SLOT_VERSION || mcumgr_is_compat();

    twin_buf_text(out, " image=%lld slot=", (long long)slot->image);
    if (slot->present & TWIN_IMAGE_SLOT_SLOT) {
        twin_buf_text(out, "%lld\n", (long long)slot->slot);
    } else {
        twin_buf_text(out, "%s\n", style.absent);
    }
    twin_buf_text(out, "    version: ");
    twin_report_text(out, has_version ? slot->version : twin_span_text("?"), style.keep);
    twin_buf_text(out, "\n    bootable: %s\n", slot->bootable ? "true" : "false");
    add_flags(out, slot);
    twin_buf_text(out, "    hash: %s", slot->hash.len == 0 ? "Unavailable" : "");
    twin_buf_hex(out, slot->hash);
    twin_buf_text(out, "\n");
}

static int print_text(const struct twin_image_state_rsp *state)
{
    struct twin_items items = twin_msg_items(state->slots);
    struct twin_image_slot slot;
    struct twin_buf out = {0};

    twin_buf_text(&out, "Images:\n");
    while (twin_msg_next(&items, &twin_image_slot_msg, &slot)) {
        add_slot(&out, &slot);
    }
    twin_buf_text(&out, "Split status: %s (%lld)\n", split_text(state->split_status),
                  (long long)state->split_status);
    return cli_print_text(&out);
}

/* ---- JSON ---- */

/* What the device did not tell is null, but flags: those it leaves out are false. */
static const struct twin_column slot_columns[] = {
    {.key = "image", .absent = TWIN_ABSENT_EMPTY},
    {.key = "slot"},
    {.key = "version"},
    {.key = "hash", .absent = TWIN_ABSENT_EMPTY},
    {.key = "bootable"},
    {.key = "pending"},
    {.key = "confirmed"},
    {.key = "active"},
    {.key = "permanent"},
    {.key = NULL},
};

static const struct twin_column columns[] = {
    {.key = "images", .item = &twin_image_slot_msg, .columns = slot_columns},
    {.key = "splitStatus", .absent = TWIN_ABSENT_EMPTY},
    {.key = NULL},
};

int image_list_print(const struct session *session, const struct twin_image_state_rsp *state)
{
    return session->common->json
               ? cli_json_print(twin_layout_json(twin_image_state_cmd.rsp, columns, state))
               : print_text(state);
}

/* ---- A firmware file ---- */

int image_load(struct twin_firmware *firmware, const char *path,
               const struct twin_firmware_rules *rules)
{
    struct cli_secrets secrets = {.passphrase = {-1, "--passphrase-fd", "IMGTOOL_PASSPHRASE"},
                                  .pin = {-1, "--pin-fd", "IMGTOOL_PIN"},
                                  .quiet = true};
    const struct twin_ask ask = cli_ask(&secrets);
    struct twin_error error;

    if (rules->key != NULL) {
        twin_secret_no_dumps();
    }
    const enum twin_error_code code = twin_firmware_load(firmware, path, rules, &ask, &error);
    twin_wipe(&secrets, sizeof(secrets));
    return code == TWIN_ERROR_NONE ? CLI_DONE : cli_fail_error(&error);
}
