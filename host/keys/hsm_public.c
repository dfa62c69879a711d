/*
 * hsm_public.c - public keys and signatures between PKCS#11's forms and OpenSSL's.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "keys/hsm_public.h"
#include "keys/der.h"
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <string.h>

#define MODULUS_MAX  512
#define EXPONENT_MAX 8
#define POINT_MAX    140
#define ED25519_LEN  32
#define ECDSA_MAX    96 /* bytes of the two numbers for P-384 */

size_t twin_hsm_attribute(const struct twin_hsm_token *token, CK_OBJECT_HANDLE object,
                          CK_ATTRIBUTE_TYPE type, void *out, size_t cap)
{
    CK_ATTRIBUTE attribute = {type, out, cap};
    CK_RV rv = token->api->C_GetAttributeValue(token->session, object, &attribute, 1);

    return rv == CKR_OK && attribute.ulValueLen != CK_UNAVAILABLE_INFORMATION ? attribute.ulValueLen
                                                                              : 0;
}

static EVP_PKEY *from_params(const char *algorithm, OSSL_PARAM_BLD *builder)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
    EVP_PKEY *pkey = NULL;

    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        pkey = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    return pkey;
}

static EVP_PKEY *rsa_key(const struct twin_hsm_token *token, CK_OBJECT_HANDLE object)
{
    uint8_t modulus[MODULUS_MAX], exponent[EXPONENT_MAX];
    size_t n_len = twin_hsm_attribute(token, object, CKA_MODULUS, modulus, sizeof(modulus));
    size_t e_len =
        twin_hsm_attribute(token, object, CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent));
    BIGNUM *n = BN_bin2bn(modulus, (int)n_len, NULL), *e = BN_bin2bn(exponent, (int)e_len, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *pkey = NULL;

    if (n_len > 0 && e_len > 0 && n != NULL && e != NULL && builder != NULL &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1) {
        pkey = from_params("RSA", builder);
    }
    OSSL_PARAM_BLD_free(builder);
    BN_free(n);
    BN_free(e);
    return pkey;
}

/* The point is an octet string by the standard; some tokens leave out its head. */
static struct twin_span read_point(const struct twin_hsm_token *token, CK_OBJECT_HANDLE object,
                                   uint8_t *point)
{
    struct twin_span whole = {point,
                              twin_hsm_attribute(token, object, CKA_EC_POINT, point, POINT_MAX)};
    struct twin_span in = whole;
    struct twin_der element;

    if (twin_der_next(&in, &element) && in.len == 0 && element.tag == TWIN_DER_OCTET_STRING) {
        return element.content;
    }
    return whole;
}

static EVP_PKEY *ec_key(const struct twin_hsm_token *token, CK_OBJECT_HANDLE object)
{
    uint8_t params[64], bytes[POINT_MAX];
    size_t len = twin_hsm_attribute(token, object, CKA_EC_PARAMS, params, sizeof(params));
    struct twin_span point = read_point(token, object, bytes);
    bool p256 = len == sizeof(TWIN_HSM_P256_OID) - 1 && memcmp(params, TWIN_HSM_P256_OID, len) == 0;
    bool p384 = len == sizeof(TWIN_HSM_P384_OID) - 1 && memcmp(params, TWIN_HSM_P384_OID, len) == 0;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *pkey = NULL;

    if ((p256 || p384) && point.len > 0 && builder != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME,
                                        p256 ? "prime256v1" : "secp384r1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.ptr, point.len) ==
            1) {
        pkey = from_params("EC", builder);
    }
    OSSL_PARAM_BLD_free(builder);
    return pkey;
}

static EVP_PKEY *ed25519_key(const struct twin_hsm_token *token, CK_OBJECT_HANDLE object)
{
    uint8_t bytes[POINT_MAX];
    struct twin_span point = read_point(token, object, bytes);

    if (point.len != ED25519_LEN) {
        return NULL;
    }
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, point.ptr, point.len);
}

enum twin_error_code twin_hsm_public_key(const struct twin_hsm_token *token,
                                         CK_OBJECT_HANDLE object, EVP_PKEY **pkey,
                                         struct twin_error *error)
{
    CK_KEY_TYPE type = CK_UNAVAILABLE_INFORMATION;

    (void)twin_hsm_attribute(token, object, CKA_KEY_TYPE, &type, sizeof(type));
    *pkey = type == CKK_RSA          ? rsa_key(token, object)
            : type == CKK_EC         ? ec_key(token, object)
            : type == CKK_EC_EDWARDS ? ed25519_key(token, object)
                                     : NULL;
    if (*pkey == NULL) {
        return twin_error_set(error, TWIN_ERROR_REFUSED,
                              "%s: the public key in the token is not RSA, P-256, P-384 or Ed25519",
                              token->name);
    }
    return TWIN_ERROR_NONE;
}

bool twin_hsm_ecdsa_to_der(uint8_t *sig, size_t *len)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    int half = (int)(*len / 2), der_len = 0;

    if (*len == 0 || *len % 2 != 0 || *len > ECDSA_MAX || pair == NULL) {
        ECDSA_SIG_free(pair);
        return false;
    }
    BIGNUM *r = BN_bin2bn(sig, half, NULL), *s = BN_bin2bn(sig + half, half, NULL);
    if (r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
        unsigned char *at = sig;
        der_len = i2d_ECDSA_SIG(pair, &at);
    } else {
        BN_free(r);
        BN_free(s);
    }
    ECDSA_SIG_free(pair);
    *len = der_len > 0 ? (size_t)der_len : 0;
    return der_len > 0;
}
