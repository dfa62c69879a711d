/*
 * hsm_none.c - in place of hsm*.c where the PKCS#11 header was not there when building.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"
#include "keys/hsm.h"
#include <string.h>

static int refuse(void)
{
    return cli_fail(CLI_USAGE, "this imgtool was built without PKCS#11; install the p11-kit "
                               "development files and build it again");
}

bool twin_hsm_is_uri(const char *name)
{
    return strncmp(name, "pkcs11:", 7) == 0;
}

void twin_hsm_set_pin_fd(int fd)
{
    (void)fd;
}

int twin_hsm_key_open(struct twin_key *key, const char *uri)
{
    (void)uri;
    memset(key, 0, sizeof(*key));
    return refuse();
}

void twin_hsm_key_close(struct twin_hsm_key *hsm)
{
    (void)hsm;
}

int twin_hsm_sign(const struct twin_key *key, struct twin_span message, uint8_t *sig,
                  size_t *sig_len)
{
    (void)key;
    (void)message;
    (void)sig;
    (void)sig_len;
    return refuse();
}

int twin_hsm_generate(const char *uri, const struct twin_key_type *type)
{
    (void)uri;
    (void)type;
    return refuse();
}

void twin_hsm_serial(const struct twin_hsm_key *hsm, char out[TWIN_HSM_SERIAL_MAX])
{
    (void)hsm;
    out[0] = '\0';
}
