/*
 * key.h - signing and encryption keys: what kinds there are, loading, signing, checking.
 *
 * A key comes from a PEM file, or lives in a token and is named by a URI (pkcs11:...). Either way
 * the public half is at hand as an EVP_PKEY; only signing differs.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
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
extern const char *const twin_key_type_names[TWIN_KEY_TYPE_COUNT + 1]; /* ends with NULL */

#define TWIN_SIG_LEN_MAX 384

struct twin_hsm_key;

struct twin_key {
    const struct twin_key_type *type;
    EVP_PKEY *pkey;           /* at least the public half */
    bool is_private;          /* can sign or decrypt */
    struct twin_buf der;      /* public half as images and loaders know it */
    const char *name;         /* where it comes from, for messages */
    struct twin_hsm_key *hsm; /* the private half is in a token; NULL: in pkey */
};

/*
 * Load a key. The passphrase of a protected file is asked for on the terminal, or read as a line
 * of stdin where there is none.
 *
 * name  file, or pkcs11: URI; must live as long as the key.
 *
 * Returns CLI_DONE, or an exit code after the message.
 */
int twin_key_load(struct twin_key *key, const char *name);

/* The same but a protected file is refused instead of asking. */
int twin_key_load_quietly(struct twin_key *key, const char *name);

void twin_key_free(struct twin_key *key);

/*
 * From an EVP_PKEY, which is then the key's (also after a failure): find its kind, make the DER.
 * Returns CLI_DONE, or an exit code after the message.
 */
int twin_key_adopt(struct twin_key *key, EVP_PKEY *pkey, bool is_private, const char *name);

/*
 * Sign, and check the own signature before handing it out.
 *
 * message  digest of the image by alg; the image itself for a pure signature.
 * sig      out; TWIN_SIG_LEN_MAX bytes of room.
 *
 * Returns CLI_DONE, or an exit code after the message.
 */
int twin_key_sign(const struct twin_key *key, const struct twin_hash *alg, struct twin_span message,
                  uint8_t *sig, size_t *sig_len);

/* Does sig, as it stands in a TLV, match? Padded ECDSA signatures do. */
bool twin_key_verify(const struct twin_key *key, const struct twin_hash *alg,
                     struct twin_span message, struct twin_span sig);

/* Hash of the public half, as in a KEYHASH TLV. */
void twin_key_hash(const struct twin_key *key, const struct twin_hash *alg,
                   uint8_t out[TWIN_HASH_LEN_MAX]);

/* Kind of an EVP_PKEY; NULL if none of ours. */
const struct twin_key_type *twin_key_type_of(const EVP_PKEY *pkey);
