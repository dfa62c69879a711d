/*
 * image_vectors.h - the reference's images in tests/vectors/image: their list, files and keys.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/crypto.h"
#include <jansson.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_ 512
#define KEY_MAX   400 /* bytes of a public key in DER */

struct key_kind {
    const char *name; /* in the manifest; of a file keys/NAME.pem */
    const struct twin_sig_alg *alg;
};
static const struct key_kind kinds[] = {
    {"rsa-2048", &twin_sig_rsa2048}, {"rsa-2048-other", &twin_sig_rsa2048},
    {"ecdsa-p256", &twin_sig_p256},  {"ecdsa-p256-other", &twin_sig_p256},
#ifdef TEST_ALL_KEYS
    {"rsa-3072", &twin_sig_rsa3072}, {"ecdsa-p384", &twin_sig_p384},
#endif
#ifdef TEST_ED25519 /* where its source could be fetched */
    {"ed25519", &twin_sig_ed25519},
#endif
};

static inline const struct key_kind *kind_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

static inline FILE *open_vector(const char *folder, const char *name, const char *suffix)
{
    char path[PATH_MAX_];

    snprintf(path, sizeof(path), "%s/image/%s%s%s", TEST_VECTORS, folder, name, suffix);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    return file;
}

static inline struct twin_pubkey load_key(const struct key_kind *kind, uint8_t der[KEY_MAX])
{
    FILE *file = open_vector("keys/", kind->name, ".pem");
    EVP_PKEY *pkey = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    uint8_t *end = der;
    int len =
        strncmp(kind->name, "rsa", 3) == 0 ? i2d_PublicKey(pkey, &end) : i2d_PUBKEY(pkey, &end);

    fclose(file);
    EVP_PKEY_free(pkey);
    return (struct twin_pubkey){.der = der, .len = (uint32_t)len};
}

static inline const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The list of all, to be freed by json_decref(). */
static inline json_t *load_manifest(void)
{
    json_error_t error;
    FILE *file = open_vector("", "manifest", ".json");
    json_t *manifest = json_loadf(file, 0, &error);

    fclose(file);
    return manifest;
}
