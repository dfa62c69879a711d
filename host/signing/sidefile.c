/*
 * sidefile.c - small side files: key encryption keys and signatures.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "signing/sidefile.h"
#include "base/file.h"
#include "cli/cli.h"
#include "twin/base64.h"
#include <ctype.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_FILE_MAX 4096

static int read_file(const char *path, struct twin_buf *out)
{
    int err = twin_file_read(path, SIDE_FILE_MAX, out);

    if (err != 0) {
        return cli_fail(CLI_REFUSED, "cannot read %s: %s", path, strerror(err));
    }
    return CLI_DONE;
}

/* Remove white space, which editors and `base64` put in. */
static void squeeze(struct twin_buf *text)
{
    size_t kept = 0;

    for (size_t i = 0; i < text->len; i++) {
        if (!isspace(text->data[i])) {
            text->data[kept++] = text->data[i];
        }
    }
    text->len = kept;
}

static bool is_aes_len(size_t len)
{
    return len == 16 || len == 32;
}

/*
 * Hex digits to bytes. Text that is not all digits stays as it is; so do raw keys, since 32 random
 * bytes that all happen to be hex digits do not occur.
 */
static void from_hex(struct twin_buf *text)
{
    struct twin_buf digits = {0};
    long len = 0;

    twin_buf_add(&digits, text->data, text->len);
    squeeze(&digits);
    twin_buf_fill(&digits, 0, 1); /* the end of the string */
    unsigned char *bytes = OPENSSL_hexstr2buf((const char *)digits.data, &len);
    if (bytes != NULL && is_aes_len((size_t)len)) {
        text->len = 0;
        twin_buf_add(text, bytes, (size_t)len);
    }
    OPENSSL_clear_free(bytes, (size_t)len);
    twin_buf_free_secret(&digits);
}

int twin_kek_load(const char *path, struct twin_buf *kek)
{
    int rc = read_file(path, kek);

    if (rc != CLI_DONE) {
        return rc;
    }
    from_hex(kek);
    if (!is_aes_len(kek->len)) {
        return cli_fail(CLI_USAGE, "%s: an AES key has 16 or 32 bytes, raw or as hex digits", path);
    }
    return CLI_DONE;
}

int twin_signature_load(const char *path, struct twin_buf *sig)
{
    int rc = read_file(path, sig);

    if (rc != CLI_DONE) {
        return rc;
    }
    squeeze(sig);
    if (twin_base64_decode((const char *)sig->data, sig->len, sig->data, sig->cap, &sig->len) !=
        TWIN_OK) {
        return cli_fail(CLI_REFUSED, "%s: not base64", path);
    }
    return CLI_DONE;
}
