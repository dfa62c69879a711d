/*
 * key_block.c - one block of a PEM file. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/key_block.h"
#include "cli/cli.h"
#include "keys/secret.h"
#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <string.h>

/* One try to open a block, and what is to be told if it fails. */
struct opening {
    struct twin_key_block *block;
    char passphrase[TWIN_SECRET_MAX];
    int passphrase_len;  /* TWIN_SECRET_NONE: not needed so far */
    bool locked;         /* a passphrase is needed */
    bool told;           /* nothing left to say */
    char protection[80]; /* the algorithm that it is protected with */
};

/* Once for both tries. */
static int get_passphrase(char *out, int cap, int for_writing, void *opening_)
{
    struct opening *opening = opening_;

    (void)for_writing;
    opening->locked = true;
    if (opening->passphrase_len < 0) {
        if (!opening->block->may_ask && !twin_passphrase_is_given()) {
            return -1;
        }
        opening->passphrase_len = twin_passphrase_get(opening->passphrase);
        opening->told = opening->passphrase_len < 0;
    }
    if (opening->passphrase_len < 0 || opening->passphrase_len > cap) {
        return -1;
    }
    memcpy(out, opening->passphrase, (size_t)opening->passphrase_len);
    return opening->passphrase_len;
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
    OPENSSL_cleanse(passphrase, sizeof(passphrase));
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

/* Old ciphers are in a module of their own. The other one then has to be named as well. */
static bool load_legacy(void)
{
    static OSSL_PROVIDER *usual, *legacy;

    if (legacy == NULL) {
        usual = OSSL_PROVIDER_load(NULL, "default");
        legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
        ERR_clear_error();
    }
    return usual != NULL && legacy != NULL;
}

static int tell_protection(const struct opening *opening, bool has_legacy)
{
    const char *name = opening->block->name;

    if (has_legacy) {
        return cli_fail(CLI_REFUSED,
                        "%s: the key is protected with %s, which OpenSSL does not know here; let "
                        "the program that made it write it with another protection",
                        name, opening->protection);
    }
    return cli_fail(CLI_REFUSED,
                    "%s: the key is protected with %s, which needs OpenSSL's module for old "
                    "algorithms (legacy), and that cannot be loaded here. On a machine that has "
                    "it: openssl pkey -provider default -provider legacy -in %s -aes256 -out NEW",
                    name, opening->protection, name);
}

static int tell(const struct opening *opening, bool lacks, bool has_legacy)
{
    const struct twin_key_block *block = opening->block;

    if (opening->told) {
        return CLI_REFUSED;
    }
    if (opening->protection[0] != '\0' && lacks) {
        return tell_protection(opening, has_legacy);
    }
    if (opening->locked && opening->passphrase_len < 0) {
        return cli_fail(CLI_USAGE,
                        "Cannot inspect %s: key is password-protected and nobody is asked here; "
                        "give --passphrase-fd or IMGTOOL_PASSPHRASE",
                        block->name);
    }
    if (opening->locked) {
        return cli_fail(CLI_REFUSED, "%s: cannot decrypt the key; is the passphrase right?",
                        block->name);
    }
    return cli_fail(CLI_REFUSED, "%s: damaged or unknown key (%s)", block->name, block->label);
}

/* Open, if need be a second time with OpenSSL's old algorithms, and make the form usual. */
static int open_with(const struct opener *opener, struct opening *opening, EVP_PKEY **pkey)
{
    bool lacks = false, has_legacy = false;

    ERR_clear_error();
    *pkey = opener->open(opening);
    if (*pkey == NULL) {
        lacks = lacks_algorithm();
        has_legacy = lacks && load_legacy();
        *pkey = has_legacy ? opener->open(opening) : NULL;
        lacks = *pkey == NULL && has_legacy ? lacks_algorithm() : lacks;
    }
    if (*pkey == NULL) {
        return tell(opening, lacks, has_legacy);
    }
    if (has_legacy) {
        cli_warn("%s: the key is protected with %s, which is easily broken; protect it anew: "
                 "openssl pkey -provider default -provider legacy -in %s -aes256 -out NEW",
                 opening->block->name, opening->protection, opening->block->name);
    }
    const char *fault = twin_key_make_usual(pkey);
    return fault == NULL ? CLI_DONE : cli_fail(CLI_REFUSED, "%s: %s", opening->block->name, fault);
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

int twin_key_block_open(struct twin_key_block *block, EVP_PKEY **pkey, bool *is_private)
{
    *pkey = NULL;
    for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
        if (strcmp(block->label, openers[i].label) == 0) {
            struct opening opening = {.block = block, .passphrase_len = TWIN_SECRET_NONE};
            *is_private = openers[i].is_private;
            int rc = open_with(&openers[i], &opening, pkey);
            OPENSSL_cleanse(&opening, sizeof(opening));
            return rc;
        }
    }
    return CLI_DONE;
}
