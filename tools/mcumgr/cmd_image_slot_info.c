/*
 * cmd_image_slot_info.c - the verb `image slot-info`: sizes of the slots.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "twin/grp_image.h"

static const struct twin_column slot_columns[] = {
    {.key = "slot", .absent = TWIN_ABSENT_LEFT_OUT},
    {.key = "size", .absent = TWIN_ABSENT_LEFT_OUT},
    {.key = "upload_image_id", .absent = TWIN_ABSENT_LEFT_OUT},
    {.key = "rc", .title = "error", .absent = TWIN_ABSENT_LEFT_OUT},
    {.key = NULL},
};

static const struct twin_column image_columns[] = {
    {.key = "image", .absent = TWIN_ABSENT_LEFT_OUT},
    {.key = "slots", .item = &twin_image_slot_info_slot_msg, .columns = slot_columns},
    {.key = "max_image_size", .absent = TWIN_ABSENT_LEFT_OUT},
    {.key = NULL},
};

static const struct twin_column columns[] = {
    {.key = "images", .item = &twin_image_slot_info_image_msg, .columns = image_columns},
    {.key = NULL},
};

static const struct mcumgr_ask ask = {
    .cmd = &twin_image_slot_info_cmd, .what = "read the sizes of the slots", .columns = columns};

const struct cli_cmd cmd_image_slot_info = {.path = "image slot-info",
                                            .args = "",
                                            .help = "Show how large images may be",
                                            .run = mcumgr_ask,
                                            .data = &ask};
