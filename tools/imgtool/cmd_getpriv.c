/*
 * cmd_getpriv.c - `imgtool getpriv`: the private half of an encryption key, as the C source that is
 * compiled into a loader. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "keys/der.h"
#include "keys/key.h"
#include "signing/emit.h"
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <string.h>

enum format { OPENSSL, PKCS8 };
static const char *const formats[] = {"openssl", "pkcs8", NULL};

struct getpriv_opts {
    const char *key;
    int format;
    bool minimal;
};

static const struct cli_opt options[] = {
    {"key", 'k', CLI_TEXT, offsetof(struct getpriv_opts, key), .arg = "FILE", .required = true,
     .help = "Private key (PEM)"},
    {"minimal", 0, CLI_FLAG, offsetof(struct getpriv_opts, minimal),
     .help = "Leave out what decrypting does not need; the loader has to be built for that"},
    {"format", 'f', CLI_CHOICE, offsetof(struct getpriv_opts, format), .choices = formats,
     .help = "Form of the key; by default what loaders take: openssl for RSA, pkcs8 for others"},
    {.name = NULL},
};

/* Forms that each kind has; the first of the mask that fits is the default. */
struct private_rule {
    enum twin_key_id key;
    bool openssl, pkcs8;
    enum format usual;
    /* Make the minimal form from the content of the private key; NULL: there is none. */
    bool (*minimise)(enum format format, struct twin_span der, struct twin_buf *out);
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
        twin_der_add(out, TWIN_DER_SEQUENCE, twin_buf_span(&kept));
    }
    twin_buf_free_secret(&kept);
    return good;
}

/* Version, N, E, D, P, Q: without the values for the Chinese remainder theorem. */
static bool minimise_rsa(enum format format, struct twin_span der, struct twin_buf *out)
{
    return format == OPENSSL && copy_first(der, 6, out);
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
static bool minimise_ec(enum format format, struct twin_span der, struct twin_buf *out)
{
    struct twin_der outer, version, algorithm, inner;
    struct twin_buf key = {0}, content = {0};

    if (format == OPENSSL) {
        return without_public(der, out);
    }
    bool good = twin_der_next(&der, &outer) && twin_der_next(&outer.content, &version) &&
                twin_der_next(&outer.content, &algorithm) &&
                twin_der_next(&outer.content, &inner) && inner.tag == TWIN_DER_OCTET_STRING &&
                without_public(inner.content, &key);
    if (good) {
        twin_buf_add_span(&content, version.whole);
        twin_buf_add_span(&content, algorithm.whole);
        twin_der_add(&content, TWIN_DER_OCTET_STRING, twin_buf_span(&key));
        twin_der_add(out, TWIN_DER_SEQUENCE, twin_buf_span(&content));
    }
    twin_buf_free_secret(&key);
    twin_buf_free_secret(&content);
    return good;
}

/* An X25519 key is minimal as it is. */
static bool keep(enum format format, struct twin_span der, struct twin_buf *out)
{
    (void)format;
    twin_buf_add_span(out, der);
    return true;
}

static const struct private_rule rules[] = {
    {TWIN_KEY_RSA2048, true, false, OPENSSL, minimise_rsa},
    {TWIN_KEY_RSA3072, true, false, OPENSSL, minimise_rsa},
    {TWIN_KEY_P256, true, true, PKCS8, minimise_ec},
    {TWIN_KEY_P384, true, true, PKCS8, NULL},
    {TWIN_KEY_X25519, false, true, PKCS8, keep},
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

static bool write_der(EVP_PKEY *pkey, enum format format, struct twin_buf *out)
{
    unsigned char *der = NULL;
    PKCS8_PRIV_KEY_INFO *info = format == PKCS8 ? EVP_PKEY2PKCS8(pkey) : NULL;
    int len = format == OPENSSL ? i2d_PrivateKey(pkey, &der)
              : info != NULL    ? i2d_PKCS8_PRIV_KEY_INFO(info, &der)
                                : 0;

    if (len > 0) {
        twin_buf_add(out, der, (size_t)len);
        OPENSSL_clear_free(der, (size_t)len);
    }
    PKCS8_PRIV_KEY_INFO_free(info);
    return len > 0;
}

static int check(const struct cli_call *call, const struct twin_key *key,
                 const struct private_rule *rule, enum format format)
{
    const struct getpriv_opts *opts = call->opts;

    if (!key->is_private) {
        return cli_usage_error(call, "Operation get_private_bytes requires private key");
    }
    if (key->hsm != NULL) {
        return cli_usage_error(call, "%s: a key in a token does not leave it", opts->key);
    }
    if (rule == NULL) {
        return cli_usage_error(call, "Operation not supported with %s keys", key->type->name);
    }
    if (format == OPENSSL ? !rule->openssl : !rule->pkcs8) {
        return cli_usage_error(call, "%s does not support %s", key->type->symbol, formats[format]);
    }
    if (opts->minimal && rule->minimise == NULL) {
        return cli_usage_error(call, "--minimal: no loader takes a minimal %s key",
                               key->type->name);
    }
    return CLI_DONE;
}

/* The key as DER, in the form that was asked for. */
static bool make_der(const struct twin_key *key, const struct private_rule *rule,
                     enum format format, bool minimal, struct twin_buf *out)
{
    struct twin_buf whole = {0};

    if (!minimal || rule == NULL) {
        return write_der(key->pkey, format, out);
    }
    bool good =
        write_der(key->pkey, format, &whole) && rule->minimise(format, twin_buf_span(&whole), out);
    twin_buf_free_secret(&whole);
    return good;
}

static int print_private(const struct cli_call *call, const struct twin_key *key)
{
    const struct getpriv_opts *opts = call->opts;
    const struct private_rule *rule = find_rule(key->type);
    enum format usual = rule != NULL ? rule->usual : PKCS8;
    enum format format = opts->format == CLI_CHOICE_NONE ? usual : (enum format)opts->format;
    struct twin_buf der = {0}, text = {0};
    int rc = check(call, key, rule, format);

    if (rc != CLI_DONE) {
        return rc;
    }
    if (make_der(key, rule, format, opts->minimal, &der)) {
        twin_source_c(&text, "enc_priv_key", twin_buf_span(&der));
        rc = cli_output(NULL, NULL, twin_buf_span(&text));
    } else {
        rc = cli_fail(CLI_REFUSED, "%s: OpenSSL cannot write this key as DER", opts->key);
    }
    twin_buf_free_secret(&der);
    twin_buf_free_secret(&text);
    return rc;
}

static int getpriv_run(const struct cli_call *call)
{
    const struct getpriv_opts *opts = call->opts;
    struct twin_key key;
    int rc = twin_key_load(&key, opts->key);

    if (rc == CLI_DONE) {
        rc = print_private(call, &key);
    }
    twin_key_free(&key);
    return rc;
}

const struct cli_cmd cmd_getpriv = {.path = "getpriv",
                                    .help = "Dump private key from keypair",
                                    .options = options,
                                    .opts_size = sizeof(struct getpriv_opts),
                                    .run = getpriv_run};
