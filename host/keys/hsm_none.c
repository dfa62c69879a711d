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

bool hsm_is_uri(const char *name)
{
    return strncmp(name, "pkcs11:", 7) == 0;
}

void hsm_set_pin_fd(int fd)
{
    (void)fd;
}

int hsm_key_open(struct key *key, const char *uri)
{
    (void)uri;
    memset(key, 0, sizeof(*key));
    return refuse();
}

void hsm_key_close(struct hsm_key *hsm)
{
    (void)hsm;
}

int hsm_sign(const struct key *key, struct twin_span message, uint8_t *sig, size_t *sig_len)
{
    (void)key;
    (void)message;
    (void)sig;
    (void)sig_len;
    return refuse();
}

int hsm_generate(const char *uri, const struct key_type *type)
{
    (void)uri;
    (void)type;
    return refuse();
}

void hsm_serial(const struct hsm_key *hsm, char out[HSM_SERIAL_MAX])
{
    (void)hsm;
    out[0] = '\0';
}
