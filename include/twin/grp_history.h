/*
 * twin/grp_history.h - history group (21591, of the user range): what became of updates, and why.
 * Commands and messages; what a device sets for it is in twin/srv_history.h. Spec: docs/spec-smp.md
 * section 3.12. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"
#include "twin/outcome.h"

TWIN_C_BEGIN

enum { TWIN_GRP_HISTORY = 21591 }; /* "TW": others begin to count at 64 */

/* Group codes of v2 errors: name, value, generic code for v1, text for people. */
#define TWIN_HISTORY_RC_LIST(X)                                                                    \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(FLASH_WRITE, 2, UNKNOWN, "the flash could not be written")

enum twin_history_rc {
#define X(name, value, v1, text) TWIN_HISTORY_RC_##name = value,
    TWIN_HISTORY_RC_LIST(X)
#undef X
};

/* The generic code (enum twin_smp_rc) that stands for each towards a v1 client. */
enum {
#define X(name, value, v1, text) TWIN_HISTORY_V1_##name = TWIN_RC_##v1,
    TWIN_HISTORY_RC_LIST(X)
#undef X
};

/* One thing that happened (twin/outcome.h says what the numbers mean). */
struct twin_history_item {
    uint32_t present;
    uint32_t image, outcome;  /* enum twin_outcome */
    uint32_t reason;          /* enum twin_reason */
    uint32_t starts;          /* on trial; absent: not known */
    struct twin_span version; /* as the image list tells it; absent: not known */
    bool is_new;              /* nobody acknowledged it */
};
enum {
    TWIN_HISTORY_IMAGE = 1 << 0,
    TWIN_HISTORY_OUTCOME = 1 << 1,
    TWIN_HISTORY_REASON = 1 << 2,
    TWIN_HISTORY_STARTS = 1 << 3,
    TWIN_HISTORY_VERSION = 1 << 4,
    TWIN_HISTORY_NEW = 1 << 5
};
extern const struct twin_msg twin_history_item_msg;

/* Image by image, oldest first. */
struct twin_history_rsp {
    uint32_t present;
    struct twin_span items; /* twin_msg_items() over twin_history_item_msg */
};

/* Read; and tell the device that it was heard: nothing of it is new any more. */
extern const struct twin_cmd twin_history_cmd, twin_history_acknowledge_cmd;

TWIN_C_END
