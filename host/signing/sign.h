/*
 * sign.h - from a payload and a spec to an image.
 *
 *     struct twin_sign_spec spec = twin_sign_defaults();
 *     struct twin_buf input = {0};
 *     struct twin_signed image;
 *     struct twin_error error;
 *
 *     spec.version = (struct twin_version){1, 2, 3, 0};
 *     spec.key = &key;
 *     twin_buf_fill(&input, 0, spec.header_size);
 *     twin_buf_add_span(&input, payload);
 *     if (twin_sign_image(&spec, &input, &image, &error) == TWIN_ERROR_NONE) {
 *         use(twin_buf_span(&image.bytes));
 *     }
 *     twin_signed_free(&image);
 *     twin_buf_free(&input);
 *
 * Files are image_file.h, what fits into a slot is fit.h, a record of it sign_log.h. Spec:
 * docs/spec-image.md. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "keys/key.h"
#include "signing/lzma.h"
#include "signing/tlv.h"

#define TWIN_UUID_LEN     16
#define TWIN_SW_TYPE_MAX  12        /* characters of a boot record's software type */
#define TWIN_SIGN_LEN_MAX INT32_MAX /* bytes of header and payload */

struct twin_sign_dependency {
    uint8_t image;
    struct twin_version version; /* the lowest that will do; its build does not count */
};

struct twin_sign_tlv {
    uint16_t type;
    struct twin_span value; /* at most 65535 bytes */
};

/* What image to make. Whatever it points to is the caller's, and stays as it is. */
struct twin_sign_spec {
    /* Header. */
    struct twin_version version;
    uint16_t header_size; /* bytes, 32 at least */
    bool big_endian;
    uint32_t load_addr, rom_fixed; /* 0: none; one of them at most */
    bool non_bootable;

    /* Slot and trailer. */
    uint32_t slot_size;   /* bytes; 0: not checked */
    uint32_t align;       /* bytes that the flash writes at once: 1, 2, 4, 8, 16 or 32 */
    uint32_t max_align;   /* of the trailer's fields: 8, 16 or 32, align at least */
    uint32_t max_sectors; /* that the trailer has entries for */
    uint8_t erased;       /* what erased flash reads as */
    bool pad;             /* fill the slot and ask for an update */
    bool confirm, test;   /* with pad: the image is confirmed, or on trial, in so many words */
    bool overwrite_only;  /* the loader copies: the trailer is small */
    bool save_enctlv;     /* the loader keeps wrapped keys in the trailer */

    /* Protected TLVs. */
    bool has_security_counter, has_vid, has_cid;
    uint32_t security_counter;
    uint8_t vid[TWIN_UUID_LEN], cid[TWIN_UUID_LEN];
    const char *sw_type; /* of the boot record; NULL: none */
    const struct twin_sign_dependency *dependencies;
    size_t dependency_count;
    const struct twin_sign_tlv *custom; /* types from TWIN_TLV_VENDOR_MIN on */
    size_t custom_count;

    /* Hash and signature. */
    const struct twin_hash *hash; /* NULL: the one that suits the key */
    const struct twin_key *key;   /* signs, or has signed elsewhere; NULL: unsigned */
    bool fixed;                   /* fixed_sig was made elsewhere; it is checked */
    struct twin_span fixed_sig;
    bool pure;     /* sign the image itself, not its hash; Ed25519 only */
    bool full_key; /* the image names the key in full, not by its hash */
    bool pad_sig;  /* zeros behind an ECDSA signature, up to its full length */

    /* Encryption: for a key, or with a key encryption key of aes_len bytes. */
    const struct twin_key *enc_key;    /* the receiver's; NULL: none */
    struct twin_span kek;              /* empty: none */
    uint8_t aes_len;                   /* bytes of the image key: 16 or 32 */
    const struct twin_hash *hmac_hash; /* of the key exchange; NULL: SHA-256 */
    bool clear;                        /* leave the payload readable all the same */

    enum twin_compression compression; /* of the payload, if that makes it smaller */
};

/* An unsigned image with the least header for flash that is written byte by byte. */
struct twin_sign_spec twin_sign_defaults(void);

/* The hash that an image of this spec has. */
const struct twin_hash *twin_sign_hash(const struct twin_sign_spec *spec);

/* May a key of this type sign with that hash, here, or elsewhere (fixed)? */
bool twin_sign_hash_suits(const struct twin_key_type *type, bool fixed,
                          const struct twin_hash *hash);

static inline bool twin_sign_encrypts(const struct twin_sign_spec *spec)
{
    return spec->enc_key != NULL || spec->kek.len > 0;
}

/*
 * Is it a spec that an image can be made by? TWIN_ERROR_USAGE if not: a value out of its range, or
 * values that exclude each other. Those below ask this first.
 */
enum twin_error_code twin_sign_check(const struct twin_sign_spec *spec, struct twin_error *error);

/* May a TLV of this type be added? TWIN_ERROR_USAGE if it is predefined, reserved or there. */
enum twin_error_code twin_sign_check_custom(const struct twin_sign_tlv *others, size_t count,
                                            uint16_t type, struct twin_error *error);

/* What came out. */
struct twin_signed {
    struct twin_buf bytes;
    uint8_t digest[TWIN_HASH_LEN_MAX]; /* by twin_sign_hash() */
    uint8_t sig[TWIN_SIG_LEN_MAX];
    size_t sig_len;      /* 0: not signed */
    unsigned signatures; /* that were made: two where an image is compressed */
    size_t payload_len;  /* bytes of the payload, with the padding of encryption */
    size_t enc_tlv_len;  /* bytes of the key exchange TLV; 0: not encrypted */
    size_t packed_len;   /* bytes of the payload after compression; 0: none was asked for */
};

void twin_signed_free(struct twin_signed *image);

/*
 * Make an image.
 *
 * input  header_size bytes of room, then the payload. Taken over: empty afterwards.
 * image  out; to be freed also after an error.
 *
 * TWIN_ERROR_USAGE: the spec is none, or the image does not fit: into the slot with a trailer, or
 * its TLVs into their area. TWIN_ERROR_REFUSED: the key or its token did not sign, fixed_sig is not
 * by this key for this image, or memory ran out.
 * Cost: a copy of the input with compression; none otherwise, if it has room for the TLVs.
 */
enum twin_error_code twin_sign_image(const struct twin_sign_spec *spec, struct twin_buf *input,
                                     struct twin_signed *image, struct twin_error *error);

/*
 * The same up to what has to be signed elsewhere: image->bytes is the part that is hashed, digest
 * its hash. The key may be a public one.
 */
enum twin_error_code twin_sign_vector(const struct twin_sign_spec *spec, struct twin_buf *input,
                                      struct twin_signed *image, struct twin_error *error);
