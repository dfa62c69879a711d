/*
 * hsm_none.c - in place of hsm*.c where there was no PKCS#11 header to build with.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "keys/hsm.h"

static enum twin_error_code refuse(struct twin_error *error)
{
    return twin_error_set(error, TWIN_ERROR_USAGE,
                          "this imgtool was built without PKCS#11; install the p11-kit "
                          "development files and build it again");
}

bool twin_hsm_is_uri(const char *name)
{
    return strncmp(name, "pkcs11:", 7) == 0;
}

enum twin_error_code twin_hsm_key_open(struct twin_key *key, const char *uri,
                                       const struct twin_ask *ask, struct twin_error *error)
{
    (void)uri;
    (void)ask;
    *key = (struct twin_key){0};
    return refuse(error);
}

void twin_hsm_key_close(struct twin_hsm_key *hsm)
{
    (void)hsm;
}

enum twin_error_code twin_hsm_sign(const struct twin_key *key, struct twin_span message,
                                   uint8_t *sig, size_t *sig_len, struct twin_error *error)
{
    (void)key;
    (void)message;
    (void)sig;
    (void)sig_len;
    return refuse(error);
}

enum twin_error_code twin_hsm_generate(const char *uri, const struct twin_key_type *type,
                                       const struct twin_ask *ask, struct twin_error *error)
{
    (void)uri;
    (void)type;
    (void)ask;
    return refuse(error);
}

void twin_hsm_serial(const struct twin_hsm_key *hsm, char out[TWIN_HSM_SERIAL_MAX])
{
    (void)hsm;
    out[0] = '\0';
}
