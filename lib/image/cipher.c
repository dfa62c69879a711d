/*
 * cipher.c - see twin/cipher.h. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/cipher.h"

/* Does the header say that a key of this length encrypts the image? */
static bool is_for(const struct twin_image *image, uint8_t key_len)
{
    const uint32_t flag =
        key_len == TWIN_AES_KEY_MAX ? TWIN_IMAGE_ENCRYPTED_AES256 : TWIN_IMAGE_ENCRYPTED_AES128;

    return (image->header.flags & flag) != 0;
}

/* The one TLV that holds the key. TWIN_E_NOT_FOUND if there is none, or more than one. */
static twin_err_t find(const struct twin_image *image, uint16_t type, struct twin_tlv *found)
{
    struct twin_tlv tlv;
    uint32_t cursor = 0;
    unsigned count = 0;
    twin_err_t err;

    while ((err = twin_image_tlv_next(image, &cursor, &tlv)) == TWIN_OK) {
        if (tlv.type == type) {
            *found = tlv;
            count++;
        }
    }
    return err == TWIN_E_NOT_FOUND && count == 1 ? TWIN_OK : err;
}

static twin_err_t read_key(struct twin_cipher *cipher, const struct twin_image *image,
                           const struct twin_decrypt *decrypt)
{
    uint8_t wrapped[TWIN_WRAPPED_MAX], key[TWIN_AES_KEY_MAX];
    struct twin_tlv tlv = {0};

    TWIN_TRY(find(image, decrypt->alg->tlv, &tlv));
    if (tlv.len > sizeof(wrapped)) {
        return TWIN_E_FORMAT;
    }
    TWIN_TRY(twin_area_read(image->area, image->off + tlv.off, wrapped, tlv.len));
    twin_err_t err = decrypt->alg->unwrap(decrypt->own, (struct twin_span){wrapped, tlv.len}, key,
                                          decrypt->key_len);
    if (err == TWIN_OK) {
        twin_aes_ctr_init(&cipher->ctr, key, decrypt->key_len);
        cipher->end = cipher->begin + image->header.img_size;
    }
    twin_erase_secret(key, sizeof(key));
    return err;
}

twin_err_t twin_cipher_open(struct twin_cipher *cipher, const struct twin_image *image,
                            const struct twin_decrypt *decrypt)
{
    twin_err_t err = TWIN_OK;

    cipher->begin = cipher->end = image->header.hdr_size;
    if (is_for(image, decrypt->key_len)) {
        err = read_key(cipher, image, decrypt);
        twin_erase_stack();
    }
    return err == TWIN_E_IO ? err : TWIN_OK;
}

void twin_cipher_run(const struct twin_cipher *cipher, uint32_t off, uint8_t *data, size_t len)
{
    const uint64_t data_end = (uint64_t)off + len;
    const uint32_t from = off > cipher->begin ? off : cipher->begin;
    const uint32_t to = data_end < cipher->end ? (uint32_t)data_end : cipher->end;

    if (from < to) {
        twin_aes_ctr_run(&cipher->ctr, from - cipher->begin, data + (from - off), to - from);
    }
}
