/*
 * sig_p256m.c - ECDSA signatures on P-256 over SHA-256. The arithmetic is p256-m's, of Mbed TLS.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../../ecdsa.h"
#include "../../p256_key.h"

/* Of p256-m.h, which is not there in builds that do not use it. 0: the signature matches; else it
 * is a small negative number. */
int p256_ecdsa_verify(const uint8_t sig[2 * P256_COORD], const uint8_t xy[2 * P256_COORD],
                      const uint8_t *hash, size_t hash_len);

struct question {
    const uint8_t *xy, *hash;
    uint8_t rs[2 * P256_COORD];
};

static uint32_t differs(const void *ctx)
{
    const struct question *q = ctx;

    return (uint32_t)p256_ecdsa_verify(q->rs, q->xy, q->hash, TWIN_SHA256_LEN);
}

static twin_proof_t p256_verify(const struct twin_pubkey *key, const uint8_t *hash,
                                struct twin_span sig)
{
    struct question question;

    question.xy = twin_ecdsa_point(key, p256_key_head, sizeof(p256_key_head), P256_COORD);
    question.hash = hash;
    if (question.xy == NULL) {
        return TWIN_E_FORMAT;
    }
    TWIN_TRY(twin_ecdsa_read(sig, P256_COORD, question.rs));
    return twin_proof_ask(differs, &question);
}

const struct twin_sig_alg twin_sig_p256m = {.tlv = ECDSA_TLV,
                                            .sig_len_max = P256_SIG_MAX,
                                            .hash = &twin_hash_sha256,
                                            .verify = p256_verify};
