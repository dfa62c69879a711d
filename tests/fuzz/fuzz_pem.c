/*
 * fuzz_pem.c - any bytes as a key file, or as the DER inside one. A key that loads has a kind and a
 * public half of the right length. SPDX-License-Identifier: Apache-2.0
 */
#include "keys/hsm_uri.h"
#include "keys/key.h"
#include "keys/key_pem.h"
#include "replay.h"
#include "twin/base64.h"
#include <stdlib.h>
#include <string.h>

static void check_uri(const uint8_t *data, size_t len)
{
    char text[1000];
    struct twin_hsm_uri uri;
    const char *fault;

    len = len < sizeof(text) - 8 ? len : sizeof(text) - 8;
    memcpy(text, "pkcs11:", 7);
    memcpy(text + 7, data, len);
    text[7 + len] = '\0';
    if (twin_hsm_uri_parse(text, &uri, &fault) != (fault == NULL) ||
        strlen(uri.object) >= TWIN_HSM_TEXT_MAX || uri.id_len >= TWIN_HSM_TEXT_MAX) {
        abort();
    }
}

/* Bytes that are no PEM become the content of a block; the first one chooses its label. */
static void wrap(const uint8_t *data, size_t len, struct twin_buf *pem)
{
    static const char *const labels[] = {"PRIVATE KEY",    "PUBLIC KEY",
                                         "EC PRIVATE KEY", "RSA PRIVATE KEY",
                                         "RSA PUBLIC KEY", "ENCRYPTED PRIVATE KEY"};
    const char *label = len > 0 ? labels[data[0] % 6] : labels[0];
    struct twin_buf text = {0};

    twin_buf_fill(&text, 0, TWIN_BASE64_LEN(len));
    size_t text_len = len > 1 ? twin_base64_encode(data + 1, len - 1, (char *)text.data) : 0;
    twin_buf_text(pem, "-----BEGIN %s-----\n", label);
    for (size_t at = 0; at < text_len; at += 64) {
        size_t left = text_len - at;
        twin_buf_add(pem, text.data + at, left < 64 ? left : 64);
        twin_buf_add(pem, "\n", 1);
    }
    twin_buf_text(pem, "-----END %s-----\n", label);
    twin_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    EVP_PKEY *pkey = NULL;
    bool is_private = false;
    struct twin_buf pem = {0};
    struct twin_error error;
    struct twin_key key;

    check_uri(data, len);
    if (len > 0 && data[0] == '-') {
        twin_buf_add(&pem, data, len);
    } else {
        wrap(data, len, &pem);
    }
    enum twin_error_code code =
        twin_pem_parse("key", twin_buf_span(&pem), NULL, &pkey, &is_private, &error);
    twin_buf_free(&pem);
    if (code != TWIN_ERROR_NONE) {
        if (pkey != NULL || error.code != code || error.why[0] == '\0') {
            abort();
        }
        return 0;
    }
    if (pkey == NULL) {
        abort();
    }
    if (twin_key_adopt(&key, pkey, is_private, "key", &error) == TWIN_ERROR_NONE &&
        (key.type == NULL || key.der.len < 44 || key.der.len > 398)) {
        abort();
    }
    twin_key_free(&key);
    return 0;
}
