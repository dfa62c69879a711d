/*
 * verify_signatures.c - who signed this image? SPDX-License-Identifier: Apache-2.0
 */
#include "signing/verify_priv.h"
#include <string.h>

/* The key that this TLV names, by its whole hash or in full; NULL if none of ours. */
static const struct twin_key *named_key(const struct twin_check *check,
                                        const struct twin_view_tlv *tlv)
{
    for (size_t i = 0; i < check->input->key_count; i++) {
        const struct twin_key *key = &check->input->keys[i];
        const struct twin_span hash = twin_key_hash(key, check->result->hash);
        if (tlv->type == TWIN_TLV_KEYHASH && tlv->value.len == hash.len &&
            memcmp(tlv->value.ptr, hash.ptr, hash.len) == 0) {
            return key;
        }
        if (tlv->type == TWIN_TLV_PUBKEY && tlv->value.len == key->der.len &&
            memcmp(tlv->value.ptr, key->der.data, key->der.len) == 0) {
            return key;
        }
    }
    return NULL;
}

static struct twin_span signed_message(const struct twin_check *check)
{
    if (!check->result->pure) {
        return (struct twin_span){check->result->digest, check->result->hash->len};
    }
    return twin_check_hashed(check);
}

/* What stands directly behind the name of a key that was given: its signature, and it matches. */
static bool check_signature(struct twin_check *check, const struct twin_view_tlv *tlv,
                            const struct twin_key *key)
{
    if (!twin_tlv_is_signature(tlv->type)) {
        return twin_check_fail(check, TWIN_FAULT_SIGNATURE,
                               "no signature stands directly behind the TLV that names %s",
                               key->name);
    }
    if (key->type->sig_tlv != tlv->type ||
        (check->result->pure && key->type->scheme != TWIN_SCHEME_EDDSA) ||
        !twin_key_verify(key, check->result->hash, signed_message(check), tlv->value)) {
        return twin_check_fail(check, TWIN_FAULT_SIGNATURE,
                               "a signature that names %s does not match", key->name);
    }
    check->result->signatures++;
    check->result->last_sig = tlv->value;
    return true;
}

/* Is the key named by a TLV before this one, too? */
static bool was_named_before(const struct twin_check *check, const struct twin_view_tlv *tlv,
                             const struct twin_key *key)
{
    struct twin_view_tlv earlier;
    size_t cursor = 0;

    while (twin_view_next(&check->view, &cursor, &earlier) && earlier.value.ptr != tlv->value.ptr) {
        if (named_key(check, &earlier) == key) {
            return true;
        }
    }
    return false;
}

/* A TLV that names a key. key: out: which of those given; NULL if none of them. */
static bool check_name(struct twin_check *check, const struct twin_view_tlv *tlv,
                       const struct twin_key **key)
{
    if (tlv->type == TWIN_TLV_KEYHASH && tlv->value.len != check->result->hash->len) {
        return twin_check_fail(check, TWIN_FAULT_SIGNATURE,
                               "a key hash of %zu bytes is not by the image's %s", tlv->value.len,
                               check->result->hash->name);
    }
    *key = named_key(check, tlv);
    if (*key != NULL && was_named_before(check, tlv, *key)) {
        return twin_check_fail(check, TWIN_FAULT_SIGNATURE, "two signatures name %s", (*key)->name);
    }
    return true;
}

/* What another reader could take for part of a signature. announced: the TLV before names a key. */
static bool check_stray(struct twin_check *check, const struct twin_view_tlv *tlv, bool announced)
{
    if (tlv->is_protected && (twin_tlv_is_signature(tlv->type) || twin_tlv_names_key(tlv->type))) {
        return twin_check_fail(check, TWIN_FAULT_SIGNATURE,
                               "TLV type 0x%02x stands in the protected area", tlv->type);
    }
    if (twin_tlv_is_signature(tlv->type) && !announced) {
        return twin_check_fail(check, TWIN_FAULT_SIGNATURE,
                               "no TLV directly before a signature (type 0x%02x) names its key",
                               tlv->type);
    }
    return true;
}

/* Behind the name of each key its signature, and nothing that could be taken for another. */
static bool check_places(struct twin_check *check)
{
    const struct twin_key *key = NULL; /* given, and named by the TLV just before */
    bool announced = false;            /* the TLV just before names a key, given or not */
    struct twin_view_tlv tlv;
    size_t cursor = 0;

    while (twin_view_next(&check->view, &cursor, &tlv)) {
        if ((key != NULL && !check_signature(check, &tlv, key)) ||
            !check_stray(check, &tlv, announced)) {
            return false;
        }
        if (twin_tlv_is_signature(tlv.type) && key == NULL) {
            check->result->foreign_signatures++;
        }
        key = NULL;
        announced = twin_tlv_names_key(tlv.type);
        if (announced && !check_name(check, &tlv, &key)) {
            return false;
        }
    }
    return key == NULL ||
           twin_check_fail(check, TWIN_FAULT_SIGNATURE,
                           "no signature stands behind the TLV that names %s", key->name);
}

bool twin_check_signatures(struct twin_check *check)
{
    struct twin_view_tlv tlv;

    if (twin_view_find(&check->view, TWIN_TLV_SIG_PURE, false, &tlv)) {
        if (tlv.value.ptr[0] != 1) {
            return twin_check_fail(check, TWIN_FAULT_SIGNATURE, "the SIG_PURE TLV is not 1");
        }
        check->result->pure = true;
    }
    if (!check_places(check)) {
        return false;
    }
    if (check->input->key_count > 0 && check->result->signatures == 0) {
        return check->result->foreign_signatures > 0
                   ? twin_check_fail(check, TWIN_FAULT_SIGNATURE, "it is signed by another key")
                   : twin_check_fail(check, TWIN_FAULT_UNSIGNED, "it is not signed");
    }
    return true;
}
