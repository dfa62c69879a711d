/*
 * keys/key.h - signing and encryption keys: what kinds there are, loading, signing, checking.
 *
 * A key comes from a PEM file, or lives in a token and is named by a URI (pkcs11:...). Either way
 * the public half is at hand as an EVP_PKEY; only signing differs.
 *
 *     struct twin_key key;
 *     struct twin_error error;
 *     if (twin_key_load(&key, "release.pem", &ask, &error) == TWIN_ERROR_NONE &&
 *         twin_key_sign(&key, hash, digest, sig, &sig_len, &error) == TWIN_ERROR_NONE) ...
 *     twin_key_free(&key);
 *
 * What fails for a reason outside the caller is TWIN_ERROR_REFUSED and names the file or token;
 * what cannot be meant is TWIN_ERROR_USAGE. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/ask.h"
#include "base/buf.h"
#include "keys/hash.h"
#include <openssl/evp.h>

enum twin_key_id {
    TWIN_KEY_RSA2048,
    TWIN_KEY_RSA3072,
    TWIN_KEY_P256,
    TWIN_KEY_P384,
    TWIN_KEY_ED25519,
    TWIN_KEY_X25519,
    TWIN_KEY_TYPE_COUNT
};

/* How a signature is made from the message (a digest, or the image for a pure one). */
enum twin_key_scheme { TWIN_SCHEME_NONE, TWIN_SCHEME_PSS, TWIN_SCHEME_ECDSA, TWIN_SCHEME_EDDSA };

struct twin_key_type {
    const char *name;            /* as keygen takes it */
    const char *symbol;          /* begins the names that getpub prints */
    const char *algorithm;       /* OpenSSL's name */
    const char *curve;           /* OpenSSL's group name; NULL: no curve to choose */
    uint16_t bits;               /* of an RSA modulus; 0: not RSA */
    enum twin_key_scheme scheme; /* TWIN_SCHEME_NONE: for encryption only */
    uint16_t sig_tlv;            /* 0 for encryption only */
    uint16_t sig_len;            /* bytes of a signature, for ECDSA at most */
    uint16_t padded_len;         /* of an ECDSA signature with --pad-sig; 0: not padded */
    uint8_t hashes;              /* 1 << enum twin_hash_id of those it signs with */
    uint8_t hashes_fixed;        /* and of those a signature made elsewhere may be with */
    enum twin_hash_id hash;      /* unless one is asked for */
};

extern const struct twin_key_type twin_key_types[TWIN_KEY_TYPE_COUNT];

/* The one of this name; NULL if none. */
const struct twin_key_type *twin_key_type_by_name(const char *name);

/* Kind of an EVP_PKEY; NULL if none of ours. */
const struct twin_key_type *twin_key_type_of(const EVP_PKEY *pkey);

#define TWIN_SIG_LEN_MAX 384

struct twin_hsm_key;

struct twin_key {
    const struct twin_key_type *type; /* NULL: there is no key in here */
    EVP_PKEY *pkey;                   /* at least the public half */
    bool is_private;                  /* can sign or decrypt */
    struct twin_buf der;              /* public half as images and loaders know it */
    uint8_t hashes[TWIN_HASH_COUNT][TWIN_HASH_LEN_MAX]; /* of der, by each */
    const char *name;                                   /* where it comes from, for messages */
    struct twin_hsm_key *hsm; /* the private half is in a token; NULL: in pkey */
};

/*
 * Load a key.
 *
 * key   out; to be freed also after an error.
 * name  file, or pkcs11: URI; must live as long as the key.
 * ask   where passphrase and PIN come from (the PIN not before the key signs), and who reads
 *       warnings; must live as long as the key. NULL: a protected key is an error.
 */
enum twin_error_code twin_key_load(struct twin_key *key, const char *name,
                                   const struct twin_ask *ask, struct twin_error *error);

/* Free what is in it, and leave all zeros, which may be freed again. */
void twin_key_free(struct twin_key *key);

/*
 * From an EVP_PKEY, which is then the key's (also after an error): find its kind, make the DER.
 * name is for messages, and must live as long as the key.
 */
enum twin_error_code twin_key_adopt(struct twin_key *key, EVP_PKEY *pkey, bool is_private,
                                    const char *name, struct twin_error *error);

/* Make a new key pair. *pkey: out, the caller's; NULL after an error. */
enum twin_error_code twin_key_generate(const struct twin_key_type *type, EVP_PKEY **pkey,
                                       struct twin_error *error);

/*
 * Sign, and check the own signature before handing it out.
 *
 * message  digest of the image by hash; the image itself for a pure signature.
 * sig      out; TWIN_SIG_LEN_MAX bytes of room. sig_len: out.
 */
enum twin_error_code twin_key_sign(const struct twin_key *key, const struct twin_hash *hash,
                                   struct twin_span message, uint8_t *sig, size_t *sig_len,
                                   struct twin_error *error);

/* Does sig, as it stands in a TLV, match? Padded ECDSA signatures do. */
bool twin_key_verify(const struct twin_key *key, const struct twin_hash *hash,
                     struct twin_span message, struct twin_span sig);

/* Hash of the public half, as in a KEYHASH TLV; lives as long as the key. */
struct twin_span twin_key_hash(const struct twin_key *key, const struct twin_hash *hash);
