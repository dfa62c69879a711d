/*
 * verify.c - is this image whole, and who signed it?
 *
 * Stricter than the reference tool: what lib/image/verify.c refuses is refused here too, for every
 * kind of key and hash. test_imgtool_hostile holds the two to the same images.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "signing/verify.h"
#include "signing/encrypt.h"
#include "signing/lzma.h"
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define AES_FLAGS       (TWIN_IMAGE_ENCRYPTED_AES128 | TWIN_IMAGE_ENCRYPTED_AES256)
#define HASH_REGION_MAX 0x10000000u /* bytes that a small file may decompress to */
#define COMPRESSED      (TWIN_IMAGE_LZMA2 | TWIN_IMAGE_THUMB_FILTER)

/* Reported in the words of the reference tool, which scripts may look for. */
static const char bad_hash[] = "Image has an invalid hash";
static const char bad_signature[] = "No signature found for the given key";
static const char bad_key[] = "Key type does not match TLV record";

struct check {
    const struct twin_verify_input *input;
    struct twin_verify_result *result;
    struct twin_view view;
    struct twin_buf plain; /* what the hash covers, if that is not in the file as it is */
};

static bool fail(struct check *check, const char *fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(struct check *check, const char *fault, const char *format, ...)
{
    va_list list;

    check->result->fault = fault;
    va_start(list, format);
    vsnprintf(check->result->detail, TWIN_VERIFY_DETAIL_MAX, format, list);
    va_end(list);
    return false;
}

/* Loaders pass over them; those in the protected area are signed all the same. */
static void note_unknown(struct check *check)
{
    struct twin_verify_result *result = check->result;
    struct twin_view_tlv tlv;
    size_t cursor = 0;

    while (twin_view_next(&check->view, &cursor, &tlv)) {
        if (twin_tlv_info(tlv.type) == NULL) {
            if (result->unknown_count < TWIN_VERIFY_UNKNOWN_MAX) {
                result->unknown[result->unknown_count] = tlv;
            }
            result->unknown_count++;
        }
    }
}

static bool open_image(struct check *check)
{
    uint16_t culprit;
    enum twin_fault fault = twin_view_open(&check->view, check->input->bytes);

    if (fault != TWIN_FAULT_NONE) {
        return fail(check, twin_fault_text[fault], "%s", "");
    }
    twin_slot_trailer_read(&check->view, &check->result->trailer);
    check->result->version = check->view.header.version;
    fault = twin_view_check_tlvs(&check->view, &culprit);
    if (fault != TWIN_FAULT_NONE) {
        return fail(check, twin_fault_text[fault], "TLV type 0x%02x", culprit);
    }
    note_unknown(check);
    return true;
}

/* Why a file may not hold a whole image at its beginning, where the cause can be seen. */
static void add_hint(struct check *check)
{
    struct twin_span bytes = check->input->bytes;
    char *hint = check->result->hint;
    size_t found;

    if (check->view.payload_off != 0) {
        if (twin_slot_trailer_in_progress(&check->result->trailer)) {
            snprintf(hint, TWIN_VERIFY_DETAIL_MAX,
                     "the trailer says that an update was under way when this slot was read: "
                     "start the device once, so that it finishes, and read the slot again");
        }
        return;
    }
    if (twin_view_is_erased(bytes)) {
        snprintf(hint, TWIN_VERIFY_DETAIL_MAX, "all bytes are 0x%02x: this is an empty slot",
                 bytes.ptr[0]);
        return;
    }
    found = twin_view_find_image(bytes);
    if (found != 0) {
        snprintf(hint, TWIN_VERIFY_DETAIL_MAX,
                 "an image begins at 0x%zx: a loader that swaps by offset wants an update one "
                 "sector in. Give --offset 0x%zx to check that one",
                 found + check->input->offset, found + check->input->offset);
    } else if (bytes.len >= TWIN_VIEW_STEP &&
               twin_view_is_erased((struct twin_span){bytes.ptr, TWIN_VIEW_STEP})) {
        snprintf(hint, TWIN_VERIFY_DETAIL_MAX,
                 "the beginning is erased: a loader does that to an update that it has installed "
                 "or refused");
    }
}

/* Exactly one hash TLV, of a kind that the keys go with. */
static bool find_hash(struct check *check, struct twin_view_tlv *found)
{
    struct twin_view_tlv tlv;
    size_t cursor = 0;
    bool fits = check->input->key_count == 0;

    found->type = 0;
    while (twin_view_next(&check->view, &cursor, &tlv)) {
        if (twin_hash_by_tlv(tlv.type) == NULL) {
            continue;
        }
        if (found->type != 0) {
            return fail(check, bad_hash, "there are two hash TLVs");
        }
        *found = tlv;
    }
    if (found->type == 0) {
        return fail(check, check->input->key_count > 0 ? bad_signature : bad_hash,
                    "there is no hash TLV");
    }
    check->result->hash = twin_hash_by_tlv(found->type);
    for (size_t i = 0; i < check->input->key_count; i++) {
        ptrdiff_t id = check->result->hash - twin_hashes;
        fits = fits || (check->input->keys[i].type->hashes_fixed >> id & 1) != 0;
    }
    return fits || fail(check, bad_key, "%s", check->result->hash->name);
}

static bool digest_matches(struct check *check, const struct twin_view_tlv *wanted)
{
    const struct twin_hash *hash = check->result->hash;
    struct twin_span region = {check->view.bytes.ptr, check->view.hashed_len};
    struct twin_error error;

    if (check->plain.len > 0) {
        region = twin_buf_span(&check->plain);
    }
    return twin_hash_compute(hash, region, check->result->digest, &error) == TWIN_ERROR_NONE &&
           CRYPTO_memcmp(check->result->digest, wanted->value.ptr, hash->len) == 0;
}

static bool find_key_tlv(const struct twin_view *view, struct twin_view_tlv *tlv)
{
    size_t cursor = 0;

    while (twin_view_next(view, &cursor, tlv)) {
        if (twin_tlv_wraps_key(tlv->type)) {
            return true;
        }
    }
    return false;
}

/* Make a plain copy of what the hash covers. */
static bool decrypt_image(struct check *check, const struct twin_view_tlv *key_tlv)
{
    const struct twin_view *view = &check->view;
    size_t key_len = (view->header.flags & TWIN_IMAGE_ENCRYPTED_AES128) != 0 ? 16 : 32;
    uint8_t image_key[TWIN_AES_KEY_MAX];
    const struct twin_key *dec_key = check->input->dec_key;

    if (dec_key == NULL && check->input->kek.len == 0) {
        return fail(check, bad_hash,
                    "the payload is encrypted; give the key that opens it with --decrypt");
    }
    if (twin_decrypt_key(key_tlv->type, key_tlv->value, dec_key, check->input->kek, image_key) !=
        key_len) {
        return fail(check, "Image key cannot be unwrapped",
                    "it was encrypted for another key, or its key TLV is damaged");
    }
    twin_buf_add(&check->plain, view->bytes.ptr, view->hashed_len);
    bool good = !check->plain.failed &&
                twin_payload_cipher(image_key, key_len, check->plain.data + view->payload_off,
                                    view->payload_len);
    OPENSSL_cleanse(image_key, sizeof(image_key));
    return good || fail(check, bad_hash, "OpenSSL could not decrypt the payload");
}

static bool check_hash(struct check *check)
{
    struct twin_view_tlv wanted = {0}, key_tlv;
    bool has_key = find_key_tlv(&check->view, &key_tlv);
    bool encrypted = (check->view.header.flags & AES_FLAGS) != 0;

    if (!find_hash(check, &wanted)) {
        return false;
    }
    if (encrypted != has_key) {
        return fail(check, bad_hash,
                    encrypted ? "the header says encrypted, but there is no key"
                              : "there is a key TLV, but the header does not say encrypted");
    }
    check->result->encrypted = encrypted;
    if (digest_matches(check, &wanted)) {
        check->result->clear = encrypted; /* made with --clear */
        return true;
    }
    if (encrypted && !decrypt_image(check, &key_tlv)) {
        return false;
    }
    return (encrypted && digest_matches(check, &wanted)) || fail(check, bad_hash, "%s", "");
}

/* The key that this TLV names, by its whole hash or in full; NULL if none of ours. */
static const struct twin_key *named_key(const struct check *check, const struct twin_view_tlv *tlv)
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

static struct twin_span signed_message(const struct check *check)
{
    if (!check->result->pure) {
        return (struct twin_span){check->result->digest, check->result->hash->len};
    }
    return check->plain.len > 0 ? twin_buf_span(&check->plain)
                                : (struct twin_span){check->view.bytes.ptr, check->view.hashed_len};
}

/* What stands directly behind the name of a key that was given: its signature, and it matches. */
static bool check_signature(struct check *check, const struct twin_view_tlv *tlv,
                            const struct twin_key *key)
{
    if (!twin_tlv_is_signature(tlv->type)) {
        return fail(check, bad_signature,
                    "no signature stands directly behind the TLV that names %s", key->name);
    }
    if (key->type->sig_tlv != tlv->type ||
        (check->result->pure && key->type->scheme != TWIN_SCHEME_EDDSA) ||
        !twin_key_verify(key, check->result->hash, signed_message(check), tlv->value)) {
        return fail(check, bad_signature, "a signature that names %s does not match", key->name);
    }
    check->result->signatures++;
    check->result->last_sig = tlv->value;
    return true;
}

/* Is the key named by a TLV before this one, too? */
static bool was_named_before(const struct check *check, const struct twin_view_tlv *tlv,
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
static bool check_name(struct check *check, const struct twin_view_tlv *tlv,
                       const struct twin_key **key)
{
    if (tlv->type == TWIN_TLV_KEYHASH && tlv->value.len != check->result->hash->len) {
        return fail(check, bad_signature, "a key hash of %zu bytes is not by the image's %s",
                    tlv->value.len, check->result->hash->name);
    }
    *key = named_key(check, tlv);
    if (*key != NULL && was_named_before(check, tlv, *key)) {
        return fail(check, bad_signature, "two signatures name %s", (*key)->name);
    }
    return true;
}

/* What another reader could take for part of a signature. announced: the TLV before names a key. */
static bool check_stray(struct check *check, const struct twin_view_tlv *tlv, bool announced)
{
    if (tlv->is_protected && (twin_tlv_is_signature(tlv->type) || twin_tlv_names_key(tlv->type))) {
        return fail(check, bad_signature, "TLV type 0x%02x stands in the protected area",
                    tlv->type);
    }
    if (twin_tlv_is_signature(tlv->type) && !announced) {
        return fail(check, bad_signature,
                    "no TLV directly before a signature (type 0x%02x) names its key", tlv->type);
    }
    return true;
}

/* Behind the name of each key its signature, and nothing that could be taken for another. */
static bool check_places(struct check *check)
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
    return key == NULL || fail(check, bad_signature,
                               "no signature stands behind the TLV that names %s", key->name);
}

static bool check_signatures(struct check *check)
{
    struct twin_view_tlv tlv;

    if (twin_view_find(&check->view, TWIN_TLV_SIG_PURE, false, &tlv)) {
        if (tlv.value.ptr[0] != 1) {
            return fail(check, bad_signature, "the SIG_PURE TLV is not 1");
        }
        check->result->pure = true;
    }
    if (!check_places(check)) {
        return false;
    }
    if (check->input->key_count > 0 && check->result->signatures == 0) {
        return fail(check, bad_signature, "%s",
                    check->result->foreign_signatures > 0 ? "it is signed by another key"
                                                          : "it is not signed");
    }
    return true;
}

/* Header and protected TLVs as they were before compression. */
static void add_original_frame(const struct check *check, uint32_t len, struct twin_buf *out)
{
    const struct twin_view *view = &check->view;
    struct twin_tlv_area area = {TWIN_TLV_MAGIC_PROT, view->big_endian, {0}};
    struct twin_buf sizes = {0};
    struct twin_view_tlv tlv;
    size_t cursor = 0;

    while (twin_view_next(view, &cursor, &tlv)) {
        if (tlv.is_protected &&
            (tlv.type < TWIN_TLV_DECOMP_SIZE || tlv.type > TWIN_TLV_COMP_DEC_SIZE)) {
            twin_tlv_add(&area, tlv.type, tlv.value.ptr, tlv.value.len);
        }
    }
    twin_buf_add_u16(&sizes, view->big_endian, (uint16_t)twin_tlv_area_len(&area));
    twin_buf_add_u32(&sizes, view->big_endian, len);
    twin_buf_add_u32(&sizes, view->big_endian, view->header.flags & ~(uint32_t)COMPRESSED);
    memcpy(out->data + 10, sizes.data, sizes.len);
    twin_tlv_area_append(&area, out);
    twin_buf_free(&area.entries);
    twin_buf_free(&sizes);
}

static bool check_original(struct check *check, const struct twin_buf *original)
{
    const struct twin_hash *hash = check->result->hash;
    struct twin_error error;
    uint8_t digest[TWIN_HASH_LEN_MAX];
    struct twin_view_tlv wanted, sig;
    struct twin_span message = {digest, hash->len};

    if (!twin_view_find(&check->view, TWIN_TLV_DECOMP_SHA, true, &wanted) ||
        wanted.value.len != hash->len) {
        return fail(check, bad_hash, "the hash of the decompressed image is missing");
    }
    if (twin_hash_compute(hash, twin_buf_span(original), digest, &error) != TWIN_ERROR_NONE ||
        memcmp(digest, wanted.value.ptr, hash->len) != 0) {
        return fail(check, bad_hash, "the decompressed image does not match its hash");
    }
    if (check->input->key_count == 0) {
        return true;
    }
    if (check->result->pure) {
        message = twin_buf_span(original);
    }
    bool found = twin_view_find(&check->view, TWIN_TLV_DECOMP_SIGNATURE, true, &sig);
    for (size_t i = 0; found && i < check->input->key_count; i++) {
        if (twin_key_verify(&check->input->keys[i], hash, message, sig.value)) {
            return true;
        }
    }
    return fail(check, bad_signature, "the signature of the decompressed image does not match");
}

static bool check_compression(struct check *check)
{
    const struct twin_view *view = &check->view;
    bool thumb = (view->header.flags & TWIN_IMAGE_THUMB_FILTER) != 0;
    struct twin_span region = {view->bytes.ptr, view->hashed_len};
    struct twin_buf original = {0};
    struct twin_view_tlv size, packed;

    if ((view->header.flags & (COMPRESSED | TWIN_IMAGE_LZMA1)) == 0) {
        return true;
    }
    check->result->compressed = true;
    if ((view->header.flags & TWIN_IMAGE_LZMA2) == 0 ||
        !twin_view_find(view, TWIN_TLV_DECOMP_SIZE, true, &size)) {
        return fail(check, "The payload cannot be decompressed", "only LZMA2 with its TLVs can be");
    }
    uint32_t len = twin_view_get_u32(view, size.value.ptr);
    if (len > HASH_REGION_MAX) {
        return fail(check, "The payload cannot be decompressed", "%u bytes are too many", len);
    }
    if (check->plain.len > 0) {
        region = twin_buf_span(&check->plain);
    }
    struct twin_span payload = {region.ptr + view->payload_off, view->payload_len};
    if (twin_view_find(view, TWIN_TLV_COMP_DEC_SIZE, true, &packed) &&
        twin_view_get_u32(view, packed.value.ptr) <= payload.len) {
        payload.len =
            twin_view_get_u32(view, packed.value.ptr); /* without the padding of encryption */
    }
    twin_buf_add(&original, region.ptr, view->payload_off);
    bool good = twin_lzma_unpack(thumb, payload, len, &original) ||
                fail(check, "The payload cannot be decompressed", "the stream is damaged");
    good = good && !original.failed;
    if (good) {
        add_original_frame(check, len, &original);
        good = check_original(check, &original);
    }
    twin_buf_free(&original);
    return good;
}

bool twin_verify_image(const struct twin_verify_input *input, struct twin_verify_result *result)
{
    struct check check = {.input = input, .result = result};

    memset(result, 0, sizeof(*result));
    result->good = open_image(&check) && check_hash(&check) && check_signatures(&check) &&
                   check_compression(&check);
    if (!result->good) {
        add_hint(&check);
    }
    twin_buf_free_secret(&check.plain);
    return result->good;
}
