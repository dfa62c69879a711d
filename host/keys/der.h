/*
 * der.h - the little DER that private keys for loaders need. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"

enum {
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_SEQUENCE = 0x30,
    DER_CONTEXT_1 = 0xa1
};

/* One element: with its head in whole, without in content. */
struct der {
    uint8_t tag;
    struct twin_span whole, content;
};

/* Take the next element off the front of in. False if there is none or it is not whole. */
bool der_next(struct twin_span *in, struct der *element);

/* Append an element. */
void der_add(struct buf *out, uint8_t tag, struct twin_span content);
