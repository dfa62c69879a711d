/*
 * twin/outcome.h - the numbers for what became of an update, and why: in flash (twin/record.h) and
 * on the wire (twin/grp_history.h). Spec: docs/spec-boot-attempts.md section 4.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

enum twin_outcome {
    TWIN_OUTCOME_TRIAL = 1,     /* swapped in; it stays if it is confirmed */
    TWIN_OUTCOME_PERMANENT = 2, /* swapped in for good */
    TWIN_OUTCOME_REVERTED = 3,  /* it was taken out, and the image before it came back */
    TWIN_OUTCOME_REFUSED = 4,   /* it never ran */
    TWIN_OUTCOME_STUCK = 5 /* it should be taken out, but there is nothing good to go back to */
};

enum twin_reason {
    TWIN_REASON_NONE = 0,
    /* reverted */
    TWIN_REASON_ATTEMPTS = 1, /* nobody confirmed it in all the starts that it had */
    TWIN_REASON_REQUEST = 2,  /* it asked for that itself */
    TWIN_REASON_DAMAGED = 3,  /* it did not verify any more */
    TWIN_REASON_OTHER = 4,    /* another image was reverted */
    /* refused */
    TWIN_REASON_HEADER = 0x10,
    TWIN_REASON_SIZE = 0x11, /* too large, or not where this mode has updates */
    TWIN_REASON_HASH = 0x12,
    TWIN_REASON_KEY = 0x13, /* signed by nobody that the bootloader knows */
    TWIN_REASON_SIGNATURE = 0x14,
    TWIN_REASON_DECRYPTION = 0x15,
    TWIN_REASON_DOWNGRADE = 0x16,
    TWIN_REASON_DEPENDENCY = 0x17,
    TWIN_REASON_DEVICE = 0x18, /* made for another device */
    TWIN_REASON_FLASH = 0x19,
    TWIN_REASON_UNKNOWN = 0xff /* nobody wrote it down, or power failed before */
};
