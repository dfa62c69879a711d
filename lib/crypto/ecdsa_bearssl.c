/*
 * ecdsa_bearssl.c - see ecdsa_bearssl.h. SPDX-License-Identifier: Apache-2.0
 */
#include "ecdsa_bearssl.h"
#include <string.h>

struct question {
    br_ec_public_key ec;
    struct twin_span hash, rs;
};

/* BearSSL says 1 if the signature matches, else 0. */
static uint32_t differs(const void *ctx)
{
    const struct question *q = ctx;

    return 1 ^ br_ecdsa_i31_vrfy_raw(&br_ec_prime_i31, q->hash.ptr, q->hash.len, &q->ec, q->rs.ptr,
                                     q->rs.len);
}

twin_proof_t twin_ecdsa_bearssl(int curve, size_t coord_len, const uint8_t *xy,
                                struct twin_span hash, struct twin_span sig)
{
    uint8_t point[1 + 2 * ECDSA_COORD_MAX], rs[2 * ECDSA_COORD_MAX];
    const size_t len = 2 * coord_len;

    if (xy == NULL) {
        return TWIN_E_FORMAT;
    }
    TWIN_TRY(twin_ecdsa_read(sig, coord_len, rs));
    /* BearSSL takes a pointer to a non-const point, though it does not change it. */
    memcpy(point, xy - 1, 1 + len);
    const struct question question = {
        .ec = {.curve = curve, .q = point, .qlen = 1 + len}, .hash = hash, .rs = {rs, len}};
    return twin_proof_ask(differs, &question);
}
