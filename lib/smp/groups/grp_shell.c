/*
 * grp_shell.c - shell group: its messages and its command. Spec: docs/spec-smp.md section 3.7.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_shell.h"
#include "twin/groups.h"

static const struct twin_field exec_req[] = {
    TWIN_FIELD(twin_shell_exec_req, words, "argv", TWIN_F_LIST_OF(TWIN_F_TSTR), TWIN_REQUIRED),
};
static const struct twin_field exec_rsp[] = {
    TWIN_FIELD(twin_shell_exec_rsp, output, "o", TWIN_F_TSTR, TWIN_REQUIRED),
    TWIN_FIELD(twin_shell_exec_rsp, ret, "ret", TWIN_F_I64, TWIN_OPTIONAL),
};

static const struct twin_msg exec_req_msg = TWIN_REQ(twin_shell_exec_req, exec_req);
static const struct twin_msg exec_rsp_msg = TWIN_MSG(twin_shell_exec_rsp, exec_rsp);

const struct twin_cmd twin_shell_exec_cmd = {TWIN_SMP_WRITE, 0, TWIN_GRP_SHELL, &exec_req_msg,
                                             &exec_rsp_msg};

static const struct twin_cmd *const cmds[] = {&twin_shell_exec_cmd};
static const char texts[][TWIN_RC_TEXT_MAX] = {TWIN_SHELL_RC_LIST(TWIN_RC_TEXT)};

const struct twin_group twin_shell_group = {.name = "shell",
                                            .id = TWIN_GRP_SHELL,
                                            .cmds = cmds,
                                            .cmd_count = TWIN_COUNT(cmds),
                                            .texts = texts,
                                            .text_count = TWIN_COUNT(texts)};
