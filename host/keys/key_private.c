/*
 * key_private.c - the private half of an encryption key as DER. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/key_private.h"
#include "keys/der.h"
#include <openssl/x509.h>

/* Forms that each kind has. */
struct private_rule {
    enum twin_key_id key;
    bool openssl, pkcs8;
    enum twin_key_form usual;
    /* Make the minimal form from the content of the private key; NULL: there is none. */
    bool (*minimise)(enum twin_key_form form, struct twin_span der, struct twin_buf *out);
};

/* Copy the first count elements of a sequence. */
static bool copy_first(struct twin_span der, unsigned count, struct twin_buf *out)
{
    struct twin_der sequence, element;
    struct twin_buf kept = {0};
    bool good = twin_der_next(&der, &sequence) && sequence.tag == TWIN_DER_SEQUENCE;

    for (unsigned i = 0; good && i < count; i++) {
        good = twin_der_next(&sequence.content, &element);
        if (good) {
            twin_buf_add_span(&kept, element.whole);
        }
    }
    if (good) {
        twin_der_add(out, TWIN_DER_SEQUENCE, &kept);
    }
    twin_buf_free_secret(&kept);
    return good;
}

/* Version, N, E, D, P, Q: without the values for the Chinese remainder theorem. */
static bool minimise_rsa(enum twin_key_form form, struct twin_span der, struct twin_buf *out)
{
    return form == TWIN_KEY_FORM_OPENSSL && copy_first(der, 6, out);
}

/* An ECPrivateKey without the public key, which is its last element. */
static bool without_public(struct twin_span der, struct twin_buf *out)
{
    struct twin_der sequence, element;
    unsigned count = 0;

    struct twin_span in = der;
    if (!twin_der_next(&in, &sequence)) {
        return false;
    }
    while (twin_der_next(&sequence.content, &element) && element.tag != TWIN_DER_CONTEXT_1) {
        count++;
    }
    return copy_first(der, count, out);
}

/* In PKCS#8 the ECPrivateKey is inside an octet string, the third element. */
static bool minimise_ec(enum twin_key_form form, struct twin_span der, struct twin_buf *out)
{
    struct twin_der outer, version, algorithm, inner;
    struct twin_buf key = {0}, content = {0};

    if (form == TWIN_KEY_FORM_OPENSSL) {
        return without_public(der, out);
    }
    bool good = twin_der_next(&der, &outer) && twin_der_next(&outer.content, &version) &&
                twin_der_next(&outer.content, &algorithm) &&
                twin_der_next(&outer.content, &inner) && inner.tag == TWIN_DER_OCTET_STRING &&
                without_public(inner.content, &key);
    if (good) {
        twin_buf_add_span(&content, version.whole);
        twin_buf_add_span(&content, algorithm.whole);
        twin_der_add(&content, TWIN_DER_OCTET_STRING, &key);
        twin_der_add(out, TWIN_DER_SEQUENCE, &content);
    }
    twin_buf_free_secret(&key);
    twin_buf_free_secret(&content);
    return good;
}

/* An X25519 key is minimal as it is. */
static bool keep(enum twin_key_form form, struct twin_span der, struct twin_buf *out)
{
    (void)form;
    twin_buf_add_span(out, der);
    return true;
}

static const struct private_rule rules[] = {
    {TWIN_KEY_RSA2048, true, false, TWIN_KEY_FORM_OPENSSL, minimise_rsa},
    {TWIN_KEY_RSA3072, true, false, TWIN_KEY_FORM_OPENSSL, minimise_rsa},
    {TWIN_KEY_P256, true, true, TWIN_KEY_FORM_PKCS8, minimise_ec},
    {TWIN_KEY_P384, true, true, TWIN_KEY_FORM_PKCS8, NULL},
    {TWIN_KEY_X25519, false, true, TWIN_KEY_FORM_PKCS8, keep},
};

static const struct private_rule *find_rule(const struct twin_key_type *type)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (&twin_key_types[rules[i].key] == type) {
            return &rules[i];
        }
    }
    return NULL;
}

static bool write_der(EVP_PKEY *pkey, enum twin_key_form form, struct twin_buf *out)
{
    unsigned char *der = NULL;
    PKCS8_PRIV_KEY_INFO *info = form == TWIN_KEY_FORM_PKCS8 ? EVP_PKEY2PKCS8(pkey) : NULL;
    int len = form == TWIN_KEY_FORM_OPENSSL ? i2d_PrivateKey(pkey, &der)
              : info != NULL                ? i2d_PKCS8_PRIV_KEY_INFO(info, &der)
                                            : 0;

    if (len > 0) {
        twin_buf_add(out, der, (size_t)len);
        OPENSSL_clear_free(der, (size_t)len);
    }
    PKCS8_PRIV_KEY_INFO_free(info);
    return len > 0;
}

static enum twin_error_code check(const struct twin_key *key, const struct private_rule *rule,
                                  enum twin_key_form form, bool minimal, struct twin_error *error)
{
    static const char *const forms[] = {"openssl", "pkcs8"};

    if (!key->is_private) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "Operation get_private_bytes requires private key");
    }
    if (key->hsm != NULL) {
        return twin_error_set(error, TWIN_ERROR_USAGE, "%s: a key in a token does not leave it",
                              key->name);
    }
    if (rule == NULL) {
        return twin_error_set(error, TWIN_ERROR_USAGE, "Operation not supported with %s keys",
                              key->type->name);
    }
    if (form == TWIN_KEY_FORM_OPENSSL ? !rule->openssl : !rule->pkcs8) {
        return twin_error_set(error, TWIN_ERROR_USAGE, "%s does not support %s", key->type->symbol,
                              forms[form]);
    }
    if (minimal && rule->minimise == NULL) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "--minimal: no loader takes a minimal %s key", key->type->name);
    }
    return TWIN_ERROR_NONE;
}

enum twin_error_code twin_key_private(const struct twin_key *key, enum twin_key_form form,
                                      bool minimal, struct twin_buf *out, struct twin_error *error)
{
    const struct private_rule *rule = find_rule(key->type);
    struct twin_buf whole = {0};

    if (form == TWIN_KEY_FORM_USUAL && rule != NULL) {
        form = rule->usual;
    }
    enum twin_error_code code = check(key, rule, form, minimal, error);
    if (code != TWIN_ERROR_NONE || rule == NULL) {
        return code;
    }
    bool good = write_der(key->pkey, form, &whole);
    if (minimal && good && !whole.failed) {
        good = rule->minimise(form, twin_buf_span(&whole), out);
    } else {
        twin_buf_append(out, &whole);
    }
    twin_buf_free_secret(&whole);
    if (!good) {
        return twin_error_set(error, TWIN_ERROR_REFUSED, "%s: OpenSSL cannot write this key as DER",
                              key->name);
    }
    return twin_buf_check(out, error);
}
