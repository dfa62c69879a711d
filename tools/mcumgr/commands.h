/*
 * commands.h - the table of verbs. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "cli/cli.h"

/* Ends with NULL. */
extern const struct cli_cmd *const commands[];

extern const struct cli_cmd cmd_echo, cmd_reset, cmd_taskstat, cmd_params, cmd_info, cmd_bootloader,
    cmd_image_list, cmd_image_test, cmd_image_confirm, cmd_image_upload, cmd_image_erase,
    cmd_image_slot_info, cmd_update, cmd_conn_add, cmd_conn_show, cmd_conn_delete, cmd_version;
