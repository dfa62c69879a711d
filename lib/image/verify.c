/*
 * verify.c - is this image whole, and did a known key sign it?
 *
 * Spec: docs/spec-image.md section 2. Stricter than the reference: whatever could be read in a
 * second way is refused (docs/design.md). SPDX-License-Identifier: Apache-2.0
 */
#include "twin/image.h"
#include <string.h>

#define CHUNK 128 /* bytes hashed at a time */

twin_err_t twin_image_hash_compute(const struct twin_image *image, const struct twin_hash_alg *alg,
                                   uint8_t *hash)
{
    struct twin_hash_state state;
    uint8_t chunk[CHUNK];

    alg->init(&state);
    for (uint32_t done = 0; done < image->hashed_len;) {
        uint32_t left = image->hashed_len - done;
        uint32_t part = left < CHUNK ? left : CHUNK;
        TWIN_TRY(twin_area_read(image->area, image->off + done, chunk, part));
        alg->update(&state, chunk, part);
        done += part;
    }
    alg->final(&state, hash);
    return TWIN_OK;
}

/* What another reader could take for a signature, or for how one is made. */
static bool could_sign(uint16_t type)
{
    return twin_tlv_is_signature(type) || type == TWIN_TLV_SIG_PURE;
}

twin_err_t twin_image_hash_read(const struct twin_image *image, const struct twin_hash_alg *alg,
                                uint8_t *hash)
{
    struct twin_tlv tlv;
    uint32_t cursor = 0;
    unsigned found = 0;
    twin_err_t err;

    while ((err = twin_image_tlv_next(image, &cursor, &tlv)) == TWIN_OK) {
        if (!twin_tlv_is_hash(tlv.type)) {
            continue;
        }
        found++;
        if (tlv.type != alg->tlv || tlv.len != alg->len) {
            return TWIN_E_NOT_FOUND;
        }
        TWIN_TRY(twin_area_read(image->area, image->off + tlv.off, hash, alg->len));
    }
    return err == TWIN_E_NOT_FOUND && found == 1 ? TWIN_OK : err;
}

/*
 * Could another reader take this TLV for a part of the signature?
 * announced  the TLV before it names a key.
 */
static bool is_stray(const struct twin_tlv *tlv, bool announced)
{
    if (tlv->is_protected) {
        return twin_tlv_names_key(tlv->type) || could_sign(tlv->type);
    }
    return could_sign(tlv->type) && !announced;
}

static twin_proof_t check_signature(const struct twin_image *image, const struct twin_tlv *tlv,
                                    const struct twin_pubkey *key, const struct twin_sig_alg *alg,
                                    const uint8_t *hash)
{
    uint8_t sig[TWIN_SIG_MAX];

    if (tlv->type != alg->tlv || tlv->len > alg->sig_len_max || tlv->len > sizeof(sig)) {
        return TWIN_E_VERIFY;
    }
    TWIN_TRY(twin_area_read(image->area, image->off + tlv->off, sig, tlv->len));
    const twin_proof_t proof = alg->verify(key, hash, (struct twin_span){sig, tlv->len});
    return proof == TWIN_E_FORMAT ? TWIN_E_VERIFY : proof;
}

/*
 * The signature of each known key stands directly behind the hash of the key, and matches: there is
 * at least one, and no more of them than keys, because each costs time. Signatures of other keys
 * are passed over. What another reader could take for one of these because of its type is refused:
 * such a TLV in the protected area, and a signature that no key announces.
 */
twin_proof_t twin_image_prove_signatures(const struct twin_image *image,
                                         const struct twin_pubkey *keys, unsigned key_count,
                                         const struct twin_sig_alg *alg, const uint8_t *hash)
{
    const struct twin_pubkey *key = NULL; /* known, and named by the TLV just before */
    bool announced = false;               /* the TLV just before names a key, known or not */
    twin_proof_t proof = TWIN_E_VERIFY;   /* of the last signature */
    unsigned good = 0;
    struct twin_tlv tlv;
    uint32_t cursor = 0;
    twin_err_t err;

    while ((err = twin_image_tlv_next(image, &cursor, &tlv)) == TWIN_OK) {
        if (key != NULL) {
            proof = check_signature(image, &tlv, key, alg, hash);
            TWIN_TRY(twin_proof_error(proof));
            good++;
        }
        if (is_stray(&tlv, announced) || good > key_count) {
            return TWIN_E_VERIFY;
        }
        announced = twin_tlv_names_key(tlv.type);
        key = NULL;
        TWIN_TRY(twin_image_key_find(image, &tlv, keys, key_count, alg->hash, &key));
    }
    if (err != TWIN_E_NOT_FOUND) {
        return err;
    }
    return key == NULL ? proof : TWIN_E_VERIFY;
}

twin_proof_t twin_image_prove(const struct twin_image *image, const struct twin_pubkey *keys,
                              unsigned key_count, const struct twin_sig_alg *alg)
{
    uint8_t want[TWIN_HASH_MAX], have[TWIN_HASH_MAX];
    twin_err_t err;

    if ((image->header.flags & twin_image_flags_refused) != 0) {
        return TWIN_E_UNSUPPORTED;
    }
    err = twin_image_hash_read(image, alg->hash, want);
    TWIN_TRY(err == TWIN_E_NOT_FOUND ? TWIN_E_VERIFY : err);
    TWIN_TRY(twin_image_hash_compute(image, alg->hash, have));
    if (memcmp(want, have, alg->hash->len) != 0) {
        return TWIN_E_VERIFY;
    }
    TWIN_TRY(twin_image_device_check(image));
    return twin_image_prove_signatures(image, keys, key_count, alg, have);
}

twin_err_t twin_image_verify(const struct twin_image *image, const struct twin_pubkey *keys,
                             unsigned key_count, const struct twin_sig_alg *alg)
{
    return twin_proof_error(twin_image_prove(image, keys, key_count, alg));
}
