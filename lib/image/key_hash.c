/*
 * key_hash.c - which key signed? Images name it by its hash. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/image.h"
#include <string.h>

twin_err_t twin_image_key_find(const struct twin_image *image, const struct twin_tlv *tlv,
                               const struct twin_pubkey *keys, unsigned key_count,
                               const struct twin_hash_alg *alg, const struct twin_pubkey **found)
{
    uint8_t named[TWIN_HASH_MAX], have[TWIN_HASH_MAX];
    struct twin_hash_state state;

    if (tlv->type != TWIN_TLV_KEYHASH) {
        return TWIN_OK;
    }
    if (tlv->len != alg->len) { /* a part of a hash could be that of many keys */
        return TWIN_E_VERIFY;
    }
    TWIN_TRY(twin_area_read(image->area, image->off + tlv->off, named, alg->len));
    for (unsigned i = 0; i < key_count; i++) {
        alg->init(&state);
        alg->update(&state, keys[i].der, keys[i].len);
        alg->final(&state, have);
        if (memcmp(named, have, alg->len) == 0 && !keys[i].is_revoked) {
            *found = &keys[i];
        }
    }
    return TWIN_OK;
}
