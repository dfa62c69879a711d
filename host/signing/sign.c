/*
 * sign.c - from a payload and a spec to an image: hash, signature, and what follows them. Spec:
 * docs/spec-image.md sections 1 to 5. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/encrypt.h"
#include "signing/fit.h"
#include "signing/sign_priv.h"
#include <inttypes.h>
#include <string.h>

struct twin_sign_spec twin_sign_defaults(void)
{
    return (struct twin_sign_spec){.header_size = TWIN_IMAGE_HEADER_LEN,
                                   .align = 1,
                                   .max_align = 8,
                                   .max_sectors = 128,
                                   .erased = 0xff,
                                   .aes_len = 16};
}

const struct twin_hash *twin_sign_hash(const struct twin_sign_spec *spec)
{
    if (spec->hash != NULL) {
        return spec->hash;
    }
    if (spec->key == NULL) {
        return &twin_hashes[TWIN_HASH_SHA256];
    }
    return &twin_hashes[spec->pure ? TWIN_HASH_SHA512 : spec->key->type->hash];
}

void twin_signed_free(struct twin_signed *image)
{
    twin_buf_free(&image->bytes);
}

/* Sign, or take the signature made elsewhere; both have to match the key. */
static enum twin_error_code make_signature(struct twin_making *making, struct twin_error *error)
{
    const struct twin_sign_spec *spec = making->spec;
    struct twin_signed *image = making->image;
    struct twin_span message = {image->digest, making->hash->len};

    if (spec->pure) {
        message = twin_buf_span(&image->bytes);
    }
    if (!spec->fixed) {
        image->signatures++;
        return twin_key_sign(spec->key, making->hash, message, image->sig, &image->sig_len, error);
    }
    if (!twin_key_verify(spec->key, making->hash, message, spec->fixed_sig)) {
        return twin_error_set(
            error, TWIN_ERROR_REFUSED,
            "the fixed signature does not match this image and %s; were all other options the same "
            "when the vector to sign was made?",
            spec->key->name);
    }
    memcpy(image->sig, spec->fixed_sig.ptr, spec->fixed_sig.len);
    image->sig_len = spec->fixed_sig.len;
    return TWIN_ERROR_NONE;
}

static enum twin_error_code add_signature(struct twin_making *making, struct twin_tlv_area *area,
                                          struct twin_error *error)
{
    const struct twin_key *key = making->spec->key;
    const struct twin_key_type *type = key->type;
    struct twin_signed *image = making->image;
    enum twin_error_code code = make_signature(making, error);

    if (code != TWIN_ERROR_NONE) {
        return code;
    }
    if (making->spec->pad_sig && image->sig_len < type->padded_len) {
        memset(image->sig + image->sig_len, 0, type->padded_len - image->sig_len);
        image->sig_len = type->padded_len;
    }
    if (making->spec->full_key) {
        twin_tlv_add(area, TWIN_TLV_PUBKEY, key->der.data, key->der.len);
    } else {
        struct twin_span hash = twin_key_hash(key, making->hash);
        twin_tlv_add(area, TWIN_TLV_KEYHASH, hash.ptr, hash.len);
    }
    twin_tlv_add(area, type->sig_tlv, image->sig, image->sig_len);
    return TWIN_ERROR_NONE;
}

static enum twin_error_code encipher(struct twin_making *making, struct twin_tlv_area *area,
                                     struct twin_error *error)
{
    struct twin_signed *image = making->image;
    size_t before = area->entries.len;
    enum twin_error_code code =
        twin_encrypt_payload(making->spec, image->bytes.data + making->spec->header_size,
                             image->payload_len, area, error);

    image->enc_tlv_len = area->entries.len - before - TWIN_TLV_HEADER_LEN;
    return code;
}

static enum twin_error_code add_unprotected(struct twin_making *making, struct twin_tlv_area *area,
                                            struct twin_error *error)
{
    static const uint8_t yes = 1;
    enum twin_error_code code = TWIN_ERROR_NONE;

    twin_tlv_add(area, making->hash->tlv, making->image->digest, making->hash->len);
    if (making->spec->pure) {
        twin_tlv_add(area, TWIN_TLV_SIG_PURE, &yes, sizeof(yes));
    }
    if (making->spec->key != NULL) {
        code = add_signature(making, area, error);
    }
    if (code == TWIN_ERROR_NONE && twin_making_enciphers(making)) {
        code = encipher(making, area, error);
    }
    return code;
}

static enum twin_error_code make_hashed(struct twin_making *making, struct twin_error *error)
{
    enum twin_error_code code = twin_making_frame(making, error);

    return code != TWIN_ERROR_NONE
               ? code
               : twin_hash_compute(making->hash, twin_buf_span(&making->image->bytes),
                                   making->image->digest, error);
}

enum twin_error_code twin_making_image(struct twin_making *making, struct twin_error *error)
{
    struct twin_tlv_area area = {TWIN_TLV_MAGIC, making->spec->big_endian, {0}};
    enum twin_error_code code = make_hashed(making, error);

    if (code == TWIN_ERROR_NONE) {
        code = add_unprotected(making, &area, error);
    }
    if (code == TWIN_ERROR_NONE) {
        twin_tlv_area_append(&area, &making->image->bytes);
        code = twin_buf_check(&making->image->bytes, error);
    }
    twin_buf_free(&area.entries);
    return code;
}

enum twin_error_code twin_making_check_size(const struct twin_making *making,
                                            struct twin_error *error)
{
    const struct twin_signed *image = making->image;
    uint64_t trailer = twin_fit_reserved(making->spec, image->enc_tlv_len);
    uint32_t slot_size = making->spec->slot_size;

    if (slot_size == 0 || image->bytes.len + trailer <= slot_size) {
        return TWIN_ERROR_NONE;
    }
    return twin_error_set(error, TWIN_ERROR_USAGE,
                          "Image size (0x%zx) + trailer (0x%" PRIx64
                          ") exceeds requested size 0x%" PRIx32,
                          image->bytes.len, trailer, slot_size);
}

/* Take the input over. elsewhere: whatever the spec says, nothing is signed here. */
static enum twin_error_code begin(struct twin_making *making, struct twin_buf *input,
                                  bool elsewhere, struct twin_error *error)
{
    struct twin_sign_spec spec = *making->spec;

    spec.fixed = spec.fixed || elsewhere;
    enum twin_error_code code = twin_sign_check(&spec, error);
    memset(making->image, 0, sizeof(*making->image));
    twin_buf_move(&making->image->bytes, input);
    if (code == TWIN_ERROR_NONE) {
        code = twin_buf_check(&making->image->bytes, error);
    }
    size_t len = making->image->bytes.len;
    if (code == TWIN_ERROR_NONE && (len < spec.header_size || len > TWIN_SIGN_LEN_MAX)) {
        code = twin_error_set(error, TWIN_ERROR_USAGE,
                              len < spec.header_size ? "the input has no room for the header"
                                                     : "the input is longer than 2 GiB");
    }
    return code;
}

static enum twin_error_code check_signer(const struct twin_sign_spec *spec,
                                         struct twin_error *error)
{
    if (spec->fixed && spec->key == NULL) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "a signature made elsewhere needs the public key");
    }
    if (!spec->fixed && spec->key != NULL && !spec->key->is_private) {
        return twin_error_set(error, TWIN_ERROR_USAGE, "%s: signing needs the private key",
                              spec->key->name);
    }
    return TWIN_ERROR_NONE;
}

enum twin_error_code twin_sign_image(const struct twin_sign_spec *spec, struct twin_buf *input,
                                     struct twin_signed *image, struct twin_error *error)
{
    struct twin_making making = {.spec = spec, .hash = twin_sign_hash(spec), .image = image};
    enum twin_error_code code = begin(&making, input, false, error);
    bool done = false;

    if (code == TWIN_ERROR_NONE) {
        code = check_signer(spec, error);
    }
    if (code == TWIN_ERROR_NONE && spec->compression != TWIN_COMPRESSION_NONE) {
        code = twin_making_pack(&making, &done, error);
    }
    if (code == TWIN_ERROR_NONE && !done) {
        code = twin_making_image(&making, error);
    }
    if (code == TWIN_ERROR_NONE) {
        code = twin_making_check_size(&making, error);
    }
    twin_buf_free(&making.packed.entries);
    return code;
}

enum twin_error_code twin_sign_vector(const struct twin_sign_spec *spec, struct twin_buf *input,
                                      struct twin_signed *image, struct twin_error *error)
{
    struct twin_making making = {.spec = spec, .hash = twin_sign_hash(spec), .image = image};
    enum twin_error_code code = begin(&making, input, true, error);

    return code == TWIN_ERROR_NONE ? make_hashed(&making, error) : code;
}
