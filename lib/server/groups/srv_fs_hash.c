/*
 * srv_fs_hash.c - CRC-32 (IEEE) and SHA-256 of files. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_fs_hash.h"

#define CRC32_POLY 0xedb88320u /* reflected */

static void crc_init(union twin_srv_fs_hasher *hasher)
{
    hasher->crc = UINT32_MAX;
}

/* Bit by bit: files are read over a wire that is slower than this. */
static void crc_update(union twin_srv_fs_hasher *hasher, const uint8_t *data, size_t len)
{
    uint32_t crc = hasher->crc;

    for (size_t i = 0; i < len; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? CRC32_POLY : 0);
        }
    }
    hasher->crc = crc;
}

static void crc_put(union twin_srv_fs_hasher *hasher, struct twin_cbor_writer *w)
{
    twin_cbor_put_head(w, TWIN_CBOR_UINT, ~hasher->crc);
}

static void sha_init(union twin_srv_fs_hasher *hasher)
{
    twin_sha256_init(&hasher->sha256);
}

static void sha_update(union twin_srv_fs_hasher *hasher, const uint8_t *data, size_t len)
{
    twin_sha256_update(&hasher->sha256, data, len);
}

static void sha_put(union twin_srv_fs_hasher *hasher, struct twin_cbor_writer *w)
{
    uint8_t hash[TWIN_SHA256_LEN];

    twin_sha256_final(&hasher->sha256, hash);
    twin_cbor_put_bytes(w, TWIN_CBOR_BSTR, (struct twin_span){hash, sizeof(hash)});
}

const struct twin_srv_fs_hash twin_srv_fs_hashes[TWIN_SRV_FS_HASHES] = {
    {"crc32", 0, sizeof(uint32_t), crc_init, crc_update, crc_put},
    {"sha256", 1, TWIN_SHA256_LEN, sha_init, sha_update, sha_put},
};
