/*
 * unwrap_ec256m.c - ECIES on P-256. The arithmetic is p256-m's, of Mbed TLS.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../../ecies.h"
#include "../../p256_key.h"

#define POINT_LEN    (1 + 2 * P256_COORD)
#define UNCOMPRESSED 4

/* Of p256-m.h, which is not there in builds that do not use it. 0 is success; what is no point of
 * the curve is refused. */
int p256_ecdh_shared_secret(uint8_t secret[P256_COORD], const uint8_t own[P256_COORD],
                            const uint8_t xy[2 * P256_COORD]);

/* What it calls to erase its secrets. */
void mbedtls_platform_zeroize(void *secret, size_t len);
void mbedtls_platform_zeroize(void *secret, size_t len)
{
    twin_erase_secret(secret, len);
}

static twin_err_t unwrap(struct twin_span own, struct twin_span wrapped, uint8_t *key,
                         size_t key_len)
{
    uint8_t shared[P256_COORD];

    if (own.len != P256_COORD ||
        !twin_ecies_has_len(wrapped, POINT_LEN, &twin_hash_sha256, key_len) ||
        wrapped.ptr[0] != UNCOMPRESSED) {
        return TWIN_E_FORMAT;
    }
    if (p256_ecdh_shared_secret(shared, own.ptr, &wrapped.ptr[1]) != 0) {
        return TWIN_E_VERIFY;
    }
    return twin_ecies_open(shared, wrapped.ptr + POINT_LEN, &twin_hash_sha256, key, key_len);
}

const struct twin_unwrap_alg twin_unwrap_ec256m = {.tlv = 0x32, .unwrap = unwrap};
