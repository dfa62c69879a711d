/*
 * test_neighbours.c - a program of somebody else, who links the libraries of the host beside zlib
 * and has named functions of their own as people do: it signs an image in memory, and everybody
 * gets the function that they mean. SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "check.h"
#include "signing/lzma.h"
#include "signing/sign.h"
#include "signing/verify.h"
#include <zlib.h>

#define KEY TEST_VECTORS "/image/keys/ecdsa-p256.pem"

/* Names that were ours once, or could be: whoever of ours calls one of them comes here. */
static unsigned called;

#define OURS(name)                                                                                 \
    int name(void);                                                                                \
    int name(void)                                                                                 \
    {                                                                                              \
        called++;                                                                                  \
        return 0;                                                                                  \
    }

OURS(buf_add)
OURS(buf_free)
OURS(buf_reserve)
OURS(decompress)
OURS(decrypt_key)
OURS(der_next)
OURS(error_set)
OURS(file_read)
OURS(hash_by_tlv)
OURS(hash_compute)
OURS(hash_find)
OURS(hex_read)
OURS(key_free)
OURS(key_hash)
OURS(key_load)
OURS(key_sign)
OURS(key_verify)
OURS(payload_cipher)
OURS(pem_load)
OURS(secret_read)
OURS(sign)
OURS(sign_run)
OURS(tlv_add)
OURS(tlv_info)
OURS(trailer_len)
OURS(verify)
OURS(verify_image)
OURS(view_find)
OURS(view_open)

int *hash_algs, *key_types; /* variables, too */

static void sign_and_verify(const struct twin_key *key, struct twin_span payload)
{
    struct twin_sign_spec spec = twin_sign_defaults();
    struct twin_verify_result result;
    struct twin_buf input_bytes = {0};
    struct twin_signed image;
    struct twin_error error;

    spec.version = (struct twin_version){1, 2, 3, 4};
    spec.key = key;
    twin_buf_fill(&input_bytes, 0, spec.header_size);
    twin_buf_add_span(&input_bytes, payload);
    CHECK_EQ(twin_sign_image(&spec, &input_bytes, &image, &error), TWIN_ERROR_NONE);

    struct twin_verify_input input = {
        .bytes = twin_buf_span(&image.bytes), .keys = key, .key_count = 1};
    CHECK_EQ(twin_verify_image(&input, &result, &error), TWIN_ERROR_NONE);
    CHECK_EQ(result.signatures, 1);
    CHECK(result.version.major == 1 && result.version.build == 4);
    image.bytes.data[spec.header_size] ^= 1;
    CHECK_EQ(twin_verify_image(&input, &result, &error), TWIN_ERROR_VERIFY);
    twin_signed_free(&image);
}

/* Both compressions under one roof, each with its own functions. */
static void pack_both_ways(struct twin_span payload)
{
    uint8_t packed[2000], unpacked[2000];
    uLongf packed_len = sizeof(packed), len = sizeof(unpacked);
    struct twin_buf lzma = {0};

    CHECK_EQ(compress(packed, &packed_len, payload.ptr, (uLong)payload.len), Z_OK);
    CHECK_EQ(uncompress(unpacked, &len, packed, packed_len), Z_OK);
    CHECK(len == payload.len && memcmp(unpacked, payload.ptr, len) == 0);
    CHECK(twin_lzma_pack(TWIN_COMPRESSION_LZMA2, payload, &lzma));
    CHECK(lzma.len > 0 && lzma.len < payload.len);
    twin_buf_free(&lzma);
}

int main(void)
{
    uint8_t payload[1000];
    struct twin_error error;
    struct twin_key key;

    for (size_t i = 0; i < sizeof(payload); i++) {
        payload[i] = (uint8_t)(i / 50);
    }
    CHECK_EQ(twin_key_load(&key, KEY, NULL, &error), TWIN_ERROR_NONE);
    sign_and_verify(&key, (struct twin_span){payload, sizeof(payload)});
    pack_both_ways((struct twin_span){payload, sizeof(payload)});
    CHECK_EQ(called, 0);
    CHECK(hash_algs == NULL && key_types == NULL);
    twin_key_free(&key);
    return check_report();
}
