/*
 * openssl.c - OpenSSL for a program that handles keys. SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#include "keys/openssl.h"
#include "base/secret.h"
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static void *wiped_alloc(size_t len, const char *file, int line)
{
    (void)file;
    (void)line;
    return malloc(len);
}

static void wiped_free(void *at, const char *file, int line)
{
    (void)file;
    (void)line;
    if (at != NULL) {
        twin_wipe(at, malloc_usable_size(at));
        free(at);
    }
}

static void *wiped_realloc(void *at, size_t len, const char *file, int line)
{
    size_t before = at != NULL ? malloc_usable_size(at) : 0;
    void *longer = len > 0 ? wiped_alloc(len, file, line) : NULL;

    if (at != NULL && longer != NULL) {
        memcpy(longer, at, before < len ? before : len);
    }
    if (longer != NULL || len == 0) {
        wiped_free(at, file, line);
    }
    return longer;
}

void twin_openssl_harden(void)
{
    (void)CRYPTO_set_mem_functions(wiped_alloc, wiped_realloc, wiped_free);
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}
