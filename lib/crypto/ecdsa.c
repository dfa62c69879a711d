/*
 * ecdsa.c - signatures and keys of ECDSA as DER has them. No arithmetic: that is done by whoever
 * calls. SPDX-License-Identifier: Apache-2.0
 */
#include "ecdsa.h"
#include <stdbool.h>
#include <string.h>

#define DER_INTEGER  0x02
#define DER_SEQUENCE 0x30
#define DER_LONG     0x80 /* from here on lengths take more than one byte */
#define DER_NEGATIVE 0x80

/* Take one number off the front; its bytes go to the right end of out. */
static bool take_number(struct twin_span *in, size_t coord_len, uint8_t *out)
{
    const uint8_t *at = in->ptr;

    if (in->len < 3 || at[0] != DER_INTEGER || at[1] == 0 || at[1] > in->len - 2 ||
        (at[2] & DER_NEGATIVE) != 0) {
        return false;
    }
    size_t len = at[1];

    at += 2;
    in->ptr = at + len;
    in->len -= 2 + len;
    if (len > 1 && at[0] == 0) { /* there because the number would be negative without it */
        at++;
        len--;
        if ((at[0] & DER_NEGATIVE) == 0) {
            return false;
        }
    }
    if (len > coord_len) {
        return false;
    }
    memset(out, 0, coord_len);
    memcpy(&out[coord_len - len], at, len);
    return true;
}

twin_err_t twin_ecdsa_read(struct twin_span sig, size_t coord_len, uint8_t *rs)
{
    if (sig.len < 2 || sig.ptr[0] != DER_SEQUENCE || sig.ptr[1] > sig.len - 2 ||
        sig.ptr[1] >= DER_LONG) {
        return TWIN_E_FORMAT;
    }
    sig.len = sig.ptr[1];
    sig.ptr += 2;
    return take_number(&sig, coord_len, rs) && take_number(&sig, coord_len, &rs[coord_len]) &&
                   sig.len == 0
               ? TWIN_OK
               : TWIN_E_VERIFY;
}

const uint8_t *twin_ecdsa_point(const struct twin_pubkey *key, const uint8_t *head, size_t head_len,
                                size_t coord_len)
{
    if (key->len != head_len + 2 * coord_len || memcmp(key->der, head, head_len) != 0) {
        return NULL;
    }
    return &key->der[head_len];
}
