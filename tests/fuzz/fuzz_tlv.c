/*
 * fuzz_tlv.c - any bytes as the TLVs of an image whose header is right, so that the checks of TLVs,
 * signatures, wrapped keys and compressed payloads are reached at once.
 *
 * The first byte chooses what the header says, two numbers of two bytes how much of the rest is the
 * payload and how much the protected TLVs. SPDX-License-Identifier: Apache-2.0
 */
#include "replay.h"
#include "signing/verify.h"
#include "signing/wrap.h"
#include <stdlib.h>

#define HEAD 5 /* bytes in front of the contents */

/* A key of each kind, made once. The kind decides, not the key, so random ones do. */
static struct twin_key keys[TWIN_KEY_TYPE_COUNT];

static void make_keys(void)
{
    for (int i = 0; i < TWIN_KEY_TYPE_COUNT && keys[TWIN_KEY_TYPE_COUNT - 1].type == NULL; i++) {
        const struct twin_key_type *type = &twin_key_types[i];
        EVP_PKEY *pkey = NULL;
        struct twin_error error;
        if (twin_key_generate(type, &pkey, &error) != 0 ||
            twin_key_adopt(&keys[i], pkey, true, type->name, &error) != 0) {
            abort();
        }
    }
}

static void add_area(struct twin_buf *out, uint16_t magic, struct twin_span bytes)
{
    twin_buf_add_u16(out, false, magic);
    twin_buf_add_u16(out, false, (uint16_t)(bytes.len + 4));
    twin_buf_add_span(out, bytes);
}

/* An image of three parts; flags from the low bits of choice. */
static void make_image(struct twin_buf *image, uint8_t choice, struct twin_span payload,
                       struct twin_span prot, struct twin_span unprot)
{
    uint32_t flags = (choice & 1 ? TWIN_IMAGE_ENCRYPTED_AES128 : 0u) |
                     (choice & 2 ? TWIN_IMAGE_ENCRYPTED_AES256 : 0u) |
                     (choice & 4 ? TWIN_IMAGE_LZMA2 : 0u) |
                     (choice & 8 ? TWIN_IMAGE_THUMB_FILTER : 0u);

    twin_buf_add_u32(image, false, TWIN_IMAGE_MAGIC);
    twin_buf_add_u32(image, false, 0);
    twin_buf_add_u16(image, false, 32);
    twin_buf_add_u16(image, false, prot.len > 0 ? (uint16_t)(prot.len + 4) : 0);
    twin_buf_add_u32(image, false, (uint32_t)payload.len);
    twin_buf_add_u32(image, false, flags);
    twin_buf_fill(image, 0, 12);
    twin_buf_add_span(image, payload);
    if (prot.len > 0) {
        add_area(image, TWIN_TLV_MAGIC_PROT, prot);
    }
    add_area(image, TWIN_TLV_MAGIC, unprot);
}

/* The same bytes as the value of every TLV that carries a key. */
static void unwrap_all(struct twin_span value)
{
    static const uint8_t kek[TWIN_AES_KEY_MAX];
    uint8_t out[TWIN_AES_KEY_MAX];

    for (uint16_t type = TWIN_TLV_ENC_RSA2048; type <= TWIN_TLV_ENC_X25519_SHA512; type++) {
        for (int i = 0; i < TWIN_KEY_TYPE_COUNT; i++) {
            size_t len = twin_unwrap_key(
                type, value, &keys[i], (struct twin_span){kek, value.len % 2 == 0 ? 16 : 32}, out);
            if (len != 0 && len != 16 && len != 32) {
                abort();
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct twin_verify_result result;
    struct twin_error error;
    struct twin_buf image = {0};

    if (len < HEAD || len > 60000) {
        return 0;
    }
    make_keys();
    uint8_t choice = data[0];
    struct twin_span rest = {data + HEAD, len - HEAD};
    size_t first = twin_get_le16(data + 1) % (rest.len + 1);
    size_t second = twin_get_le16(data + 3) % (rest.len - first + 1);
    make_image(&image, choice, (struct twin_span){rest.ptr, first},
               (struct twin_span){rest.ptr + first, second},
               (struct twin_span){rest.ptr + first + second, rest.len - first - second});
    for (int i = 0; i < TWIN_KEY_TYPE_COUNT; i++) {
        struct twin_verify_input input = {.bytes = twin_buf_span(&image),
                                          .keys = &keys[i],
                                          .key_count = keys[i].type->scheme != TWIN_SCHEME_NONE,
                                          .dec_key = &keys[i]};
        /* Nobody signed anything here with these keys. */
        if (twin_verify_image(&input, &result, &error) == TWIN_ERROR_NONE && input.key_count > 0) {
            abort();
        }
    }
    if (choice & 16) {
        unwrap_all(rest);
    }
    twin_buf_free(&image);
    return 0;
}
