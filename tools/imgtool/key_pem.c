/*
 * key_pem.c - keys in PEM files. SPDX-License-Identifier: Apache-2.0
 */
#include "key_pem.h"
#include "cli.h"
#include "secret.h"
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX   (1024 * 1024)
#define ITERATIONS 600000 /* of PBKDF2, for files that we protect */

/* One block of a PEM file, and how it may be opened. */
struct block {
    const char *name; /* of the file */
    char *label, *header;
    unsigned char *der;
    long len;
    bool may_ask;
    bool locked; /* it would have needed a passphrase */
};

static int ask_passphrase(char *out, int cap, int for_writing, void *block_)
{
    struct block *block = block_;
    int len;

    (void)for_writing;
    block->locked = true;
    if (!block->may_ask) {
        return -1;
    }
    len = secret_ask("Enter key passphrase: ", out, (size_t)cap);
    return len;
}

static EVP_PKEY *from_pkcs8(struct block *block)
{
    const unsigned char *at = block->der;
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, block->len);
    EVP_PKEY *pkey = info != NULL ? EVP_PKCS82PKEY(info) : NULL;

    PKCS8_PRIV_KEY_INFO_free(info);
    return pkey;
}

static EVP_PKEY *from_encrypted(struct block *block)
{
    const unsigned char *at = block->der;
    X509_SIG *sealed = d2i_X509_SIG(NULL, &at, block->len);
    char passphrase[SECRET_MAX];
    int len = sealed != NULL ? ask_passphrase(passphrase, sizeof(passphrase), 0, block) : -1;
    PKCS8_PRIV_KEY_INFO *info = len >= 0 ? PKCS8_decrypt(sealed, passphrase, len) : NULL;
    EVP_PKEY *pkey = info != NULL ? EVP_PKCS82PKEY(info) : NULL;

    OPENSSL_cleanse(passphrase, sizeof(passphrase));
    PKCS8_PRIV_KEY_INFO_free(info);
    X509_SIG_free(sealed);
    return pkey;
}

/* The older forms may be protected by a header of the PEM block. */
static EVP_PKEY *from_older(struct block *block, int kind)
{
    EVP_CIPHER_INFO cipher;
    const unsigned char *at = block->der;

    if (PEM_get_EVP_CIPHER_INFO(block->header, &cipher) != 1 ||
        PEM_do_header(&cipher, block->der, &block->len, ask_passphrase, block) != 1) {
        return NULL;
    }
    return d2i_PrivateKey(kind, NULL, &at, block->len);
}

static EVP_PKEY *from_rsa(struct block *block)
{
    return from_older(block, EVP_PKEY_RSA);
}

static EVP_PKEY *from_ec(struct block *block)
{
    return from_older(block, EVP_PKEY_EC);
}

static EVP_PKEY *from_public(struct block *block)
{
    const unsigned char *at = block->der;

    return d2i_PUBKEY(NULL, &at, block->len);
}

static EVP_PKEY *from_rsa_public(struct block *block)
{
    const unsigned char *at = block->der;

    return d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, block->len);
}

static const struct {
    const char *label;
    bool is_private;
    EVP_PKEY *(*open)(struct block *block);
} openers[] = {
    {"PRIVATE KEY", true, from_pkcs8},   {"ENCRYPTED PRIVATE KEY", true, from_encrypted},
    {"RSA PRIVATE KEY", true, from_rsa}, {"EC PRIVATE KEY", true, from_ec},
    {"PUBLIC KEY", false, from_public},  {"RSA PUBLIC KEY", false, from_rsa_public},
};

/* CLI_DONE with *pkey NULL means: not a key, look at the next block. */
static int open_block(struct block *block, EVP_PKEY **pkey, bool *is_private)
{
    for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
        if (strcmp(block->label, openers[i].label) != 0) {
            continue;
        }
        *is_private = openers[i].is_private;
        *pkey = openers[i].open(block);
        if (*pkey != NULL) {
            return CLI_DONE;
        }
        if (block->locked && !block->may_ask) {
            return cli_fail(CLI_USAGE,
                            "Cannot inspect %s: key is password-protected and nobody is asked "
                            "here; remove the protection first",
                            block->name);
        }
        if (block->locked) {
            return cli_fail(CLI_REFUSED, "%s: cannot decrypt the key; is the passphrase right?",
                            block->name);
        }
        return cli_fail(CLI_REFUSED, "%s: damaged or unknown key (%s)", block->name, block->label);
    }
    return CLI_DONE;
}

int pem_parse(const char *name, struct twin_span text, bool may_ask, EVP_PKEY **pkey,
              bool *is_private)
{
    BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len);
    int rc = CLI_DONE;

    *pkey = NULL;
    while (bio != NULL && rc == CLI_DONE && *pkey == NULL) {
        struct block block = {.name = name, .may_ask = may_ask};
        if (PEM_read_bio(bio, &block.label, &block.header, &block.der, &block.len) != 1) {
            rc = cli_fail(CLI_REFUSED,
                          "%s: no key found; a PEM file with \"-----BEGIN PRIVATE KEY-----\" or "
                          "\"-----BEGIN PUBLIC KEY-----\" is needed",
                          name);
            break;
        }
        rc = open_block(&block, pkey, is_private);
        OPENSSL_free(block.label);
        OPENSSL_free(block.header);
        OPENSSL_clear_free(block.der, (size_t)block.len);
    }
    BIO_free(bio);
    return rc;
}

int pem_load(const char *name, bool may_ask, EVP_PKEY **pkey, bool *is_private)
{
    struct cli_bytes file;
    int err = cli_file_read(name, FILE_MAX, &file);

    *pkey = NULL;
    if (err != 0) {
        return cli_fail(CLI_REFUSED, "cannot read the key file %s: %s", name, strerror(err));
    }
    int rc = pem_parse(name, (struct twin_span){file.data, file.len}, may_ask, pkey, is_private);
    OPENSSL_cleanse(file.data, file.len);
    free(file.data);
    return rc;
}

static bool take(BIO *bio, bool good, struct buf *out)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);

    if (good && len > 0) {
        buf_add(out, data, (size_t)len);
    }
    if (len > 0) {
        OPENSSL_cleanse(data, (size_t)len);
    }
    BIO_free(bio);
    return good && len > 0;
}

bool pem_write_public(EVP_PKEY *pkey, struct buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return bio != NULL && take(bio, PEM_write_bio_PUBKEY(bio, pkey) == 1, out);
}

static X509_SIG *seal(EVP_PKEY *pkey, const char *passphrase)
{
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    X509_SIG *sealed = info == NULL
                           ? NULL
                           : PKCS8_encrypt(-1, EVP_aes_256_cbc(), passphrase,
                                           (int)strlen(passphrase), NULL, 0, ITERATIONS, info);

    PKCS8_PRIV_KEY_INFO_free(info);
    return sealed;
}

bool pem_write_private(EVP_PKEY *pkey, const char *passphrase, struct buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool good;

    if (bio == NULL) {
        return false;
    }
    if (passphrase == NULL) {
        good = PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) == 1;
    } else {
        X509_SIG *sealed = seal(pkey, passphrase);
        good = sealed != NULL && PEM_write_bio_PKCS8(bio, sealed) == 1;
        X509_SIG_free(sealed);
    }
    return take(bio, good, out);
}
