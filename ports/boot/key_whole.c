/*
 * key_whole.c - which key signed? Images hold it as a whole, as imgtool --public-key-format full
 * writes it; stands in for lib/image/key_hash.c. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/image.h"
#include <string.h>

#define CHUNK 32 /* bytes compared at a time */

static twin_err_t compare(const struct twin_image *image, const struct twin_tlv *tlv,
                          const struct twin_pubkey *key, bool *same)
{
    uint8_t chunk[CHUNK];

    *same = tlv->len == key->len;
    for (uint32_t done = 0; done < key->len && *same; done += CHUNK) {
        uint32_t left = key->len - done;
        uint32_t part = left < CHUNK ? left : CHUNK;
        TWIN_TRY(twin_area_read(image->area, image->off + tlv->off + done, chunk, part));
        *same = memcmp(chunk, &key->der[done], part) == 0;
    }
    return TWIN_OK;
}

twin_err_t twin_image_key_find(const struct twin_image *image, const struct twin_tlv *tlv,
                               const struct twin_pubkey *keys, unsigned key_count,
                               const struct twin_hash_alg *alg, const struct twin_pubkey **found)
{
    (void)alg;
    for (unsigned i = 0; i < key_count && tlv->type == TWIN_TLV_PUBKEY; i++) {
        bool same;
        TWIN_TRY(compare(image, tlv, &keys[i], &same));
        if (same && !keys[i].is_revoked) {
            *found = &keys[i];
        }
    }
    return TWIN_OK;
}
