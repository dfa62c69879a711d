/*
 * test_keys.c - keys as a library: each failure is a value with its cause, questions and warnings
 * reach who loads the key, nothing is printed. SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "check.h"
#include "keys/der.h"
#include "keys/hsm.h"
#include "keys/key_pem.h"
#include "keys/key_private.h"
#include <fcntl.h>
#include <openssl/provider.h>
#include <unistd.h>

#define KEYS TEST_VECTORS "/image/keys/"

/* Somebody in front of the program, and what they were asked and told. */
struct person {
    const char *answer; /* NULL: refuses */
    unsigned asked;
    char of[200], warned[400];
};

static enum twin_error_code answer(void *person_, enum twin_ask_for what, const char *of,
                                   struct twin_secret *secret, struct twin_error *error)
{
    struct person *person = person_;

    CHECK_EQ(what, TWIN_ASK_PASSPHRASE);
    person->asked++;
    snprintf(person->of, sizeof(person->of), "%s", of);
    if (person->answer == NULL) {
        return twin_error_set(error, TWIN_ERROR_INTERRUPTED, "no answer");
    }
    secret->len = (size_t)snprintf(secret->text, sizeof(secret->text), "%s", person->answer);
    return TWIN_ERROR_NONE;
}

static void be_warned(void *person_, const char *text)
{
    struct person *person = person_;

    snprintf(person->warned, sizeof(person->warned), "%s", text);
}

static struct twin_ask ask(struct person *person)
{
    return (struct twin_ask){.ctx = person, .secret = answer, .warn = be_warned};
}

/* Load, free, and give the code, which is that of the error. */
static enum twin_error_code load(const char *name, const struct twin_ask *ask,
                                 struct twin_error *error)
{
    struct twin_key key;
    const enum twin_error_code code = twin_key_load(&key, name, ask, error);

    CHECK_EQ(code == TWIN_ERROR_NONE, key.type != NULL);
    CHECK(code == TWIN_ERROR_NONE || (error->code == code && error->what[0] == '\0'));
    twin_key_free(&key);
    twin_key_free(&key); /* does no harm */
    return code;
}

/* ---- Failures ---- */

static void test_wrong_files(void)
{
    static const struct {
        const char *name, *why;
    } cases[] = {
        {"/nowhere/key.pem",
         "cannot read the key file /nowhere/key.pem: No such file or directory"},
        {"/", "cannot read the key file /: Is a directory"},
        {TEST_VECTORS "/README.md", "/README.md: no key found; a PEM file with "},
        {TEST_VECTORS "/image/img/pad-a2.bin", "/pad-a2.bin: no key found; "},
    };
    struct twin_error error;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK_EQ(load(cases[i].name, NULL, &error), TWIN_ERROR_REFUSED);
        CHECK(strstr(error.why, cases[i].why) != NULL);
        CHECK_EQ(strcmp(error.hint, ""), 0);
    }
}

static enum twin_error_code parse(const char *text, const struct twin_ask *ask,
                                  struct twin_error *error)
{
    EVP_PKEY *pkey = NULL;
    bool is_private = false;
    const enum twin_error_code code =
        twin_pem_parse("k", twin_span_text(text), ask, &pkey, &is_private, error);

    CHECK_EQ(code == TWIN_ERROR_NONE, pkey != NULL);
    EVP_PKEY_free(pkey);
    return code;
}

static void test_wrong_texts(void)
{
    struct twin_error error;

    CHECK_EQ(parse("ssh-ed25519 AAAA", NULL, &error), TWIN_ERROR_REFUSED);
    CHECK(strstr(error.why, "k: no key found; it is a public key of OpenSSH") == error.why);
    CHECK_EQ(parse("-----BEGIN PRIVATE KEY-----\nMC4CAQA\n", NULL, &error), TWIN_ERROR_REFUSED);
    CHECK(strstr(error.why, "damaged or not whole") != NULL);
    CHECK_EQ(parse("-----BEGIN PUBLIC KEY-----\nMC4=\n-----END PUBLIC KEY-----\n", NULL, &error),
             TWIN_ERROR_REFUSED);
    CHECK_EQ(strcmp(error.why, "k: damaged or unknown key (PUBLIC KEY)"), 0);
}

/* A key that nobody uses for images, and one whose numbers are unusual. */
static void test_wrong_kinds(void)
{
    struct twin_error error;
    struct twin_key key;

    CHECK_EQ(
        twin_key_adopt(&key, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp256k1"), true, "k", &error),
        TWIN_ERROR_REFUSED);
    CHECK(strstr(error.why, "k: this is a key of type EC secp256k1 (256 bits)") == error.why);
    twin_key_free(&key);
    CHECK_EQ(
        twin_key_adopt(&key, EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024), true, "k", &error),
        TWIN_ERROR_REFUSED);
    CHECK(strstr(error.why, "RSA (1024 bits)") != NULL);
    twin_key_free(&key);
}

/* ---- Questions ---- */

static void test_passphrase(void)
{
    struct person person = {.answer = "secret"};
    const struct twin_ask there = ask(&person);
    struct twin_error error;

    CHECK_EQ(load(KEYS "ecdsa-p256-pw.pem", &there, &error), TWIN_ERROR_NONE);
    CHECK(person.asked == 1 && strcmp(person.of, KEYS "ecdsa-p256-pw.pem") == 0);
    CHECK_EQ(strcmp(person.warned, ""), 0);
    person.answer = "wrong";
    CHECK_EQ(load(KEYS "ecdsa-p256-pw.pem", &there, &error), TWIN_ERROR_REFUSED);
    CHECK(strstr(error.why, "cannot decrypt the key; is the passphrase right?") != NULL);
    CHECK_EQ(person.asked, 2); /* once for each try of the caller */
    person.answer = NULL;
    CHECK_EQ(load(KEYS "ecdsa-p256-pw.pem", &there, &error), TWIN_ERROR_INTERRUPTED);
    CHECK_EQ(strcmp(error.why, "no answer"), 0); /* the error of who was asked, as it is */
    CHECK_EQ(load(KEYS "ecdsa-p256-pw.pem", NULL, &error), TWIN_ERROR_USAGE);
    CHECK(strstr(error.why, "there is nobody to ask") != NULL);
    CHECK_EQ(load(KEYS "ecdsa-p256.pem", &there, &error), TWIN_ERROR_NONE);
    CHECK_EQ(person.asked, 3); /* this one is not protected */
}

/*
 * A key under PBE-MD5-DES, passphrase "old". OpenSSL has that in a module which need not be there;
 * where it is, it is there for this one key only.
 */
static void test_old_protection(void)
{
    static const char pem[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                              "MFcwGwYJKoZIhvcNAQUDMA4ECFosynzwLfjOAgIIAAQ4fhDR8SDrDqb+oQaoBMf1\n"
                              "VrG8AFbDTVgIMoPcp8Y+C4QUqBQl0v5I6EANRkERew5VCBYZ5E8gjPo=\n"
                              "-----END ENCRYPTED PRIVATE KEY-----\n";
    struct person person = {.answer = "old"};
    const struct twin_ask there = ask(&person);
    struct twin_error error;

    for (int i = 0; i < 2; i++) {
        const enum twin_error_code code = parse(pem, &there, &error);
        if (code == TWIN_ERROR_NONE) {
            CHECK(strstr(person.warned, "pbeWithMD5AndDES-CBC, which is easily broken") != NULL);
        } else {
            CHECK(strstr(error.why, "which needs OpenSSL's module for old algorithms") != NULL);
            CHECK(strstr(error.hint, "On a machine that has it: openssl pkey ") == error.hint);
        }
        CHECK_EQ(OSSL_PROVIDER_available(NULL, "legacy"), 0);
        CHECK_EQ(OSSL_PROVIDER_available(NULL, "default"), 1);
        CHECK_EQ(load(KEYS "ecdsa-p256-pw.pem",
                      &(struct twin_ask){&(struct person){.answer = "secret"}, answer, NULL, NULL},
                      &error),
                 TWIN_ERROR_NONE);
    }
    person.answer = "new";
    CHECK_EQ(parse(pem, &there, &error), TWIN_ERROR_REFUSED);
}

/* ---- What keys do ---- */

/* Each kind: make it, write it as PEM, read it, sign, verify, and refuse what was changed. */
static void test_keys(void)
{
    uint8_t digest[TWIN_HASH_LEN_MAX] = {1, 2, 3}, sig[TWIN_SIG_LEN_MAX + 8] = {0};

    for (int i = 0; i < TWIN_KEY_TYPE_COUNT; i++) {
        const struct twin_key_type *type = &twin_key_types[i];
        const struct twin_hash *alg = &twin_hashes[type->hash];
        struct twin_span message = {digest, alg->len};
        EVP_PKEY *pkey = NULL;
        struct twin_buf pem = {0};
        struct twin_error error;
        struct twin_key key;
        EVP_PKEY *again = NULL;
        bool is_private = false;
        size_t len = 0;

        CHECK_EQ(twin_key_generate(type, &pkey, &error), 0);
        CHECK(twin_key_type_of(pkey) == type);
        CHECK_EQ(twin_pem_write_private(pkey, NULL, &pem, &error), 0);
        CHECK_EQ(twin_pem_parse("pem", twin_buf_span(&pem), NULL, &again, &is_private, &error), 0);
        CHECK(is_private && EVP_PKEY_eq(pkey, again) == 1);
        EVP_PKEY_free(pkey);
        CHECK_EQ(twin_key_adopt(&key, again, true, "pem", &error), 0);
        if (type->scheme != TWIN_SCHEME_NONE) {
            CHECK_EQ(twin_key_sign(&key, alg, message, sig, &len, &error), 0);
            CHECK(len <= type->sig_len);
            CHECK(twin_key_verify(&key, alg, message, (struct twin_span){sig, len}));
            CHECK(!twin_key_verify(&key, alg, message, (struct twin_span){sig, len - 1}));
            digest[5] ^= 1;
            CHECK(!twin_key_verify(&key, alg, message, (struct twin_span){sig, len}));
            digest[5] ^= 1;
            sig[len / 2] ^= 1;
            CHECK(!twin_key_verify(&key, alg, message, (struct twin_span){sig, len}));
        }
        twin_key_free(&key);
        twin_buf_free_secret(&pem);
    }
}

static void test_names(void)
{
    for (int i = 0; i < TWIN_KEY_TYPE_COUNT; i++) {
        CHECK(twin_key_type_by_name(twin_key_types[i].name) == &twin_key_types[i]);
    }
    CHECK(twin_key_type_by_name("") == NULL && twin_key_type_by_name("rsa-1024") == NULL);
    for (int i = 0; i < TWIN_HASH_COUNT; i++) {
        CHECK(twin_hash_by_tlv(twin_hashes[i].tlv) == &twin_hashes[i]);
    }
    CHECK(twin_hash_by_tlv(0) == NULL);
}

/* The hash of the public half is that of the bytes which images hold. */
static void test_hashes(void)
{
    uint8_t digest[TWIN_HASH_LEN_MAX];
    struct twin_error error;
    struct twin_key key;

    CHECK_EQ(twin_key_load(&key, KEYS "ed25519.pem", NULL, &error), TWIN_ERROR_NONE);
    for (int i = 0; i < TWIN_HASH_COUNT; i++) {
        const struct twin_span hash = twin_key_hash(&key, &twin_hashes[i]);
        CHECK_EQ(twin_hash_compute(&twin_hashes[i], twin_buf_span(&key.der), digest, &error),
                 TWIN_ERROR_NONE);
        CHECK_EQ(hash.len, twin_hashes[i].len);
        CHECK_MEM(hash.ptr, digest, hash.len);
    }
    twin_key_free(&key);
    CHECK_EQ(twin_hash_compute(&twin_hashes[0], twin_span_text("abc"), digest, &error),
             TWIN_ERROR_NONE);
    CHECK_MEM(digest, "\xba\x78\x16\xbf\x8f\x01\xcf\xea", 8);
}

/* A private half that is not at hand is no reason to ask for it in vain. */
static void test_private(void)
{
    struct twin_buf out = {0}, whole = {0};
    struct twin_error error;
    struct twin_key key;

    CHECK_EQ(twin_key_load(&key, KEYS "rsa-2048.pem", NULL, &error), TWIN_ERROR_NONE);
    CHECK_EQ(twin_key_private(&key, TWIN_KEY_FORM_USUAL, false, &whole, &error), TWIN_ERROR_NONE);
    CHECK_EQ(twin_key_private(&key, TWIN_KEY_FORM_USUAL, true, &out, &error), TWIN_ERROR_NONE);
    CHECK(whole.len > 1100 && out.len > 700 && out.len < whole.len);
    CHECK_EQ(twin_key_private(&key, TWIN_KEY_FORM_PKCS8, false, &out, &error), TWIN_ERROR_USAGE);
    CHECK_EQ(strcmp(error.why, "rsa does not support pkcs8"), 0);
    key.is_private = false;
    CHECK_EQ(twin_key_private(&key, TWIN_KEY_FORM_USUAL, false, &out, &error), TWIN_ERROR_USAGE);
    twin_key_free(&key);
    CHECK_EQ(twin_key_load(&key, KEYS "ed25519.pem", NULL, &error), TWIN_ERROR_NONE);
    CHECK_EQ(twin_key_private(&key, TWIN_KEY_FORM_USUAL, false, &out, &error), TWIN_ERROR_USAGE);
    CHECK_EQ(strcmp(error.why, "Operation not supported with ed25519 keys"), 0);
    twin_key_free(&key);
    twin_buf_free_secret(&out);
    twin_buf_free_secret(&whole);
}

/* A buffer without memory stays one: no half of a key is handed out. */
static void test_no_memory(void)
{
    struct twin_buf out = {.failed = true};
    struct twin_error error;
    struct twin_key key;

    CHECK_EQ(twin_key_load(&key, KEYS "ecdsa-p256.pem", NULL, &error), TWIN_ERROR_NONE);
    CHECK_EQ(twin_pem_write_public(&key, &out, &error), TWIN_ERROR_REFUSED);
    CHECK_EQ(strcmp(error.why, "out of memory"), 0);
    CHECK_EQ(twin_pem_write_private(key.pkey, "word", &out, &error), TWIN_ERROR_REFUSED);
    CHECK_EQ(strcmp(error.why, "out of memory"), 0);
    CHECK_EQ(twin_key_private(&key, TWIN_KEY_FORM_USUAL, true, &out, &error), TWIN_ERROR_REFUSED);
    CHECK_EQ(strcmp(error.why, "out of memory"), 0);
    CHECK(out.data == NULL);
    twin_key_free(&key);
}

/* ---- DER ---- */

static void test_der(void)
{
    struct twin_buf out = {0};
    struct twin_der element;

    for (size_t len = 0; len < 70000; len = len * 3 + 1) {
        struct twin_buf content = {0};
        twin_buf_fill(&content, 0, len);
        twin_buf_free(&out);
        twin_der_add(&out, TWIN_DER_OCTET_STRING, &content);
        struct twin_span in = twin_buf_span(&out), cut = {out.data, out.len - 1};
        CHECK(twin_der_next(&in, &element) && element.tag == TWIN_DER_OCTET_STRING);
        CHECK(element.content.len == len && in.len == 0);
        CHECK(!twin_der_next(&in, &element) && !twin_der_next(&cut, &element));
        twin_buf_free(&content);
    }
    twin_buf_free(&out);

    struct twin_span indefinite = {(const uint8_t *)"\x30\x80\x00\x00", 4};
    CHECK(!twin_der_next(&indefinite, &element));
    struct twin_span huge = {(const uint8_t *)"\x30\x84\xff\xff\xff\xff", 6};
    CHECK(!twin_der_next(&huge, &element));
}

static void test_der_trim(void)
{
    static const struct {
        const char *bytes;
        size_t len, kept; /* 0: refused */
    } cases[] = {
        {"\x30\x02\x05\x00", 4, 4},
        {"\x30\x02\x05\x00\x00\x00", 6, 4},
        {"\x30\x02\x05\x00\x00\x01", 6, 0},
        {"\x30\x03\x05\x00", 4, 0},
        {"\x31\x02\x05\x00", 4, 0},
        {"\x30", 1, 0},
        {"", 0, 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct twin_span sig = {(const uint8_t *)cases[i].bytes, cases[i].len};
        CHECK_EQ(twin_der_trim(&sig), cases[i].kept > 0);
        CHECK_EQ(sig.len, cases[i].kept > 0 ? cases[i].kept : cases[i].len);
    }
}

/* ---- Tokens, as far as there is none ---- */

static void test_no_token(void)
{
    struct twin_error error;

    CHECK(twin_hsm_is_uri("pkcs11:object=a") && !twin_hsm_is_uri("pkcs11.pem"));
    CHECK_EQ(load("pkcs11:object=a?pin-value=1234", NULL, &error), TWIN_ERROR_USAGE);
    CHECK(strstr(error.why, "1234") == NULL); /* it may be a PIN */
    CHECK_EQ(load("pkcs11:object=a?module-path=/nowhere.so", NULL, &error), TWIN_ERROR_REFUSED);
    CHECK(strstr(error.why, "cannot load the PKCS#11 module: ") != NULL);
    CHECK(strstr(error.hint, "Name it with module-path in the URI, or in ") == error.hint);
    CHECK_EQ(twin_hsm_generate("pkcs11:object=a?module-path=/nowhere.so",
                               &twin_key_types[TWIN_KEY_P256], NULL, &error),
             TWIN_ERROR_REFUSED);
}

/* All of the above without a byte on stdout or stderr. */
static void test_everything(void)
{
    test_wrong_files();
    test_wrong_texts();
    test_wrong_kinds();
    test_passphrase();
    test_old_protection();
    test_keys();
    test_names();
    test_hashes();
    test_private();
    test_no_memory();
    test_der();
    test_der_trim();
    test_no_token();
}

/* What was said goes where it was meant to. */
static void tell_again(int heard)
{
    char text[1000];
    ssize_t len;

    lseek(heard, 0, SEEK_SET);
    while ((len = read(heard, text, sizeof(text))) > 0) {
        fwrite(text, 1, (size_t)len, stderr);
    }
}

int main(void)
{
    char name[] = "/tmp/test_keys.XXXXXX";
    const int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), heard = mkstemp(name);

    dup2(heard, STDOUT_FILENO);
    dup2(heard, STDERR_FILENO);
    test_everything();
    fflush(NULL);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    CHECK_EQ(lseek(heard, 0, SEEK_CUR), 0);
    tell_again(heard);
    unlink(name);
    return check_report();
}
