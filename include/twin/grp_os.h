/*
 * twin/grp_os.h - OS group (0): commands and messages, and what a device sets for it.
 * Spec: docs/spec-smp.md section 3.1. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"

TWIN_C_BEGIN

enum { TWIN_GRP_OS = 0 };

/* Group codes of v2 errors: name, value, generic code for v1, text for people. */
#define TWIN_OS_RC_LIST(X)                                                                         \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(INVALID_FORMAT, 2, INVALID, "the format asked for is not known")                             \
    X(NO_ANSWER, 3, NO_ENTRY, "there is no answer to this query")                                  \
    X(RTC_NOT_SET, 4, NO_ENTRY, "the clock is not set")                                            \
    X(RTC_FAILED, 5, UNKNOWN, "the clock reported a failure")                                      \
    X(BAD_ANSWER, 6, UNKNOWN, "the answer to this query is not valid")                             \
    X(HEAP_FAILED, 7, UNKNOWN, "the heap statistics could not be read")

enum twin_os_rc {
#define X(name, value, v1, text) TWIN_OS_RC_##name = value,
    TWIN_OS_RC_LIST(X)
#undef X
};

/* The generic code (enum twin_smp_rc) that stands for each towards a v1 client. */
enum {
#define X(name, value, v1, text) TWIN_OS_V1_##name = TWIN_RC_##v1,
    TWIN_OS_RC_LIST(X)
#undef X
};

#define TWIN_OS_TASKS_MAX 16 /* rows that our server sends; what it is sent has no limit */

struct twin_os_echo_req {
    uint32_t present;
    struct twin_span text;
};
enum { TWIN_OS_ECHO_REQ_TEXT = 1 << 0 };

struct twin_os_echo_rsp {
    uint32_t present;
    struct twin_span text;
};

/* One row of taskstat. Stack sizes are in 4-byte words on the wire. */
struct twin_os_task {
    uint32_t present;
    struct twin_span name; /* for the device only: it is no field but the row's key */
    int64_t prio;
    uint64_t tid, state, stack_use_words, stack_size_words;
    uint64_t switches, runtime, last_checkin, next_checkin;
};
enum {
    TWIN_OS_TASK_PRIO = 1 << 0,
    TWIN_OS_TASK_TID = 1 << 1,
    TWIN_OS_TASK_STATE = 1 << 2,
    TWIN_OS_TASK_STKUSE = 1 << 3,
    TWIN_OS_TASK_STKSIZ = 1 << 4,
    TWIN_OS_TASK_SWITCHES = 1 << 5,
    TWIN_OS_TASK_RUNTIME = 1 << 6,
    TWIN_OS_TASK_LAST_CHECKIN = 1 << 7,
    TWIN_OS_TASK_NEXT_CHECKIN = 1 << 8
};
struct twin_os_taskstat_rsp {
    uint32_t present;
    struct twin_span tasks; /* twin_msg_items() over twin_os_task_msg; the keys are the names */
};

struct twin_os_reset_req {
    uint32_t present;
    bool force;
    uint32_t boot_mode;
};
enum { TWIN_OS_BOOT_MODE_NORMAL = 0, TWIN_OS_BOOT_MODE_RECOVERY = 1 };
enum { TWIN_OS_RESET_REQ_FORCE = 1 << 0, TWIN_OS_RESET_REQ_BOOT_MODE = 1 << 1 };

struct twin_os_params_rsp {
    uint32_t present;
    uint32_t buf_size, buf_count;
};
enum { TWIN_OS_PARAMS_RSP_SIZE = 1 << 0, TWIN_OS_PARAMS_RSP_COUNT = 1 << 1 };

struct twin_os_info_req {
    uint32_t present;
    struct twin_span format;
};
enum { TWIN_OS_INFO_REQ_FORMAT = 1 << 0 };

struct twin_os_info_rsp {
    uint32_t present;
    struct twin_span output;
};

struct twin_os_bootloader_req {
    uint32_t present;
    struct twin_span query;
};
enum { TWIN_OS_BOOTLOADER_REQ_QUERY = 1 << 0 };

struct twin_os_bootloader_rsp {
    uint32_t present;
    struct twin_span bootloader;
    int64_t mode;
    bool no_downgrade;
};
enum {
    TWIN_OS_BOOTLOADER_RSP_NAME = 1 << 0,
    TWIN_OS_BOOTLOADER_RSP_MODE = 1 << 1,
    TWIN_OS_BOOTLOADER_RSP_NO_DOWNGRADE = 1 << 2
};

extern const struct twin_msg twin_os_task_msg;

/* Request and answer: the structs twin_os_NAME_req and twin_os_NAME_rsp; twin_empty where there is
 * none. */
extern const struct twin_cmd twin_os_echo_cmd, twin_os_echo_read_cmd, twin_os_taskstat_cmd,
    twin_os_reset_cmd, twin_os_params_cmd, twin_os_info_cmd, twin_os_bootloader_cmd;

/* ---- On a device (lib/server/groups/srv_os.c) ---- */

/* Texts for the "info" command, in the order and with the letters in which it gives them. */
enum twin_srv_info {
    TWIN_INFO_KERNEL,         /* s */
    TWIN_INFO_NODE,           /* n */
    TWIN_INFO_VERSION,        /* r: of the application */
    TWIN_INFO_KERNEL_VERSION, /* v */
    TWIN_INFO_BUILD_TIME,     /* b */
    TWIN_INFO_MACHINE,        /* m */
    TWIN_INFO_PROCESSOR,      /* p */
    TWIN_INFO_BOARD,          /* i */
    TWIN_INFO_OS,             /* o */
    TWIN_INFO_COUNT
};

/* Bytes of text that "info" can give. */
#define TWIN_SRV_INFO_MAX 192

struct twin_srv_os_config {
    /* NULL is answered as "unknown". Together up to TWIN_SRV_INFO_MAX bytes with blanks between. */
    const char *info[TWIN_INFO_COUNT];

    const char *bootloader; /* its name: "MCUboot" says compatible; NULL: no answer */
    uint8_t boot_mode;      /* the number of its mode (twin/mode.h) */
    bool no_downgrade;      /* it refuses steps back */

    /* Describe task number index; false after the last one. NULL: no taskstat. */
    bool (*task)(void *ctx, unsigned index, struct twin_os_task *task);
    void *ctx; /* given back to task */
};

/* What the application is told when it is asked about a reset (twin_os_reset_cmd). */
struct twin_srv_os_question {
    bool forced; /* the client insists; it is still for the application to decide */
};

/* The group in the table of a server (twin/server.h); config must live as long as the server. */
#define TWIN_SRV_OS(config_)                                                                       \
    {                                                                                              \
        &twin_srv_os, 1 ? (config_) : (const struct twin_srv_os_config *)0, NULL                   \
    }
extern const struct twin_srv_group twin_srv_os;

TWIN_C_END
