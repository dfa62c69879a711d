/*
 * der.h - the little DER that private keys for loaders need. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"

enum {
    TWIN_DER_INTEGER = 0x02,
    TWIN_DER_BIT_STRING = 0x03,
    TWIN_DER_OCTET_STRING = 0x04,
    TWIN_DER_SEQUENCE = 0x30,
    TWIN_DER_CONTEXT_1 = 0xa1
};

/* One element: with its head in whole, without in content. */
struct twin_der {
    uint8_t tag;
    struct twin_span whole, content;
};

/* Take the next element off the front of in. False if there is none or it is not whole. */
bool twin_der_next(struct twin_span *in, struct twin_der *element);

/* Append an element. */
void twin_der_add(struct twin_buf *out, uint8_t tag, struct twin_span content);
