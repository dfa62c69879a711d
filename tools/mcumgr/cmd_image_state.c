/*
 * cmd_image_state.c - the verbs `image test` and `image confirm`.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/hex.h"
#include "cmd_image.h"
#include "commands.h"
#include <stdio.h>
#include <string.h>

#define PREFIX_MIN 8 /* hex digits that name an image without its whole hash */

struct hash {
    uint8_t bytes[TWIN_IMAGE_HASH_MAX];
    size_t len;
    size_t digits; /* of the text; odd ones are in the upper half of the last byte */
};

static bool parse_hash(const char *text, struct hash *hash)
{
    memset(hash, 0, sizeof(*hash));
    for (; text[hash->digits] != '\0'; hash->digits++) {
        const int digit = twin_hex_digit(text[hash->digits]);
        if (digit < 0 || hash->digits / 2 >= sizeof(hash->bytes)) {
            return false;
        }
        hash->bytes[hash->digits / 2] |= (uint8_t)(hash->digits % 2 == 0 ? digit << 4 : digit);
    }
    hash->len = (hash->digits + 1) / 2;
    return true;
}

static bool has_prefix(struct twin_span whole, const struct hash *prefix)
{
    const size_t bytes = prefix->digits / 2;

    return whole.len >= prefix->len && memcmp(whole.ptr, prefix->bytes, bytes) == 0 &&
           (prefix->digits % 2 == 0 || (whole.ptr[bytes] & 0xf0) == prefix->bytes[bytes]);
}

static bool is_whole(const struct hash *hash)
{
    return hash->digits == 64 || hash->digits == 96 || hash->digits == 128;
}

/* Replace the beginning of a hash by the whole one, if just one image on the device has it. */
static int complete_hash(struct session *session, struct hash *hash)
{
    struct twin_image_state_rsp state;
    struct twin_image_slot slot;
    struct twin_span found = {0};
    unsigned count = 0;

    const int code = image_list_read(session, &state);
    if (code != CLI_DONE) {
        return code;
    }
    struct twin_items items = twin_msg_items(state.slots);
    while (twin_msg_next(&items, &twin_image_slot_msg, &slot)) {
        const struct twin_span candidate = slot.hash;
        const bool is_new = found.ptr == NULL || candidate.len != found.len ||
                            memcmp(candidate.ptr, found.ptr, found.len) != 0;
        if (has_prefix(candidate, hash) && candidate.len <= sizeof(hash->bytes) && is_new) {
            found = candidate;
            count++;
        }
    }
    if (count != 1) {
        return cli_fail(CLI_REFUSED,
                        "%s on the device has a hash that begins so; 'mcumgr image list' shows "
                        "them",
                        count == 0 ? "no image" : "more than one image");
    }
    hash->len = found.len;
    memcpy(hash->bytes, found.ptr, found.len);
    return CLI_DONE;
}

/* What one of the two verbs does to an image. */
struct change {
    bool confirm;
    const char *what; /* completes "could not ..." */
};

static int set_state(struct session *session, const struct hash *hash, const struct change *change)
{
    const struct twin_image_state_req req = {.present = TWIN_IMAGE_STATE_REQ_HASH |
                                                        TWIN_IMAGE_STATE_REQ_CONFIRM,
                                             .hash = {hash->bytes, hash->len},
                                             .confirm = change->confirm};
    struct twin_image_state_rsp state;
    const struct twin_request request = {
        .cmd = &twin_image_state_write_cmd, .req = &req, .rsp = &state};

    const int code = mcumgr_request(session, &request, change->what);
    if (code != CLI_DONE || (state.present & TWIN_IMAGE_STATE_RSP_SLOTS)) {
        return code != CLI_DONE ? code : image_list_print(session, &state);
    }
    fprintf(stderr, "The device agreed, but did not show its images; 'mcumgr image list' asks for "
                    "them.\n");
    return mcumgr_done(session->common);
}

static int run(const struct cli_call *call)
{
    const struct change *change = call->cmd->data;
    struct session session;
    struct hash hash;

    if (!parse_hash(call->argc > 0 ? call->args[0] : "", &hash)) {
        return cli_usage_error(call, "'%s' is not a hash: hex digits are needed", call->args[0]);
    }
    if (!is_whole(&hash) && hash.digits < PREFIX_MIN && !(change->confirm && hash.digits == 0)) {
        return cli_usage_error(call, "a hash needs at least its first %d hex digits", PREFIX_MIN);
    }
    int code = session_open(&session, call);
    if (code == CLI_DONE && hash.digits != 0 && !is_whole(&hash)) {
        code = complete_hash(&session, &hash);
    }
    if (code == CLI_DONE) {
        code = set_state(&session, &hash, change);
    }
    session_close(&session);
    return code;
}

static const struct change test = {false, "mark the image for test"};
static const struct change confirm = {true, "confirm the image"};

const struct cli_cmd cmd_image_test = {
    .path = "image test",
    .args = "HASH",
    .help = "Let the image be started once on trial at the next reset",
    .more = "HASH is as 'mcumgr image list' shows it; its first 8 or more digits are enough. "
            "Without a confirmation the old image comes back by itself.",
    .run = run,
    .data = &test,
};
const struct cli_cmd cmd_image_confirm = {
    .path = "image confirm",
    .args = "[HASH]",
    .help = "Keep the running image, or start another one for good at the next reset",
    .more = "Without HASH, or with an empty one, it is the running image.",
    .run = run,
    .data = &confirm,
};
