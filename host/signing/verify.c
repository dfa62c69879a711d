/*
 * verify.c - is this image whole? verify_signatures.c asks who signed it, verify_packed.c what is
 * compressed in it.
 *
 * Stricter than the reference tool: what lib/image/verify.c refuses is refused here too, for every
 * kind of key and hash. test_signing_hostile holds the two to the same images.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/secret.h"
#include "signing/encrypt.h"
#include "signing/verify_priv.h"
#include "signing/wrap.h"
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define AES_FLAGS  (TWIN_IMAGE_ENCRYPTED_AES128 | TWIN_IMAGE_ENCRYPTED_AES256)
#define DETAIL_MAX 400

bool twin_check_fail(struct twin_check *check, enum twin_fault fault, const char *format, ...)
{
    char detail[DETAIL_MAX];
    va_list list;

    va_start(list, format);
    if (format != NULL) {
        vsnprintf(detail, sizeof(detail), format, list);
    }
    va_end(list);
    check->result->fault = fault;
    twin_error_set(check->error, TWIN_ERROR_VERIFY, "%s",
                   format != NULL ? detail : twin_fault_text(fault));
    twin_error_reason(check->error, twin_fault_reason(fault));
    return false;
}

struct twin_span twin_check_hashed(const struct twin_check *check)
{
    return check->plain.len > 0 ? twin_buf_span(&check->plain)
                                : (struct twin_span){check->view.bytes.ptr, check->view.hashed_len};
}

/* Loaders pass over them; those in the protected area are signed all the same. */
static void note_unknown(struct twin_check *check)
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

static bool open_image(struct twin_check *check)
{
    uint16_t culprit;
    enum twin_fault fault = twin_view_open(&check->view, check->input->bytes);

    if (fault != TWIN_FAULT_NONE) {
        return twin_check_fail(check, fault, NULL);
    }
    twin_slot_trailer_read(&check->view, &check->result->trailer);
    check->result->version = check->view.header.version;
    fault = twin_view_check_tlvs(&check->view, &culprit);
    if (fault != TWIN_FAULT_NONE) {
        return twin_check_fail(check, fault, "TLV type 0x%02x", culprit);
    }
    note_unknown(check);
    return true;
}

/* Why a file may not hold a whole image at its beginning, where the cause can be seen. */
static void add_hint(struct twin_check *check)
{
    struct twin_span bytes = check->input->bytes;
    size_t found;

    if (check->view.payload_off != 0) {
        if (twin_slot_trailer_in_progress(&check->result->trailer)) {
            twin_error_hint(check->error, "the trailer says that an update was under way when this "
                                          "slot was read: start the device once, so that it "
                                          "finishes, and read the slot again");
        }
        return;
    }
    if (twin_view_is_erased(bytes)) {
        twin_error_hint(check->error, "all bytes are 0x%02x: this is an empty slot", bytes.ptr[0]);
        return;
    }
    found = twin_view_find_image(bytes);
    if (found != 0) {
        check->result->image_at = found + check->input->offset;
        twin_error_hint(check->error,
                        "an image begins at 0x%zx: a loader that swaps by offset wants an update "
                        "one sector in",
                        check->result->image_at);
    } else if (bytes.len >= TWIN_VIEW_STEP &&
               twin_view_is_erased((struct twin_span){bytes.ptr, TWIN_VIEW_STEP})) {
        twin_error_hint(check->error, "the beginning is erased: a loader does that to an update "
                                      "that it has installed or refused");
    }
}

/* Exactly one hash TLV, of a kind that the keys go with. */
static bool find_hash(struct twin_check *check, struct twin_view_tlv *found)
{
    const struct twin_verify_input *input = check->input;
    struct twin_view_tlv tlv;
    size_t cursor = 0;
    bool fits = input->key_count == 0;

    if (!twin_view_find_hash(&check->view, found)) {
        return twin_check_fail(check, fits ? TWIN_FAULT_HASH : TWIN_FAULT_SIGNATURE,
                               "there is no hash TLV");
    }
    while (twin_view_next(&check->view, &cursor, &tlv)) {
        if (twin_tlv_is_hash(tlv.type) && tlv.value.ptr != found->value.ptr) {
            return twin_check_fail(check, TWIN_FAULT_HASH, "there are two hash TLVs");
        }
    }
    check->result->hash = twin_hash_by_tlv(found->type);
    for (size_t i = 0; i < input->key_count; i++) {
        ptrdiff_t id = check->result->hash - twin_hashes;
        fits = fits || (input->keys[i].type->hashes_fixed >> id & 1) != 0;
    }
    return fits || twin_check_fail(check, TWIN_FAULT_KEY_TYPE, "%s", check->result->hash->name);
}

static bool compute_digest(struct twin_check *check)
{
    return twin_hash_compute(check->result->hash, twin_check_hashed(check), check->result->digest,
                             check->error) == TWIN_ERROR_NONE;
}

/* Make a plain copy of what the hash covers. */
static bool decrypt_image(struct twin_check *check, const struct twin_view_tlv *key_tlv)
{
    const struct twin_view *view = &check->view;
    size_t key_len = (view->header.flags & TWIN_IMAGE_ENCRYPTED_AES128) != 0 ? 16 : 32;
    uint8_t image_key[TWIN_AES_KEY_MAX];
    const struct twin_key *dec_key = check->input->dec_key;

    if (dec_key == NULL && check->input->kek.len == 0) {
        return twin_check_fail(check, TWIN_FAULT_LOCKED,
                               "the payload is encrypted, and no key that could open it was given");
    }
    if (twin_unwrap_key(key_tlv->type, key_tlv->value, dec_key, check->input->kek, image_key) !=
        key_len) {
        return twin_check_fail(check, TWIN_FAULT_IMAGE_KEY,
                               "it was encrypted for another key, or its key TLV is damaged");
    }
    twin_buf_add(&check->plain, view->bytes.ptr, view->hashed_len);
    bool good = twin_buf_check(&check->plain, check->error) == TWIN_ERROR_NONE;
    if (good && !twin_payload_cipher(image_key, key_len, check->plain.data + view->payload_off,
                                     view->payload_len)) {
        good = twin_check_fail(check, TWIN_FAULT_HASH, "OpenSSL could not decrypt the payload");
    }
    twin_wipe(image_key, sizeof(image_key));
    return good;
}

static bool check_hash(struct twin_check *check)
{
    struct twin_view_tlv wanted, key_tlv;
    bool has_key = twin_view_find_wrapped_key(&check->view, &key_tlv);
    bool encrypted = (check->view.header.flags & AES_FLAGS) != 0;

    if (!find_hash(check, &wanted)) {
        return false;
    }
    if (encrypted != has_key) {
        return twin_check_fail(check, TWIN_FAULT_HASH,
                               encrypted
                                   ? "the header says encrypted, but there is no key"
                                   : "there is a key TLV, but the header does not say encrypted");
    }
    check->result->encrypted = encrypted;
    if (!compute_digest(check)) {
        return false;
    }
    if (CRYPTO_memcmp(check->result->digest, wanted.value.ptr, wanted.value.len) == 0) {
        check->result->clear = encrypted; /* signed with `clear` */
        return true;
    }
    if (encrypted && (!decrypt_image(check, &key_tlv) || !compute_digest(check))) {
        return false;
    }
    return (encrypted &&
            CRYPTO_memcmp(check->result->digest, wanted.value.ptr, wanted.value.len) == 0) ||
           twin_check_fail(check, TWIN_FAULT_HASH, NULL);
}

enum twin_error_code twin_verify_image(const struct twin_verify_input *input,
                                       struct twin_verify_result *result, struct twin_error *error)
{
    struct twin_check check = {.input = input, .result = result, .error = error};

    memset(result, 0, sizeof(*result));
    bool good = open_image(&check) && check_hash(&check) && twin_check_signatures(&check) &&
                twin_check_packed(&check);
    if (result->fault != TWIN_FAULT_NONE) {
        add_hint(&check);
    }
    twin_buf_free_secret(&check.plain);
    return good ? TWIN_ERROR_NONE : error->code;
}
