/*
 * key_pem.c - keys in PEM files. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/key_pem.h"
#include "base/file.h"
#include "keys/key_block.h"
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <string.h>

#define FILE_MAX   (1024 * 1024)
#define ITERATIONS 600000 /* of PBKDF2, for files that we protect */

/* What has been found in a file so far. */
struct finding {
    const char *name;
    EVP_PKEY *pkey;
    bool is_private;
    const char *advice; /* about a block that is for other programs */
};

/*
 * The keys of one file have to be halves of one pair, of which the private half counts. Otherwise
 * the order in the file would decide, silently, which of them signs.
 */
static enum twin_error_code take_key(struct finding *finding, EVP_PKEY *pkey, bool is_private,
                                     struct twin_error *error)
{
    if (finding->pkey != NULL && EVP_PKEY_eq(finding->pkey, pkey) != 1) {
        EVP_PKEY_free(pkey);
        return twin_error_set(
            error, TWIN_ERROR_REFUSED,
            "%s holds keys that do not belong together; put each into a file of its "
            "own",
            finding->name);
    }
    if (finding->pkey != NULL && !is_private) {
        EVP_PKEY_free(pkey);
        return TWIN_ERROR_NONE;
    }
    EVP_PKEY_free(finding->pkey);
    finding->pkey = pkey;
    finding->is_private = is_private;
    return TWIN_ERROR_NONE;
}

static enum twin_error_code read_blocks(BIO *bio, const struct twin_ask *ask,
                                        struct finding *finding, struct twin_error *error)
{
    struct twin_key_block block = {.name = finding->name, .ask = ask};
    EVP_PKEY *pkey = NULL;
    bool is_private = false;
    enum twin_error_code code = TWIN_ERROR_NONE;

    while (code == TWIN_ERROR_NONE &&
           PEM_read_bio(bio, &block.label, &block.header, &block.der, &block.len) == 1) {
        long whole = block.len; /* opening may shorten it */
        code = twin_key_block_open(&block, &pkey, &is_private, error);
        if (code == TWIN_ERROR_NONE && pkey != NULL) {
            code = take_key(finding, pkey, is_private, error);
        } else {
            EVP_PKEY_free(pkey);
        }
        finding->advice =
            finding->advice != NULL ? finding->advice : twin_key_block_advice(block.label);
        OPENSSL_free(block.label);
        OPENSSL_free(block.header);
        OPENSSL_clear_free(block.der, (size_t)whole);
    }
    return code;
}

static bool starts_with(struct twin_span text, const char *bytes, size_t len)
{
    return text.len >= len && memcmp(text.ptr, bytes, len) == 0;
}

/* What the file is instead, as far as that can be told. */
static const char *guess(struct twin_span text)
{
    const unsigned char *at = text.ptr;
    PKCS12 *p12 = text.len > 0 && *at == 0x30 ? d2i_PKCS12(NULL, &at, (long)text.len) : NULL;
    bool is_p12 = p12 != NULL;

    PKCS12_free(p12);
    if (is_p12) {
        return "it is a PKCS#12 file; take the key out of it: openssl pkcs12 -in FILE -nocerts "
               "-out KEY.pem";
    }
    if (starts_with(text, "\x30", 1)) {
        return "it seems to be DER; make PEM of it: openssl pkey -inform DER -in FILE -out "
               "KEY.pem (with -pubin for a public key)";
    }
    if (starts_with(text, "\xff\xfe", 2) || starts_with(text, "\xfe\xff", 2)) {
        return "its text is UTF-16; save it as ASCII or UTF-8";
    }
    if (starts_with(text, "ssh-", 4) || starts_with(text, "ecdsa-sha2-", 11)) {
        return "it is a public key of OpenSSH; ssh-keygen -e -m PKCS8 -f FILE prints it as PEM "
               "(not for Ed25519)";
    }
    if (starts_with(text, "PuTTY-User-Key-File", 19)) {
        return "it is a key of PuTTY; puttygen can export it";
    }
    return NULL;
}

static enum twin_error_code tell_nothing_found(const struct finding *finding, struct twin_span text,
                                               struct twin_error *error)
{
    const char *why = finding->advice != NULL ? finding->advice : guess(text);
    unsigned long last = ERR_peek_last_error();
    bool broken = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) != PEM_R_NO_START_LINE;

    if (why == NULL && broken) {
        why = "it has a \"-----BEGIN\" line, but the block behind it is damaged or not whole";
    }
    if (why == NULL) {
        why = "a PEM file with \"-----BEGIN PRIVATE KEY-----\" or \"-----BEGIN PUBLIC KEY-----\" "
              "is needed";
    }
    return twin_error_set(error, TWIN_ERROR_REFUSED, "%s: no key found; %s", finding->name, why);
}

/* Undo what editors and other files that hold keys add: byte order mark, indentation, line ends. */
static void tidy(struct twin_span text, struct twin_buf *out)
{
    bool indented = true;

    if (starts_with(text, "\xef\xbb\xbf", 3)) {
        text.ptr += 3;
        text.len -= 3;
    }
    twin_buf_reserve(out, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        bool line_end = c == '\r' || c == '\n';
        bool half_of_end = c == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n';
        indented = indented && (c == ' ' || c == '\t');
        if (!indented && !half_of_end) {
            twin_buf_add(out, line_end ? "\n" : (const char *)&c, 1);
        }
        indented = indented || line_end;
    }
    twin_buf_add(out, "\n", 1);
}

enum twin_error_code twin_pem_parse(const char *name, struct twin_span text,
                                    const struct twin_ask *ask, EVP_PKEY **pkey, bool *is_private,
                                    struct twin_error *error)
{
    struct finding finding = {.name = name};
    struct twin_buf lines = {0};

    tidy(text, &lines);
    BIO *bio = lines.failed ? NULL : BIO_new_mem_buf(lines.data, (int)lines.len);
    ERR_clear_error();
    enum twin_error_code code =
        bio != NULL ? read_blocks(bio, ask, &finding, error) : twin_error_no_memory(error);
    if (code == TWIN_ERROR_NONE && finding.pkey == NULL) {
        code = tell_nothing_found(&finding, text, error);
    }
    *pkey = finding.pkey;
    *is_private = finding.is_private;
    if (code != TWIN_ERROR_NONE) {
        EVP_PKEY_free(finding.pkey);
        *pkey = NULL;
    }
    BIO_free(bio);
    twin_buf_free_secret(&lines);
    return code;
}

enum twin_error_code twin_pem_load(const char *name, const struct twin_ask *ask, EVP_PKEY **pkey,
                                   bool *is_private, struct twin_error *error)
{
    struct twin_buf file = {0};
    int err = twin_file_read(name, FILE_MAX, &file);

    *pkey = NULL;
    enum twin_error_code code =
        err != 0 ? twin_error_set(error, TWIN_ERROR_REFUSED, "cannot read the key file %s: %s",
                                  name, strerror(err))
                 : twin_pem_parse(name, twin_buf_span(&file), ask, pkey, is_private, error);
    twin_buf_free_secret(&file);
    return code;
}

/* What was written to bio, which is freed; NULL or !good: nothing was. */
static enum twin_error_code take(BIO *bio, bool good, const char *name, struct twin_buf *out,
                                 struct twin_error *error)
{
    char *data = NULL;
    long len = bio != NULL ? BIO_get_mem_data(bio, &data) : 0;

    if (len > 0) {
        twin_buf_add(out, data, (size_t)len);
        twin_wipe(data, (size_t)len);
    }
    BIO_free(bio);
    if (!good || len <= 0) {
        return twin_error_set(error, TWIN_ERROR_REFUSED, "%s: OpenSSL cannot write this key as PEM",
                              name);
    }
    return twin_buf_check(out, error);
}

enum twin_error_code twin_pem_write_public(const struct twin_key *key, struct twin_buf *out,
                                           struct twin_error *error)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return take(bio, bio != NULL && PEM_write_bio_PUBKEY(bio, key->pkey) == 1, key->name, out,
                error);
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

static bool write_private(BIO *bio, EVP_PKEY *pkey, const char *passphrase)
{
    if (passphrase == NULL) {
        return PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) == 1;
    }
    X509_SIG *sealed = seal(pkey, passphrase);
    bool good = sealed != NULL && PEM_write_bio_PKCS8(bio, sealed) == 1;
    X509_SIG_free(sealed);
    return good;
}

enum twin_error_code twin_pem_write_private(EVP_PKEY *pkey, const char *passphrase,
                                            struct twin_buf *out, struct twin_error *error)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return take(bio, bio != NULL && write_private(bio, pkey, passphrase), "the new key", out,
                error);
}
