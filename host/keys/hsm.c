/*
 * hsm.c - keys in a PKCS#11 token: find, sign, generate. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/hsm.h"
#include "keys/hsm_public.h"
#include "keys/hsm_token.h"
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_LEN    8 /* bytes of the id that we give a new key */
#define MATCH_MAX 8
#define SALT_LEN  32

struct twin_hsm_key {
    struct twin_hsm_token token;
    uint8_t id[TWIN_HSM_TEXT_MAX]; /* of the public half, to find the private one */
    size_t id_len;
};

bool twin_hsm_is_uri(const char *name)
{
    return strncmp(name, "pkcs11:", 7) == 0;
}

/* Objects of one class that fit label and id; at most MATCH_MAX, *count may be larger by one. */
static enum twin_error_code find(const struct twin_hsm_token *token, CK_OBJECT_CLASS class,
                                 const uint8_t *id, size_t id_len,
                                 CK_OBJECT_HANDLE found[MATCH_MAX], CK_ULONG *count,
                                 struct twin_error *error)
{
    CK_OBJECT_CLASS wanted = class;
    const char *label = token->uri.object;
    CK_ATTRIBUTE attributes[3] = {{CKA_CLASS, &wanted, sizeof(wanted)}};
    CK_ULONG used = 1;

    if (label[0] != '\0') {
        attributes[used++] = (CK_ATTRIBUTE){CKA_LABEL, (void *)(uintptr_t)label, strlen(label)};
    }
    if (id_len > 0) {
        attributes[used++] = (CK_ATTRIBUTE){CKA_ID, (void *)(uintptr_t)id, id_len};
    }
    CK_RV rv = token->api->C_FindObjectsInit(token->session, attributes, used);
    if (rv == CKR_OK) {
        rv = token->api->C_FindObjects(token->session, found, MATCH_MAX, count);
        token->api->C_FindObjectsFinal(token->session);
    }
    return rv == CKR_OK ? TWIN_ERROR_NONE
                        : twin_hsm_token_fail(token, "looking for the key", rv, error);
}

/* Exactly one key, or a message that helps to choose. */
static enum twin_error_code find_one(const struct twin_hsm_token *token, CK_OBJECT_CLASS class,
                                     const uint8_t *id, size_t id_len, CK_OBJECT_HANDLE *key,
                                     struct twin_error *error)
{
    CK_OBJECT_HANDLE found[MATCH_MAX];
    const char *half = class == CKO_PRIVATE_KEY ? "private" : "public";
    CK_ULONG count = 0;
    char ids[200] = "";
    enum twin_error_code code = find(token, class, id, id_len, found, &count, error);

    if (code != TWIN_ERROR_NONE) {
        return code;
    }
    if (count == 0) {
        return twin_error_set(error, TWIN_ERROR_REFUSED,
                              "%s: no such %s key in token %.32s; are object= and id= right?",
                              token->name, half, token->info.label);
    }
    if (count == 1) {
        *key = found[0];
        return TWIN_ERROR_NONE;
    }
    for (CK_ULONG i = 0; i < count; i++) {
        uint8_t one[TWIN_HSM_TEXT_MAX];
        size_t len = twin_hsm_attribute(token, found[i], CKA_ID, one, sizeof(one)),
               used = strlen(ids);
        for (size_t j = 0; j < len && used + 8 < sizeof(ids); j++) {
            used += (size_t)snprintf(ids + used, sizeof(ids) - used, "%s%%%02x",
                                     j == 0 && i > 0 ? ", " : "", one[j]);
        }
    }
    return twin_error_set(error, TWIN_ERROR_REFUSED,
                          "%s: %lu%s %s keys fit; choose one by its id: add ;id= and one of %s",
                          token->name, count, count == MATCH_MAX ? " or more" : "", half, ids);
}

static enum twin_error_code open_public(struct twin_key *key, struct twin_hsm_key *hsm,
                                        const char *uri, struct twin_error *error)
{
    struct twin_hsm_token *token = &hsm->token;
    CK_OBJECT_HANDLE object = 0;
    EVP_PKEY *pkey = NULL;
    enum twin_error_code code = twin_hsm_token_open(token, uri, false, error);

    if (code == TWIN_ERROR_NONE) {
        code = find_one(token, CKO_PUBLIC_KEY, token->uri.id, token->uri.id_len, &object, error);
    }
    if (code == TWIN_ERROR_NONE) {
        hsm->id_len = twin_hsm_attribute(token, object, CKA_ID, hsm->id, sizeof(hsm->id));
        code = twin_hsm_public_key(token, object, &pkey, error);
    }
    if (code == TWIN_ERROR_NONE) {
        bool is_private = strcmp(token->uri.type, "public") != 0;
        code = twin_key_adopt(key, pkey, is_private, uri, error);
    }
    return code;
}

enum twin_error_code twin_hsm_key_open(struct twin_key *key, const char *uri,
                                       const struct twin_ask *ask, struct twin_error *error)
{
    struct twin_hsm_key *hsm = calloc(1, sizeof(*hsm));

    *key = (struct twin_key){0};
    if (hsm == NULL) {
        return twin_error_no_memory(error);
    }
    hsm->token.ask = ask;
    enum twin_error_code code = open_public(key, hsm, uri, error);
    key->hsm = hsm;
    return code;
}

void twin_hsm_key_close(struct twin_hsm_key *hsm)
{
    if (hsm != NULL) {
        twin_hsm_token_close(&hsm->token);
    }
    free(hsm);
}

void twin_hsm_serial(const struct twin_hsm_key *hsm, char out[TWIN_HSM_SERIAL_MAX])
{
    snprintf(out, TWIN_HSM_SERIAL_MAX, "%.16s", hsm->token.info.serialNumber);
    for (size_t len = strlen(out); len > 0 && out[len - 1] == ' '; len--) {
        out[len - 1] = '\0';
    }
}

static bool is_true(const struct twin_hsm_token *token, CK_OBJECT_HANDLE object,
                    CK_ATTRIBUTE_TYPE type)
{
    CK_BBOOL value = CK_FALSE;

    return twin_hsm_attribute(token, object, type, &value, sizeof(value)) == sizeof(value) &&
           value == CK_TRUE;
}

struct scheme {
    CK_MECHANISM_TYPE type;
    const char *name;
};

static struct scheme scheme_of(const struct twin_key_type *type)
{
    static const struct scheme schemes[] = {
        [TWIN_SCHEME_NONE] = {0, "nothing"},
        [TWIN_SCHEME_PSS] = {CKM_RSA_PKCS_PSS, "RSA-PSS (CKM_RSA_PKCS_PSS)"},
        [TWIN_SCHEME_ECDSA] = {CKM_ECDSA, "ECDSA (CKM_ECDSA)"},
        [TWIN_SCHEME_EDDSA] = {CKM_EDDSA, "Ed25519 (CKM_EDDSA)"},
    };

    return schemes[type->scheme];
}

static enum twin_error_code sign_raw(struct twin_hsm_token *token, CK_OBJECT_HANDLE object,
                                     const struct twin_key_type *type, struct twin_span message,
                                     uint8_t *sig, CK_ULONG *sig_len, struct twin_error *error)
{
    CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, SALT_LEN};
    CK_MECHANISM mechanism = {scheme_of(type).type, NULL, 0};

    if (type->scheme == TWIN_SCHEME_PSS) {
        mechanism.pParameter = &pss;
        mechanism.ulParameterLen = sizeof(pss);
    }
    CK_RV rv = token->api->C_SignInit(token->session, &mechanism, object);
    if (rv != CKR_OK) {
        return twin_hsm_token_fail(token, "signing", rv, error);
    }
    if (is_true(token, object, CKA_ALWAYS_AUTHENTICATE)) {
        enum twin_error_code code = twin_hsm_token_login_again(token, error);
        if (code != TWIN_ERROR_NONE) {
            return code;
        }
    }
    rv = token->api->C_Sign(token->session, (CK_BYTE *)(uintptr_t)message.ptr, message.len, sig,
                            sig_len);
    return rv == CKR_OK ? TWIN_ERROR_NONE : twin_hsm_token_fail(token, "signing", rv, error);
}

enum twin_error_code twin_hsm_sign(const struct twin_key *key, struct twin_span message,
                                   uint8_t *sig, size_t *sig_len, struct twin_error *error)
{
    struct twin_hsm_key *hsm = key->hsm;
    struct twin_hsm_token *token = &hsm->token;
    struct scheme scheme = scheme_of(key->type);
    CK_OBJECT_HANDLE object = 0;
    CK_ULONG len = *sig_len;
    enum twin_error_code code =
        twin_hsm_token_check_mechanism(token, scheme.type, scheme.name, error);

    if (code == TWIN_ERROR_NONE) {
        code = twin_hsm_token_login(token, error);
    }
    if (code == TWIN_ERROR_NONE) {
        code = find_one(token, CKO_PRIVATE_KEY, hsm->id, hsm->id_len, &object, error);
    }
    if (code != TWIN_ERROR_NONE) {
        return code;
    }
    if (is_true(token, object, CKA_EXTRACTABLE)) {
        twin_ask_warn(
            token->ask,
            "%s: this key can be copied out of the token (CKA_EXTRACTABLE); make a new one "
            "that cannot",
            key->name);
    }
    code = sign_raw(token, object, key->type, message, sig, &len, error);
    if (code != TWIN_ERROR_NONE) {
        return code;
    }
    *sig_len = len;
    if (key->type->scheme == TWIN_SCHEME_ECDSA && !twin_hsm_ecdsa_to_der(sig, sig_len)) {
        return twin_error_set(error, TWIN_ERROR_REFUSED,
                              "%s: the token's answer is not an ECDSA signature", key->name);
    }
    return TWIN_ERROR_NONE;
}

/* How each kind is made. */
static const struct {
    enum twin_key_id key;
    CK_MECHANISM_TYPE mechanism;
    const char *parameter; /* DER of the curve */
    CK_ULONG parameter_len;
} generators[] = {
    {TWIN_KEY_RSA2048, CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0},
    {TWIN_KEY_RSA3072, CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0},
    {TWIN_KEY_P256, CKM_EC_KEY_PAIR_GEN, TWIN_HSM_P256_OID, sizeof(TWIN_HSM_P256_OID) - 1},
    {TWIN_KEY_P384, CKM_EC_KEY_PAIR_GEN, TWIN_HSM_P384_OID, sizeof(TWIN_HSM_P384_OID) - 1},
    {TWIN_KEY_ED25519, CKM_EC_EDWARDS_KEY_PAIR_GEN, TWIN_HSM_ED25519_NAME,
     sizeof(TWIN_HSM_ED25519_NAME) - 1},
};

static enum twin_error_code generate(struct twin_hsm_token *token, const struct twin_key_type *type,
                                     size_t row, struct twin_error *error)
{
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_ULONG bits = type->bits;
    CK_BYTE exponent[] = {1, 0, 1};
    const char *label = token->uri.object;
    CK_ATTRIBUTE name = {CKA_LABEL, (void *)(uintptr_t)label, strlen(label)};
    CK_ATTRIBUTE id = {CKA_ID, token->uri.id, token->uri.id_len};
    CK_ATTRIBUTE kept = {CKA_TOKEN, &yes, sizeof(yes)};
    CK_ATTRIBUTE public[6] = {name, id, kept, {CKA_VERIFY, &yes, sizeof(yes)}};
    CK_ATTRIBUTE private[] = {name,
                              id,
                              kept,
                              {CKA_PRIVATE, &yes, sizeof(yes)},
                              {CKA_SENSITIVE, &yes, sizeof(yes)},
                              {CKA_EXTRACTABLE, &no, sizeof(no)},
                              {CKA_SIGN, &yes, sizeof(yes)}};
    CK_MECHANISM mechanism = {generators[row].mechanism, NULL, 0};
    CK_OBJECT_HANDLE public_key, private_key;
    CK_ULONG count = 4;

    if (bits != 0) {
        public[count++] = (CK_ATTRIBUTE){CKA_MODULUS_BITS, &bits, sizeof(bits)};
        public[count++] = (CK_ATTRIBUTE){CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent)};
    } else {
        public[count++] =
            (CK_ATTRIBUTE){CKA_EC_PARAMS, (void *)(uintptr_t)generators[row].parameter,
                           generators[row].parameter_len};
    }
    CK_RV rv = token->api->C_GenerateKeyPair(token->session, &mechanism, public, count, private,
                                             sizeof(private) / sizeof(private[0]), &public_key,
                                             &private_key);
    return rv == CKR_OK ? TWIN_ERROR_NONE : twin_hsm_token_fail(token, "making the key", rv, error);
}

/* A label or id must be free, or later the two keys could be taken for each other. */
static enum twin_error_code check_free(const struct twin_hsm_token *token, struct twin_error *error)
{
    CK_OBJECT_HANDLE found[MATCH_MAX];
    CK_ULONG count = 0;
    enum twin_error_code code =
        find(token, CKO_PRIVATE_KEY, token->uri.id, token->uri.id_len, found, &count, error);

    if (code == TWIN_ERROR_NONE && count > 0) {
        code = twin_error_set(
            error, TWIN_ERROR_REFUSED,
            "%s: there is such a key already, and keys in tokens are never replaced; "
            "choose another object=",
            token->name);
    }
    return code;
}

static enum twin_error_code generate_in(struct twin_hsm_token *token, const char *uri,
                                        const struct twin_key_type *type, struct twin_error *error)
{
    size_t row = 0;
    enum twin_error_code code = twin_hsm_token_open(token, uri, true, error);

    while (row < sizeof(generators) / sizeof(generators[0]) &&
           &twin_key_types[generators[row].key] != type) {
        row++;
    }
    if (code != TWIN_ERROR_NONE) {
        return code;
    }
    if (row == sizeof(generators) / sizeof(generators[0])) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "%s: keys of type %s are not for signing and stay files", uri,
                              type->name);
    }
    if (token->uri.object[0] == '\0') {
        return twin_error_set(error, TWIN_ERROR_USAGE, "%s: give the new key a name: object=NAME",
                              uri);
    }
    code = twin_hsm_token_check_mechanism(token, generators[row].mechanism, type->name, error);
    if (code == TWIN_ERROR_NONE) {
        code = twin_hsm_token_login(token, error);
    }
    if (code == TWIN_ERROR_NONE) {
        code = check_free(token, error);
    }
    if (code == TWIN_ERROR_NONE && token->uri.id_len == 0) {
        token->uri.id_len = ID_LEN;
        code = RAND_bytes(token->uri.id, ID_LEN) == 1
                   ? TWIN_ERROR_NONE
                   : twin_error_set(error, TWIN_ERROR_REFUSED, "no random bytes");
    }
    return code == TWIN_ERROR_NONE ? generate(token, type, row, error) : code;
}

enum twin_error_code twin_hsm_generate(const char *uri, const struct twin_key_type *type,
                                       const struct twin_ask *ask, struct twin_error *error)
{
    struct twin_hsm_token token = {.ask = ask};
    enum twin_error_code code = generate_in(&token, uri, type, error);

    twin_hsm_token_close(&token);
    return code;
}
