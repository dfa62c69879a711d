/*
 * srv_fs_hash.h - the hashes and checksums of the file group. Between files of lib/server/groups.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/cbor.h"
#include "twin/crypto.h"

union twin_srv_fs_hasher {
    uint32_t crc;
    struct twin_sha256 sha256;
};

struct twin_srv_fs_hash {
    char name[8];
    uint8_t format, size; /* as the command `types` tells them */
    void (*init)(union twin_srv_fs_hasher *hasher);
    void (*update)(union twin_srv_fs_hasher *hasher, const uint8_t *data, size_t len);
    void (*put)(union twin_srv_fs_hasher *hasher, struct twin_cbor_writer *w); /* the result */
};

#define TWIN_SRV_FS_HASHES     2
#define TWIN_SRV_FS_OUTPUT_MAX (2 + TWIN_SHA256_LEN) /* bytes of a result with its head */
extern const struct twin_srv_fs_hash twin_srv_fs_hashes[TWIN_SRV_FS_HASHES];
