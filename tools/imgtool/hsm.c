#include "hsm.h"
#include "cli.h"
#include <string.h>
bool hsm_is_uri(const char *name)
{
    return strncmp(name, "pkcs11:", 7) == 0;
}
int hsm_key_open(struct key *key, const char *uri)
{
    (void)key;
    return cli_fail(CLI_USAGE, "%s: keys in tokens are not supported by this build", uri);
}
void hsm_key_close(struct hsm_key *hsm)
{
    (void)hsm;
}
int hsm_sign(const struct key *key, struct twin_span message, uint8_t *sig, size_t *sig_len)
{
    (void)message;
    (void)sig;
    (void)sig_len;
    return cli_fail(CLI_USAGE, "%s: not in this build", key->name);
}
