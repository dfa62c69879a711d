/*
 * twin/image.h - read and check MCUboot images in flash. No decisions, no writes.
 *
 * Start here: twin_image_open(), then twin_image_verify(). Spec: docs/spec-image.md sections 1, 2
 * and 4. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include "twin/crypto.h"
#include "twin/flash.h"

TWIN_C_BEGIN

#define TWIN_IMAGE_MAGIC      0x96f3b83du
#define TWIN_IMAGE_HEADER_LEN 32
#define TWIN_TLV_HEADER_LEN   4
#define TWIN_TLV_MAGIC        0x6907
#define TWIN_TLV_MAGIC_PROT   0x6908
#define TWIN_VERSION_STR_MAX  28 /* "255.255.65535.4294967295" and its end */

enum twin_image_flag {
    TWIN_IMAGE_ENCRYPTED_AES128 = 0x004,
    TWIN_IMAGE_ENCRYPTED_AES256 = 0x008,
    TWIN_IMAGE_NON_BOOTABLE = 0x010,
    TWIN_IMAGE_RAM_LOAD = 0x020,
    TWIN_IMAGE_ROM_FIXED = 0x100,
    TWIN_IMAGE_LZMA1 = 0x200,
    TWIN_IMAGE_LZMA2 = 0x400,
    TWIN_IMAGE_THUMB_FILTER = 0x800
};

enum twin_tlv_type {
    TWIN_TLV_KEYHASH = 0x01,
    TWIN_TLV_PUBKEY = 0x02,
    TWIN_TLV_SHA256 = 0x10,
    TWIN_TLV_SHA384 = 0x11,
    TWIN_TLV_SHA512 = 0x12,
    TWIN_TLV_RSA2048 = 0x20,
    TWIN_TLV_ECDSA = 0x22,
    TWIN_TLV_RSA3072 = 0x23,
    TWIN_TLV_ED25519 = 0x24,
    TWIN_TLV_SIG_PURE = 0x25,
    TWIN_TLV_ENC_RSA2048 = 0x30,
    TWIN_TLV_ENC_KW = 0x31,
    TWIN_TLV_ENC_EC256 = 0x32,
    TWIN_TLV_ENC_X25519 = 0x33,
    TWIN_TLV_ENC_X25519_SHA512 = 0x34,
    TWIN_TLV_DEPENDENCY = 0x40,
    TWIN_TLV_SEC_CNT = 0x50,
    TWIN_TLV_BOOT_RECORD = 0x60,
    TWIN_TLV_DECOMP_SIZE = 0x70,
    TWIN_TLV_DECOMP_SHA = 0x71,
    TWIN_TLV_DECOMP_SIGNATURE = 0x72,
    TWIN_TLV_COMP_DEC_SIZE = 0x73,
    TWIN_TLV_UUID_VID = 0x74,
    TWIN_TLV_UUID_CID = 0x75,
    TWIN_TLV_VENDOR_MIN = 0xa0, /* from here on free for anybody */
    TWIN_TLV_VENDOR_MAX = 0xfffe
};

/* Kinds of TLVs: ranges of types, with those that nobody makes any more. */
static inline bool twin_tlv_is_hash(uint16_t type)
{
    return type >= TWIN_TLV_SHA256 && type <= TWIN_TLV_SHA512;
}

static inline bool twin_tlv_is_signature(uint16_t type)
{
    return type >= TWIN_TLV_RSA2048 && type <= TWIN_TLV_ED25519;
}

static inline bool twin_tlv_names_key(uint16_t type)
{
    return type == TWIN_TLV_KEYHASH || type == TWIN_TLV_PUBKEY;
}

static inline bool twin_tlv_wraps_key(uint16_t type)
{
    return type >= TWIN_TLV_ENC_RSA2048 && type <= TWIN_TLV_ENC_X25519_SHA512;
}

struct twin_version {
    uint8_t major, minor;
    uint16_t revision;
    uint32_t build;
};

/* Bytes of a version as images have it. */
#define TWIN_VERSION_LEN 8
void twin_version_get(const uint8_t raw[TWIN_VERSION_LEN], struct twin_version *version);

struct twin_image_header {
    uint32_t load_addr;
    uint16_t hdr_size, protect_tlv_size;
    uint32_t img_size;
    uint32_t flags; /* enum twin_image_flag */
    struct twin_version version;
};

/* An opened image: a place in flash whose header and TLV areas are known to be well formed. */
struct twin_image {
    const struct twin_area *area; /* must live as long as the image */
    uint32_t off;                 /* of the header, in the area */
    struct twin_image_header header;
    uint32_t hashed_len; /* bytes from the header that the hash covers */
    uint32_t total_len;  /* header to last TLV */
    twin_proof_t proof;  /* that it is good: set by who asks for it, not by twin_image_open() */
};

/* One TLV entry. */
struct twin_tlv {
    uint16_t type;
    uint16_t len;      /* bytes of the value */
    uint32_t off;      /* of the value, from the image's header */
    bool is_protected; /* covered by the hash */
};

/*
 * Parse a header from memory.
 *
 * Returns TWIN_OK; TWIN_E_NOT_FOUND if the magic is not there; TWIN_E_FORMAT if sizes overflow,
 * the header claims fewer than 32 bytes, or flags exclude each other, and then header is what it
 * claims.
 */
TWIN_MUST_CHECK twin_err_t twin_image_header_parse(const uint8_t raw[TWIN_IMAGE_HEADER_LEN],
                                                   struct twin_image_header *header);

/*
 * Find an image in flash and check that header and TLV areas hold together.
 *
 * image    out; filled only with TWIN_OK.
 * area     where it is; off: of its header, from the start of the area.
 * max_len  bytes that header to last TLV may have; at most area->len - off.
 *
 * Returns TWIN_OK; TWIN_E_NOT_FOUND if no header is there; TWIN_E_FORMAT if it is malformed;
 * TWIN_E_SPACE if it does not fit; TWIN_E_IO. Cost: one flash read per TLV and three more.
 */
TWIN_MUST_CHECK twin_err_t twin_image_open(struct twin_image *image, const struct twin_area *area,
                                           uint32_t off, uint32_t max_len);

/*
 * Step through the TLVs of an opened image, protected ones first.
 *
 * cursor  set to 0 before the first call; kept by the caller between calls.
 * tlv     out: the next entry.
 *
 * Returns TWIN_OK; TWIN_E_NOT_FOUND after the last one; TWIN_E_IO.
 */
TWIN_MUST_CHECK twin_err_t twin_image_tlv_next(const struct twin_image *image, uint32_t *cursor,
                                               struct twin_tlv *tlv);

/*
 * Read the image's hash TLV. alg: its kind; hash: out, alg->len bytes.
 *
 * Returns TWIN_OK; TWIN_E_NOT_FOUND without exactly one hash of this kind and its length, or with a
 * second one of any kind; TWIN_E_IO.
 */
TWIN_MUST_CHECK twin_err_t twin_image_hash_read(const struct twin_image *image,
                                                const struct twin_hash_alg *alg, uint8_t *hash);

/* Compute the hash over the image's hashed range: alg->len bytes. Returns TWIN_OK or TWIN_E_IO. */
TWIN_MUST_CHECK twin_err_t twin_image_hash_compute(const struct twin_image *image,
                                                   const struct twin_hash_alg *alg, uint8_t *hash);

/*
 * Check hash and signature.
 *
 * keys, key_count  public keys, any of which may have signed, unless it is revoked.
 * alg              the one kind of signature that counts.
 *
 * The image is good when its one hash TLV, of the algorithm's kind, matches, and each key hash or
 * whole key that names a known key has a signature directly behind it that matches: at least one,
 * and no more of them than keys. Signatures of other keys are passed over, as are those of revoked
 * ones. Whatever else another reader could take for a hash, a key or a signature is refused, even
 * where the reference lets it pass (docs/design.md).
 *
 * Returns TWIN_OK; TWIN_E_VERIFY if anything is missing or does not match; TWIN_E_UNSUPPORTED for
 * encrypted or compressed images; TWIN_E_DEVICE from twin_image_device_check(); TWIN_E_IO. Cost: a
 * hash over the image and one verification per signature of a known key; about 1 KB of stack
 * besides the algorithm's.
 */
TWIN_MUST_CHECK twin_err_t twin_image_verify(const struct twin_image *image,
                                             const struct twin_pubkey *keys, unsigned key_count,
                                             const struct twin_sig_alg *alg);

/* The same, as a proof (twin/proof.h) for the image's `proof`: what a bootloader asks. */
TWIN_MUST_CHECK twin_proof_t twin_image_prove(const struct twin_image *image,
                                              const struct twin_pubkey *keys, unsigned key_count,
                                              const struct twin_sig_alg *alg);

/*
 * The part of it behind the hash: the signatures, of a hash that the caller has computed, or is to
 * compute later.
 */
TWIN_MUST_CHECK twin_proof_t twin_image_prove_signatures(const struct twin_image *image,
                                                         const struct twin_pubkey *keys,
                                                         unsigned key_count,
                                                         const struct twin_sig_alg *alg,
                                                         const uint8_t *hash);

/*
 * Which key does this TLV name? found: out, set to that of keys; not touched if it names none of
 * them, or a revoked one. alg: kind of the hash that names keys.
 *
 * A piece of twin_image_verify() that a program may bring itself. The library's
 * (lib/image/key_hash.c) knows a key by its whole hash, a KEYHASH TLV; ports/boot/key_whole.c by
 * the key itself, a PUBKEY TLV.
 *
 * Returns TWIN_OK; TWIN_E_VERIFY for a hash of another length; TWIN_E_IO.
 */
TWIN_MUST_CHECK twin_err_t twin_image_key_find(const struct twin_image *image,
                                               const struct twin_tlv *tlv,
                                               const struct twin_pubkey *keys, unsigned key_count,
                                               const struct twin_hash_alg *alg,
                                               const struct twin_pubkey **found);

/*
 * Flags of images that are not verified: what they hold is not what runs. A piece that a program
 * may bring itself, too: one that decrypts (twin/decrypter.h) has others. The library's
 * (lib/image/flags.c) is all that are about encryption and compression.
 */
extern const uint32_t twin_image_flags_refused;

/*
 * Was the image made for this device? Another piece that a program may bring itself; asked for
 * every image that is verified, when its hash matches. The library's (lib/image/any_device.c) says
 * yes; ports/boot/device.c compares vendor and class. Returns TWIN_OK; TWIN_E_DEVICE; TWIN_E_IO.
 */
TWIN_MUST_CHECK twin_err_t twin_image_device_check(const struct twin_image *image);

/*
 * Does the image name this UUID? type: TWIN_TLV_UUID_VID or _CID; uuid: 16 bytes, in the order in
 * which a UUID is written. Only the protected area counts, and there it must stand once.
 *
 * Returns TWIN_OK; TWIN_E_DEVICE if it does not; TWIN_E_IO. Cost: one flash read per TLV, and one.
 */
#define TWIN_UUID_LEN 16
TWIN_MUST_CHECK twin_err_t twin_image_uuid_check(const struct twin_image *image, uint16_t type,
                                                 const uint8_t uuid[TWIN_UUID_LEN]);

/*
 * Order of versions by major, minor, revision: below, equal or above 0. With _build the build
 * number counts as well, behind the others.
 */
int twin_version_compare(const struct twin_version *a, const struct twin_version *b);
int twin_version_compare_build(const struct twin_version *a, const struct twin_version *b);

/*
 * Would `choice` in place of `running` be a step back? Both are opened images. By version (without
 * the build number), by version and build number, or by security counter: TLV 0x50 of the protected
 * area, 4 bytes; where it is missing or cannot be read, it counts as 0.
 * Cost: none; with the counter one flash read for each TLV of both images.
 */
typedef bool (*twin_downgrade_fn)(const struct twin_image *choice,
                                  const struct twin_image *running);
bool twin_downgrade_version(const struct twin_image *choice, const struct twin_image *running);
bool twin_downgrade_build(const struct twin_image *choice, const struct twin_image *running);
bool twin_downgrade_counter(const struct twin_image *choice, const struct twin_image *running);

/* Print as SMP does: "1.2.3", and ".4" behind it if the build is not 0. Returns the length. */
size_t twin_version_print(const struct twin_version *version, char out[TWIN_VERSION_STR_MAX]);

/* Print as imgtool does: "1.2.3+4", with the build even if it is 0. Returns the length. */
size_t twin_version_print_full(const struct twin_version *version, char out[TWIN_VERSION_STR_MAX]);

/*
 * Read a version: "1.2.3+4", or "1.2.3.4" as devices list it; the last numbers may be missing, and
 * are 0 then.
 *
 * text     decimal numbers without signs or leading zeros, and nothing else.
 * version  out; filled only with TWIN_OK.
 * parts    out: how many numbers there are, 1 to 4. With TWIN_E_ARG: the one that is too large.
 *
 * Returns TWIN_OK; TWIN_E_FORMAT if it is not a version; TWIN_E_ARG if a number is larger than an
 * image has room for.
 */
TWIN_MUST_CHECK twin_err_t twin_version_parse(struct twin_span text, struct twin_version *version,
                                              unsigned *parts);

TWIN_C_END
