/*
 * fault.h - what can be wrong with an image. SPDX-License-Identifier: Apache-2.0
 */
#pragma once

enum twin_fault {
    TWIN_FAULT_NONE,

    /* Its structure (view.h). */
    TWIN_FAULT_SHORT,       /* fewer bytes than a header */
    TWIN_FAULT_MAGIC,       /* no image */
    TWIN_FAULT_HEADER,      /* sizes or flags that exclude each other */
    TWIN_FAULT_CUT,         /* the sizes point behind the end */
    TWIN_FAULT_TLV_MAGIC,   /* no TLV area where it should begin */
    TWIN_FAULT_PROT_SIZE,   /* the header and the protected area differ about its length */
    TWIN_FAULT_TLV_OVERRUN, /* an entry is longer than its area */
    TWIN_FAULT_TLV_PLACE,   /* an entry in the wrong area */
    TWIN_FAULT_TLV_LENGTH,  /* an entry of impossible length */
    TWIN_FAULT_TLV_REPEAT,  /* an entry that may stand there once only */

    /* What it says of its content (verify.h). */
    TWIN_FAULT_HASH,      /* missing, there twice, or of something else */
    TWIN_FAULT_LOCKED,    /* encrypted, and there is no key that could open it */
    TWIN_FAULT_IMAGE_KEY, /* the key that was given does not open it */
    TWIN_FAULT_PACKED,    /* what is compressed in it is damaged */
    TWIN_FAULT_KEY_TYPE,  /* none of the keys signs with the image's hash */
    TWIN_FAULT_UNSIGNED,  /* there is no signature */
    TWIN_FAULT_SIGNATURE, /* missing for a key that was given, wrong, or in the wrong place */
    TWIN_FAULT_COUNT
};

/* A fault as a sentence, in the words of the reference tool where that has some: scripts may look
 * for them. */
const char *twin_fault_text(enum twin_fault fault);

/* A word for programs: "no-image", "damaged", "encrypted", "unsigned" or "wrong-key". */
const char *twin_fault_reason(enum twin_fault fault);
