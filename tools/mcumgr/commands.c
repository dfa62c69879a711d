/*
 * commands.c - every verb, one row each, in the order of help. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"

#define COMMANDS(X)                                                                                \
    X(update)                                                                                      \
    X(image_list)                                                                                  \
    X(image_history)                                                                               \
    X(image_upload)                                                                                \
    X(image_test)                                                                                  \
    X(image_confirm)                                                                               \
    X(image_erase)                                                                                 \
    X(image_slot_info)                                                                             \
    X(echo)                                                                                        \
    X(reset)                                                                                       \
    X(taskstat)                                                                                    \
    X(params)                                                                                      \
    X(info)                                                                                        \
    X(stat)                                                                                        \
    X(fs_upload)                                                                                   \
    X(fs_download)                                                                                 \
    X(fs_stat)                                                                                     \
    X(fs_hash)                                                                                     \
    X(fs_types)                                                                                    \
    X(fs_close)                                                                                    \
    X(shell_exec)                                                                                  \
    X(bootloader)                                                                                  \
    X(enum_count)                                                                                  \
    X(enum_list)                                                                                   \
    X(enum_single)                                                                                 \
    X(enum_details)                                                                                \
    X(raw)                                                                                         \
    X(conn_add)                                                                                    \
    X(conn_show)                                                                                   \
    X(conn_delete)                                                                                 \
    X(version)

#define DECLARE(name) extern const struct cli_cmd cmd_##name;
COMMANDS(DECLARE)

#define ROW(name) &cmd_##name,
const struct cli_cmd *const commands[] = {COMMANDS(ROW) NULL};
