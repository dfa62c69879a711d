/*
 * key_form.c - keys in unusual forms. Loaders compare the hash of the usual form, so any other
 * would match none of them. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/key_block.h"
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#define SALT_LEN 32 /* of signatures of images */

/* A key for PSS may say which parameters alone it allows. */
static bool pss_allows(EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    bool good = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
                EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
                EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, SALT_LEN) == 1;

    EVP_PKEY_CTX_free(ctx);
    return good;
}

static bool is_rsa_number(const char *name)
{
    static const char *const names[] = {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
                                        OSSL_PKEY_PARAM_RSA_D};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return strncmp(name, "rsa-factor", 10) == 0 || strncmp(name, "rsa-exponent", 12) == 0 ||
           strncmp(name, "rsa-coefficient", 15) == 0;
}

/* The numbers of the key without what it says about PSS. */
static EVP_PKEY *plain_rsa(const EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM *params = NULL;
    EVP_PKEY *plain = NULL;
    size_t kept = 0;

    if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
        EVP_PKEY_todata(pkey, EVP_PKEY_KEYPAIR, &params) == 1) {
        for (size_t i = 0; params[i].key != NULL; i++) {
            if (is_rsa_number(params[i].key)) {
                OSSL_PARAM swapped = params[kept];
                params[kept++] = params[i];
                params[i] = swapped;
            }
        }
        OSSL_PARAM end = params[kept];
        params[kept] = OSSL_PARAM_construct_end();
        (void)EVP_PKEY_fromdata(ctx, &plain, EVP_PKEY_KEYPAIR, params);
        params[kept] = end;
    }
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(ctx);
    return plain;
}

static const char *make_usual_rsa(EVP_PKEY **pkey)
{
    if (!pss_allows(*pkey)) {
        return "it is an RSA-PSS key for other parameters than those of images (SHA-256, salt of "
               "32 bytes)";
    }
    EVP_PKEY *plain = plain_rsa(*pkey);
    if (plain == NULL) {
        return "it is an RSA-PSS key that OpenSSL cannot make a plain one of";
    }
    EVP_PKEY_free(*pkey);
    *pkey = plain;
    return NULL;
}

/* The numbers may be those of a curve with a name; if not, nobody knows what they are worth. */
static const char *make_usual_ec(EVP_PKEY *pkey)
{
    char curve[80];

    if (EVP_PKEY_get_group_name(pkey, curve, sizeof(curve), NULL) != 1) {
        return "its EC parameters are spelled out, and are not those of a curve with a name";
    }
    if (EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING,
                                       OSSL_PKEY_EC_ENCODING_GROUP) != 1 ||
        EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                       OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) != 1) {
        return "its EC parameters are spelled out, and OpenSSL cannot name the curve instead";
    }
    return NULL;
}

const char *twin_key_make_usual(EVP_PKEY **pkey)
{
    if (EVP_PKEY_is_a(*pkey, "RSA-PSS")) {
        return make_usual_rsa(pkey);
    }
    return EVP_PKEY_is_a(*pkey, "EC") ? make_usual_ec(*pkey) : NULL;
}
