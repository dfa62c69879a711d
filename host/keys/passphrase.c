/*
 * passphrase.c - passphrases of key files: from a descriptor, from the environment, or from whoever
 * sits there. SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "keys/secret.h"
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VARIABLE "IMGTOOL_PASSPHRASE"

/* The last one that was read, for the next key; valid if len >= 0. */
static struct {
    int fd;
    int len;
    char text[TWIN_SECRET_MAX];
} kept = {.fd = -1, .len = TWIN_SECRET_NONE};

void twin_passphrase_set_fd(int fd)
{
    kept.fd = fd;
}

int twin_passphrase_fd(void)
{
    return kept.fd;
}

bool twin_passphrase_is_given(void)
{
    return kept.fd >= 0 || kept.len >= 0 || getenv(VARIABLE) != NULL;
}

void twin_passphrase_forget(void)
{
    OPENSSL_cleanse(kept.text, sizeof(kept.text));
    kept.len = TWIN_SECRET_NONE;
}

static int unusable(const char *where)
{
    cli_fail(CLI_REFUSED, "%s: a passphrase has at most %d bytes, and no zero byte among them",
             where, TWIN_SECRET_MAX - 1);
    return TWIN_SECRET_UNUSABLE;
}

static int from_fd(void)
{
    char text[TWIN_SECRET_MAX];
    int len = twin_secret_read(kept.fd, text, sizeof(text));

    if (len >= 0) {
        memcpy(kept.text, text, sizeof(kept.text));
        kept.len = len;
    } else if (len == TWIN_SECRET_UNUSABLE) {
        kept.len = unusable("--passphrase-fd");
    } else if (kept.len < 0) {
        cli_fail(CLI_REFUSED, "--passphrase-fd: no passphrase could be read from descriptor %d",
                 kept.fd);
    }
    OPENSSL_cleanse(text, sizeof(text));
    return kept.len;
}

static int from_env(void)
{
    if (kept.len < 0) {
        kept.len = twin_secret_from_env(VARIABLE, kept.text, sizeof(kept.text));
    }
    if (kept.len == 0) {
        cli_fail(CLI_REFUSED, VARIABLE " is set but empty; unset it to be asked instead");
        kept.len = TWIN_SECRET_UNUSABLE;
    } else if (kept.len == TWIN_SECRET_UNUSABLE) {
        unusable(VARIABLE);
    }
    return kept.len;
}

/* From where nobody has to be asked. */
static int given(char out[TWIN_SECRET_MAX])
{
    twin_secret_no_dumps();
    int len = kept.fd >= 0 ? from_fd() : from_env();

    memcpy(out, kept.text, TWIN_SECRET_MAX);
    return len;
}

int twin_passphrase_get(char out[TWIN_SECRET_MAX])
{
    return twin_passphrase_is_given()
               ? given(out)
               : twin_secret_ask("Enter key passphrase: ", out, TWIN_SECRET_MAX);
}

static int ask_twice(char out[TWIN_SECRET_MAX])
{
    char again[TWIN_SECRET_MAX];
    int len;

    for (;;) {
        len = twin_secret_ask("Enter key passphrase: ", out, TWIN_SECRET_MAX);
        if (len <= 0) {
            return len;
        }
        int again_len = twin_secret_ask("Reenter passphrase: ", again, TWIN_SECRET_MAX);
        bool same = again_len == len && memcmp(out, again, (size_t)len) == 0;
        OPENSSL_cleanse(again, sizeof(again));
        if (same || again_len < 0) {
            return again_len;
        }
        puts("Passwords do not match, try again");
    }
}

int twin_passphrase_new(char out[TWIN_SECRET_MAX])
{
    int len = twin_passphrase_is_given() ? given(out) : ask_twice(out);

    if (len == 0) {
        cli_fail(CLI_REFUSED, "an empty passphrase protects nothing, so no key was made; leave out "
                              "--password for a key without protection");
        return TWIN_SECRET_UNUSABLE;
    }
    return len;
}
