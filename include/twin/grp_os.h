/*
 * twin/grp_os.h - OS group (0): messages shared by host and device.
 * Spec: docs/spec-smp.md section 3.1. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"
#include "twin/smp.h"

enum twin_os_id {
    TWIN_OS_ECHO = 0,
    TWIN_OS_CONSOLE_ECHO = 1,
    TWIN_OS_TASKSTAT = 2,
    TWIN_OS_MPSTAT = 3,
    TWIN_OS_DATETIME = 4,
    TWIN_OS_RESET = 5,
    TWIN_OS_PARAMS = 6,
    TWIN_OS_INFO = 7,
    TWIN_OS_BOOTLOADER = 8
};

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
#define TWIN_OS_KEY_TASKS "tasks"
struct twin_os_taskstat_rsp {
    uint32_t present;
    struct twin_span tasks; /* twin_msg_items() over twin_os_task_msg; the keys are the names */
};

struct twin_os_reset_req {
    uint32_t present;
    bool force;
    uint32_t boot_mode;
};
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

extern const struct twin_msg twin_os_echo_req_msg, twin_os_echo_rsp_msg, twin_os_task_msg,
    twin_os_taskstat_rsp_msg, twin_os_reset_req_msg, twin_os_params_rsp_msg, twin_os_info_req_msg,
    twin_os_info_rsp_msg, twin_os_bootloader_req_msg, twin_os_bootloader_rsp_msg;
