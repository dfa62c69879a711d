/*
 * der.c - the little DER that private keys, points and signatures need.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "keys/der.h"

bool twin_der_next(struct twin_span *in, struct twin_der *element)
{
    size_t head = 2, len;

    if (in->len < 2) {
        return false;
    }
    len = in->ptr[1];
    if (len > 0x80) {
        size_t digits = len & 0x7f;
        if (digits > 3 || in->len < 2 + digits) {
            return false;
        }
        len = 0;
        for (size_t i = 0; i < digits; i++) {
            len = len << 8 | in->ptr[2 + i];
        }
        head += digits;
    } else if (len == 0x80) {
        return false; /* indefinite lengths are not DER */
    }
    if (len > in->len - head) {
        return false;
    }
    element->tag = in->ptr[0];
    element->whole = (struct twin_span){in->ptr, head + len};
    element->content = (struct twin_span){in->ptr + head, len};
    in->ptr += head + len;
    in->len -= head + len;
    return true;
}

bool twin_der_trim(struct twin_span *sig)
{
    struct twin_span rest = *sig;
    struct twin_der sequence;

    if (!twin_der_next(&rest, &sequence) || sequence.tag != TWIN_DER_SEQUENCE) {
        return false;
    }
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] != 0) {
            return false;
        }
    }
    *sig = sequence.whole;
    return true;
}

void twin_der_add(struct twin_buf *out, uint8_t tag, const struct twin_buf *content)
{
    uint8_t head[5] = {tag};
    size_t len = 1;

    if (content->len < 0x80) {
        head[len++] = (uint8_t)content->len;
    } else {
        unsigned digits = content->len < 0x100 ? 1 : content->len < 0x10000 ? 2 : 3;
        head[len++] = (uint8_t)(0x80 | digits);
        for (unsigned i = digits; i-- > 0;) {
            head[len++] = (uint8_t)(content->len >> 8 * i);
        }
    }
    twin_buf_add(out, head, len);
    twin_buf_append(out, content);
}
