/*
 * keys/der.h - the little DER that private keys, points and signatures need.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"

enum { TWIN_DER_OCTET_STRING = 0x04, TWIN_DER_SEQUENCE = 0x30, TWIN_DER_CONTEXT_1 = 0xa1 };

/* One element: with its head in whole, without in content. */
struct twin_der {
    uint8_t tag;
    struct twin_span whole, content;
};

/* Take the next element off the front of in. False if there is none or it is not whole. */
bool twin_der_next(struct twin_span *in, struct twin_der *element);

/*
 * An ECDSA signature with zeros behind it, as --pad-sig makes it: cut them off. False if it is no
 * sequence, or anything else stands there.
 */
bool twin_der_trim(struct twin_span *sig);

/* Append an element. */
void twin_der_add(struct twin_buf *out, uint8_t tag, const struct twin_buf *content);
