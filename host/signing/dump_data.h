/*
 * dump_data.h - what an image holds, as YAML or JSON; dump.h is for callers.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/trailer.h"

/* What stands behind the image, a trailer or not. */
struct twin_dump_rest {
    bool present;           /* there is something */
    struct twin_span magic; /* its last bytes */
    struct twin_slot_trailer trailer;
    uint32_t key_field_len; /* bytes of the image keys in the trailer; 0: not encrypted */
};

void twin_dump_data(const struct twin_view *view, const char *name,
                    const struct twin_dump_rest *rest, bool yaml, struct twin_buf *out);
