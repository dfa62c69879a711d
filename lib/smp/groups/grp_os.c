/*
 * grp_os.c - OS group: its messages and its commands. Spec: docs/spec-smp.md section 3.1.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_os.h"
#include "twin/groups.h"

static const struct twin_field echo_req[] = {
    TWIN_FIELD(twin_os_echo_req, text, "d", TWIN_F_TSTR, TWIN_OPTIONAL),
};
static const struct twin_field echo_rsp[] = {
    TWIN_FIELD(twin_os_echo_rsp, text, "r", TWIN_F_TSTR, TWIN_REQUIRED),
};

/* The name is the key in the map of tasks, not a member of the task's own map. */
static const struct twin_field task[] = {
    TWIN_FIELD(twin_os_task, prio, "prio", TWIN_F_I64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_task, tid, "tid", TWIN_F_U64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_task, state, "state", TWIN_F_U64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_task, stack_use_words, "stkuse", TWIN_F_U64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_task, stack_size_words, "stksiz", TWIN_F_U64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_task, switches, "cswcnt", TWIN_F_U64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_task, runtime, "runtime", TWIN_F_U64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_task, last_checkin, "last_checkin", TWIN_F_U64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_task, next_checkin, "next_checkin", TWIN_F_U64, TWIN_OPTIONAL),
};
static const struct twin_field taskstat_rsp[] = {
    TWIN_FIELD(twin_os_taskstat_rsp, tasks, "tasks", TWIN_F_MAP, TWIN_REQUIRED),
};

static const struct twin_field reset_req[] = {
    TWIN_FIELD(twin_os_reset_req, force, "force", TWIN_F_BOOL, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_reset_req, boot_mode, "boot_mode", TWIN_F_U32, TWIN_OPTIONAL),
};
static const struct twin_field params_rsp[] = {
    TWIN_FIELD(twin_os_params_rsp, buf_size, "buf_size", TWIN_F_U32, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_params_rsp, buf_count, "buf_count", TWIN_F_U32, TWIN_OPTIONAL),
};

static const struct twin_field info_req[] = {
    TWIN_FIELD(twin_os_info_req, format, "format", TWIN_F_TSTR, TWIN_OPTIONAL),
};
static const struct twin_field info_rsp[] = {
    TWIN_FIELD(twin_os_info_rsp, output, "output", TWIN_F_TSTR, TWIN_REQUIRED),
};

static const struct twin_field bootloader_req[] = {
    TWIN_FIELD(twin_os_bootloader_req, query, "query", TWIN_F_TSTR, TWIN_OPTIONAL),
};
static const struct twin_field bootloader_rsp[] = {
    TWIN_FIELD(twin_os_bootloader_rsp, bootloader, "bootloader", TWIN_F_TSTR, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_bootloader_rsp, mode, "mode", TWIN_F_I64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_os_bootloader_rsp, no_downgrade, "no-downgrade", TWIN_F_BOOL, TWIN_OPTIONAL),
};

const struct twin_msg twin_os_task_msg = TWIN_MSG(twin_os_task, task);

static const struct twin_msg echo_req_msg = TWIN_REQ(twin_os_echo_req, echo_req);
static const struct twin_msg echo_rsp_msg = TWIN_MSG(twin_os_echo_rsp, echo_rsp);
static const struct twin_msg taskstat_rsp_msg = TWIN_MSG(twin_os_taskstat_rsp, taskstat_rsp);
static const struct twin_msg reset_req_msg = TWIN_REQ(twin_os_reset_req, reset_req);
static const struct twin_msg params_rsp_msg = TWIN_MSG(twin_os_params_rsp, params_rsp);
static const struct twin_msg info_req_msg = TWIN_REQ(twin_os_info_req, info_req);
static const struct twin_msg info_rsp_msg = TWIN_MSG(twin_os_info_rsp, info_rsp);
static const struct twin_msg bootloader_req_msg = TWIN_REQ(twin_os_bootloader_req, bootloader_req);
static const struct twin_msg bootloader_rsp_msg = TWIN_MSG(twin_os_bootloader_rsp, bootloader_rsp);

#define CMD(op, id, req, rsp)                                                                      \
    {                                                                                              \
        TWIN_SMP_##op, (id), TWIN_GRP_OS, (req), (rsp)                                             \
    }
const struct twin_cmd twin_os_echo_cmd = CMD(WRITE, 0, &echo_req_msg, &echo_rsp_msg);
const struct twin_cmd twin_os_echo_read_cmd = CMD(READ, 0, &echo_req_msg, &echo_rsp_msg);
const struct twin_cmd twin_os_taskstat_cmd = CMD(READ, 2, &twin_empty_msg, &taskstat_rsp_msg);
const struct twin_cmd twin_os_reset_cmd = CMD(WRITE, 5, &reset_req_msg, &twin_empty_msg);
const struct twin_cmd twin_os_params_cmd = CMD(READ, 6, &twin_empty_msg, &params_rsp_msg);
const struct twin_cmd twin_os_info_cmd = CMD(READ, 7, &info_req_msg, &info_rsp_msg);
const struct twin_cmd twin_os_bootloader_cmd =
    CMD(READ, 8, &bootloader_req_msg, &bootloader_rsp_msg);

static const struct twin_cmd *const cmds[] = {
    &twin_os_echo_cmd,   &twin_os_echo_read_cmd, &twin_os_taskstat_cmd,   &twin_os_reset_cmd,
    &twin_os_params_cmd, &twin_os_info_cmd,      &twin_os_bootloader_cmd,
};
static const struct twin_nested nested[] = {{&taskstat_rsp_msg, 0, &twin_os_task_msg}};
static const char texts[][TWIN_RC_TEXT_MAX] = {TWIN_OS_RC_LIST(TWIN_RC_TEXT)};

const struct twin_group twin_os_group = {.name = "os",
                                         .id = TWIN_GRP_OS,
                                         .cmds = cmds,
                                         .cmd_count = TWIN_COUNT(cmds),
                                         .nested = nested,
                                         .nested_count = TWIN_COUNT(nested),
                                         .texts = texts,
                                         .text_count = TWIN_COUNT(texts)};
