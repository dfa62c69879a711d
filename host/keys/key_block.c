/*
 * key_block.c - one block of a PEM file. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/key_block.h"
#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <string.h>

/* Opening a block, which may take two tries, and what is to be told if it fails. */
struct opening {
    struct twin_key_block *block;
    struct twin_error *error; /* set if there was no passphrase to be had */
    struct twin_secret passphrase;
    bool locked;         /* a passphrase is needed */
    bool has_passphrase; /* and here it is */
    char protection[80]; /* the algorithm that it is protected with */
};

/* Once for both tries. */
static int get_passphrase(char *out, int cap, int for_writing, void *opening_)
{
    struct opening *opening = opening_;
    const struct twin_key_block *block = opening->block;
    const struct twin_secret *passphrase = &opening->passphrase;

    (void)for_writing;
    if (!opening->locked) {
        opening->locked = true;
        opening->has_passphrase =
            twin_ask_secret(block->ask, TWIN_ASK_PASSPHRASE, block->name, &opening->passphrase,
                            opening->error) == TWIN_ERROR_NONE;
    }
    if (!opening->has_passphrase || passphrase->len > (size_t)cap) {
        return -1;
    }
    memcpy(out, passphrase->text, passphrase->len);
    return (int)passphrase->len;
}

static EVP_PKEY *from_info(PKCS8_PRIV_KEY_INFO *info)
{
    EVP_PKEY *pkey = info != NULL ? EVP_PKCS82PKEY(info) : NULL;

    PKCS8_PRIV_KEY_INFO_free(info);
    return pkey;
}

static EVP_PKEY *from_pkcs8(struct opening *opening)
{
    const unsigned char *at = opening->block->der;

    return from_info(d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, opening->block->len));
}

/* In PKCS#5 version 2 the cipher stands beside the algorithm, inside its parameters. */
static void name_protection(struct opening *opening, const X509_SIG *sealed)
{
    const X509_ALGOR *algorithm;
    const ASN1_OBJECT *object;
    const void *parameter;
    int type;

    X509_SIG_get0(sealed, &algorithm, NULL);
    X509_ALGOR_get0(&object, &type, &parameter, algorithm);
    OBJ_obj2txt(opening->protection, sizeof(opening->protection), object, 0);
    if (OBJ_obj2nid(object) == NID_pbes2 && type == V_ASN1_SEQUENCE) {
        PBE2PARAM *inner = ASN1_item_unpack(parameter, ASN1_ITEM_rptr(PBE2PARAM));
        if (inner != NULL) {
            X509_ALGOR_get0(&object, NULL, NULL, inner->encryption);
            OBJ_obj2txt(opening->protection, sizeof(opening->protection), object, 0);
            PBE2PARAM_free(inner);
        }
    }
}

static EVP_PKEY *from_encrypted(struct opening *opening)
{
    const unsigned char *at = opening->block->der;
    X509_SIG *sealed = d2i_X509_SIG(NULL, &at, opening->block->len);
    char passphrase[TWIN_SECRET_MAX];
    EVP_PKEY *pkey = NULL;

    if (sealed == NULL) {
        return NULL;
    }
    name_protection(opening, sealed);
    int len = get_passphrase(passphrase, sizeof(passphrase), 0, opening);
    if (len >= 0) {
        pkey = from_info(PKCS8_decrypt(sealed, passphrase, len));
    }
    twin_wipe(passphrase, sizeof(passphrase));
    X509_SIG_free(sealed);
    return pkey;
}

/* The older forms may be protected by a header of the PEM block: "DEK-Info: DES-CBC,...". */
static EVP_PKEY *from_older(struct opening *opening, int kind)
{
    static const char field[] = "DEK-Info:";
    struct twin_key_block *block = opening->block;
    const char *cipher_name = strstr(block->header, field);
    const unsigned char *at = block->der;
    EVP_CIPHER_INFO cipher;

    if (cipher_name != NULL) {
        cipher_name += sizeof(field) - 1 + strspn(cipher_name + sizeof(field) - 1, " ");
        snprintf(opening->protection, sizeof(opening->protection), "%.*s",
                 (int)strcspn(cipher_name, ",\r\n"), cipher_name);
    }
    if (PEM_get_EVP_CIPHER_INFO(block->header, &cipher) != 1 ||
        PEM_do_header(&cipher, block->der, &block->len, get_passphrase, opening) != 1) {
        return NULL;
    }
    return d2i_PrivateKey(kind, NULL, &at, block->len);
}

static EVP_PKEY *from_rsa(struct opening *opening)
{
    return from_older(opening, EVP_PKEY_RSA);
}

static EVP_PKEY *from_rsa_pss(struct opening *opening)
{
    return from_older(opening, EVP_PKEY_RSA_PSS);
}

static EVP_PKEY *from_ec(struct opening *opening)
{
    return from_older(opening, EVP_PKEY_EC);
}

static EVP_PKEY *from_public(struct opening *opening)
{
    const unsigned char *at = opening->block->der;

    return d2i_PUBKEY(NULL, &at, opening->block->len);
}

static EVP_PKEY *from_rsa_public(struct opening *opening)
{
    const unsigned char *at = opening->block->der;

    return d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, opening->block->len);
}

struct opener {
    const char *label;
    bool is_private;
    EVP_PKEY *(*open)(struct opening *opening);
};

static const struct opener openers[] = {
    {"PRIVATE KEY", true, from_pkcs8},          {"ENCRYPTED PRIVATE KEY", true, from_encrypted},
    {"RSA PRIVATE KEY", true, from_rsa},        {"RSA-PSS PRIVATE KEY", true, from_rsa_pss},
    {"EC PRIVATE KEY", true, from_ec},          {"PUBLIC KEY", false, from_public},
    {"RSA PUBLIC KEY", false, from_rsa_public},
};

/* Did OpenSSL fail for lack of an algorithm? Empties its list of errors. */
static bool lacks_algorithm(void)
{
    bool lacks = false;

    for (unsigned long error = ERR_get_error(); error != 0; error = ERR_get_error()) {
        int reason = ERR_GET_REASON(error), library = ERR_GET_LIB(error);
        lacks = lacks || reason == ERR_R_UNSUPPORTED ||
                (library == ERR_LIB_EVP && reason == EVP_R_UNKNOWN_PBE_ALGORITHM) ||
                (library == ERR_LIB_PEM && reason == PEM_R_UNSUPPORTED_ENCRYPTION);
    }
    return lacks;
}

static enum twin_error_code tell_protection(const struct opening *opening, bool has_legacy)
{
    const char *name = opening->block->name;

    if (has_legacy) {
        return twin_error_set(opening->error, TWIN_ERROR_REFUSED,
                              "%s: the key is protected with %s, which OpenSSL does not know here; "
                              "let the program that made it write it with another protection",
                              name, opening->protection);
    }
    twin_error_set(opening->error, TWIN_ERROR_REFUSED,
                   "%s: the key is protected with %s, which needs OpenSSL's module for old "
                   "algorithms (legacy), and that cannot be loaded here",
                   name, opening->protection);
    return twin_error_hint(opening->error,
                           "On a machine that has it: openssl pkey -provider default -provider "
                           "legacy -in %s -aes256 -out NEW",
                           name);
}

static enum twin_error_code tell(const struct opening *opening, bool lacks, bool has_legacy)
{
    const struct twin_key_block *block = opening->block;

    if (opening->protection[0] != '\0' && lacks) {
        return tell_protection(opening, has_legacy);
    }
    if (opening->locked && !opening->has_passphrase) {
        return opening->error->code;
    }
    if (opening->locked) {
        return twin_error_set(opening->error, TWIN_ERROR_REFUSED,
                              "%s: cannot decrypt the key; is the passphrase right?", block->name);
    }
    return twin_error_set(opening->error, TWIN_ERROR_REFUSED, "%s: damaged or unknown key (%s)",
                          block->name, block->label);
}

/*
 * Old ciphers are in a module of OpenSSL's own, which is there for this one try only: what other
 * parts of the program can do does not change. *has_legacy: out. Returns NULL if it cannot be
 * opened.
 */
static EVP_PKEY *open_with_legacy(const struct opener *opener, struct opening *opening,
                                  bool *has_legacy)
{
    OSSL_PROVIDER *legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
    EVP_PKEY *pkey = NULL;

    ERR_clear_error();
    *has_legacy = legacy != NULL;
    if (legacy != NULL) {
        pkey = opener->open(opening);
        OSSL_PROVIDER_unload(legacy);
    }
    return pkey;
}

/* Open, if need be a second time with OpenSSL's old algorithms, and make the form usual. */
static enum twin_error_code open_with(const struct opener *opener, struct opening *opening,
                                      EVP_PKEY **pkey)
{
    bool lacks = false, has_legacy = false;

    ERR_clear_error();
    *pkey = opener->open(opening);
    if (*pkey == NULL && lacks_algorithm()) {
        *pkey = open_with_legacy(opener, opening, &has_legacy);
        lacks = *pkey == NULL && (!has_legacy || lacks_algorithm());
    }
    if (*pkey == NULL) {
        return tell(opening, lacks, has_legacy);
    }
    if (has_legacy) {
        twin_ask_warn(opening->block->ask,
                      "%s: the key is protected with %s, which is easily broken; protect it anew: "
                      "openssl pkey -provider default -provider legacy -in %s -aes256 -out NEW",
                      opening->block->name, opening->protection, opening->block->name);
    }
    const char *fault = twin_key_make_usual(pkey);
    return fault == NULL ? TWIN_ERROR_NONE
                         : twin_error_set(opening->error, TWIN_ERROR_REFUSED, "%s: %s",
                                          opening->block->name, fault);
}

const char *twin_key_block_advice(const char *label)
{
    static const struct {
        const char *label, *advice;
    } foreign[] = {
        {"OPENSSH PRIVATE KEY", "it holds a key in the form of OpenSSH; for RSA and EC keys, "
                                "ssh-keygen -p -m PKCS8 -f COPY changes a copy to PEM"},
        {"CERTIFICATE", "it holds a certificate; openssl x509 -noout -pubkey -in FILE prints the "
                        "public key that is in it"},
    };

    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        if (strcmp(label, foreign[i].label) == 0) {
            return foreign[i].advice;
        }
    }
    return NULL;
}

enum twin_error_code twin_key_block_open(struct twin_key_block *block, EVP_PKEY **pkey,
                                         bool *is_private, struct twin_error *error)
{
    *pkey = NULL;
    for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
        if (strcmp(block->label, openers[i].label) == 0) {
            struct opening opening = {.block = block, .error = error};
            *is_private = openers[i].is_private;
            enum twin_error_code code = open_with(&openers[i], &opening, pkey);
            twin_wipe(&opening, sizeof(opening));
            return code;
        }
    }
    return TWIN_ERROR_NONE;
}
