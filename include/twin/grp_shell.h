/*
 * twin/grp_shell.h - shell group (9): commands and messages, and what a device sets for it.
 * Spec: docs/spec-smp.md section 3.7. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"

TWIN_C_BEGIN

enum { TWIN_GRP_SHELL = 9 };

/* Group codes of v2 errors: name, value, generic code for v1, text for people. */
#define TWIN_SHELL_RC_LIST(X)                                                                      \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(TOO_LONG, 2, INVALID, "the command is too long")                                             \
    X(EMPTY, 3, INVALID, "the command is empty")

enum twin_shell_rc {
#define X(name, value, v1, text) TWIN_SHELL_RC_##name = value,
    TWIN_SHELL_RC_LIST(X)
#undef X
};

/* The generic code (enum twin_smp_rc) that stands for each towards a v1 client. */
enum {
#define X(name, value, v1, text) TWIN_SHELL_V1_##name = TWIN_RC_##v1,
    TWIN_SHELL_RC_LIST(X)
#undef X
};

struct twin_shell_exec_req {
    uint32_t present;
    struct twin_span words; /* LIST_OF TSTR: the command and its arguments */
};
struct twin_shell_exec_rsp {
    uint32_t present;
    struct twin_span output; /* cut where the device's buffer ends */
    int64_t ret;             /* what the command itself returned; old devices tell none */
};

extern const struct twin_cmd twin_shell_exec_cmd;

/* ---- On a device (lib/server/groups/srv_shell.c) ---- */

#define TWIN_SRV_SHELL_LINE_MAX 128 /* bytes of a command with its arguments, its end included */

/* What a command says; the group's own. */
struct twin_srv_shell_output {
    uint8_t *buf;
    size_t cap, len;
};

/* Say more: UTF-8. What does not fit the answer is cut. */
void twin_srv_shell_print(struct twin_srv_shell_output *output, const char *text);

struct twin_srv_shell_config {
    /*
     * Carry a command out, at once: the client and all others wait.
     *
     * line    its words with a blank between each, without control characters.
     * output  for what it says.
     *
     * Returns what the client is told: 0, or what went wrong.
     */
    int32_t (*exec)(void *ctx, const char *line, struct twin_srv_shell_output *output);
    void *ctx; /* given back to it */
};

/*
 * The group in the table of a server (twin/server.h); config must live as long as the server.
 * twin_srv_init() returns TWIN_E_ARG without `exec`. Each command asks the application first
 * (twin_srv_config.ask); details: the line, a const char *.
 */
#define TWIN_SRV_SHELL(config_)                                                                    \
    {                                                                                              \
        &twin_srv_shell, 1 ? (config_) : (const struct twin_srv_shell_config *)0, NULL             \
    }
extern const struct twin_srv_group twin_srv_shell;

TWIN_C_END
