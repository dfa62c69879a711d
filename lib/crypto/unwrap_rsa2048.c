/*
 * unwrap_rsa2048.c - RSA-OAEP with SHA-256. BearSSL does the arithmetic, and the unpadding in
 * constant time. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/unwrap.h"
#include <bearssl.h>
#include <stdbool.h>
#include <string.h>

#define LEN         256 /* bytes of the modulus, and of what is wrapped */
#define DER_INTEGER 0x02
#define DER_LIST    0x30
#define INTEGERS    9 /* version, n, e, d, p, q, d mod p-1, d mod q-1, 1/q mod p */

/* The contents of a DER value of this type; what is behind it stays in *der. */
static bool take(struct twin_span *der, uint8_t type, struct twin_span *value)
{
    size_t len, head = 2;

    if (der->len < 4 || der->ptr[0] != type) {
        return false;
    }
    len = der->ptr[1];
    if (len > 0x80) { /* so many bytes tell the length: of a key of this size one or two */
        head += len - 0x80;
        len = head == 3 ? der->ptr[2] : (size_t)(der->ptr[2] << 8 | der->ptr[3]);
    }
    if (head > 4 || len > der->len - head) {
        return false;
    }
    *value = (struct twin_span){der->ptr + head, len};
    *der = (struct twin_span){value->ptr + len, der->len - head - len};
    return true;
}

/* BearSSL takes pointers to non-const numbers, though it does not change them. */
static unsigned char *number(const struct twin_span *value)
{
    union {
        const uint8_t *in;
        unsigned char *out;
    } same = {value->ptr};

    return same.out;
}

/* A PKCS#1 RSAPrivateKey. */
static bool parse(struct twin_span der, br_rsa_private_key *key)
{
    struct twin_span list, value[INTEGERS];
    bool good = take(&der, DER_LIST, &list);

    for (size_t i = 0; i < INTEGERS && good; i++) {
        good = take(&list, DER_INTEGER, &value[i]);
    }
    if (!good || value[1].len != LEN + 1) { /* a zero before its highest bit, which is set */
        return false;
    }
    *key = (br_rsa_private_key){8 * LEN,      number(&value[4]), value[4].len, number(&value[5]),
                                value[5].len, number(&value[6]), value[6].len, number(&value[7]),
                                value[7].len, number(&value[8]), value[8].len};
    return true;
}

static twin_err_t unwrap(struct twin_span own, struct twin_span wrapped, uint8_t *key,
                         size_t key_len)
{
    br_rsa_private_key private;
    uint8_t plain[LEN];
    size_t len = LEN;

    if (wrapped.len != LEN || !parse(own, &private)) {
        return TWIN_E_FORMAT;
    }
    memcpy(plain, wrapped.ptr, LEN);
    uint32_t good = br_rsa_i31_oaep_decrypt(&br_sha256_vtable, NULL, 0, &private, plain, &len);
    if (good == 1 && len == key_len) {
        memcpy(key, plain, key_len);
    } else {
        good = 0;
    }
    twin_erase_secret(plain, sizeof(plain));
    return good == 1 ? TWIN_OK : TWIN_E_VERIFY;
}

const struct twin_unwrap_alg twin_unwrap_rsa2048 = {.tlv = 0x30, .unwrap = unwrap};
