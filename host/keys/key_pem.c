/*
 * key_pem.c - keys in PEM files. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/key_pem.h"
#include "base/file.h"
#include "cli/cli.h"
#include "keys/key_block.h"
#include "keys/secret.h"
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdlib.h>
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
static int take_key(struct finding *finding, EVP_PKEY *pkey, bool is_private)
{
    if (finding->pkey != NULL && EVP_PKEY_eq(finding->pkey, pkey) != 1) {
        EVP_PKEY_free(pkey);
        return cli_fail(CLI_REFUSED,
                        "%s holds keys that do not belong together; put each into a file of its "
                        "own",
                        finding->name);
    }
    if (finding->pkey != NULL && !is_private) {
        EVP_PKEY_free(pkey);
        return CLI_DONE;
    }
    EVP_PKEY_free(finding->pkey);
    finding->pkey = pkey;
    finding->is_private = is_private;
    return CLI_DONE;
}

static int read_blocks(BIO *bio, bool may_ask, struct finding *finding)
{
    struct twin_key_block block = {.name = finding->name, .may_ask = may_ask};
    EVP_PKEY *pkey = NULL;
    bool is_private = false;
    int rc = CLI_DONE;

    while (rc == CLI_DONE &&
           PEM_read_bio(bio, &block.label, &block.header, &block.der, &block.len) == 1) {
        long whole = block.len; /* opening may shorten it */
        rc = twin_key_block_open(&block, &pkey, &is_private);
        if (rc == CLI_DONE && pkey != NULL) {
            rc = take_key(finding, pkey, is_private);
        } else {
            EVP_PKEY_free(pkey);
        }
        finding->advice =
            finding->advice != NULL ? finding->advice : twin_key_block_advice(block.label);
        OPENSSL_free(block.label);
        OPENSSL_free(block.header);
        OPENSSL_clear_free(block.der, (size_t)whole);
    }
    return rc;
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

static int tell_nothing_found(const struct finding *finding, struct twin_span text)
{
    const char *why = finding->advice != NULL ? finding->advice : guess(text);
    unsigned long error = ERR_peek_last_error();
    bool broken = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) != PEM_R_NO_START_LINE;

    if (why == NULL && broken) {
        why = "it has a \"-----BEGIN\" line, but the block behind it is damaged or not whole";
    }
    if (why == NULL) {
        why = "a PEM file with \"-----BEGIN PRIVATE KEY-----\" or \"-----BEGIN PUBLIC KEY-----\" "
              "is needed";
    }
    return cli_fail(CLI_REFUSED, "%s: no key found; %s", finding->name, why);
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

int twin_pem_parse(const char *name, struct twin_span text, bool may_ask, EVP_PKEY **pkey,
                   bool *is_private)
{
    struct finding finding = {.name = name};
    struct twin_buf lines = {0};

    tidy(text, &lines);
    BIO *bio = BIO_new_mem_buf(lines.data, (int)lines.len);
    ERR_clear_error();
    int rc = bio != NULL ? read_blocks(bio, may_ask, &finding) : CLI_REFUSED;
    if (rc == CLI_DONE && finding.pkey == NULL) {
        rc = tell_nothing_found(&finding, text);
    }
    *pkey = finding.pkey;
    *is_private = finding.is_private;
    if (rc != CLI_DONE) {
        EVP_PKEY_free(finding.pkey);
        *pkey = NULL;
    }
    BIO_free(bio);
    twin_buf_free_secret(&lines);
    return rc;
}

int twin_pem_load(const char *name, bool may_ask, EVP_PKEY **pkey, bool *is_private)
{
    struct twin_file_bytes file;
    twin_secret_no_dumps();
    int err = twin_file_read(name, FILE_MAX, &file);

    *pkey = NULL;
    if (err != 0) {
        return cli_fail(CLI_REFUSED, "cannot read the key file %s: %s", name, strerror(err));
    }
    int rc =
        twin_pem_parse(name, (struct twin_span){file.data, file.len}, may_ask, pkey, is_private);
    OPENSSL_cleanse(file.data, file.len);
    free(file.data);
    return rc;
}

static bool take(BIO *bio, bool good, struct twin_buf *out)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);

    if (good && len > 0) {
        twin_buf_add(out, data, (size_t)len);
    }
    if (len > 0) {
        OPENSSL_cleanse(data, (size_t)len);
    }
    BIO_free(bio);
    return good && len > 0;
}

bool twin_pem_write_public(EVP_PKEY *pkey, struct twin_buf *out)
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

bool twin_pem_write_private(EVP_PKEY *pkey, const char *passphrase, struct twin_buf *out)
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
