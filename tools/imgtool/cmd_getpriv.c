/*
 * cmd_getpriv.c - `imgtool getpriv`: the private half of an encryption key, as the C source that is
 * compiled into a loader. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "keys/key_private.h"
#include "keys/source.h"

/* In the order of enum twin_key_form. */
static const char *const formats[] = {"openssl", "pkcs8", NULL};

struct getpriv_opts {
    const char *key;
    int format;
    bool minimal;
};

static const struct cli_opt options[] = {
    {"key", 'k', CLI_TEXT, offsetof(struct getpriv_opts, key), .arg = "FILE", .required = true,
     .help = "Private key (PEM)"},
    {"minimal", 0, CLI_FLAG, offsetof(struct getpriv_opts, minimal),
     .help = "Leave out what decrypting does not need; the loader has to be built for that"},
    {"format", 'f', CLI_CHOICE, offsetof(struct getpriv_opts, format), .choices = formats,
     .help = "Form of the key; by default what loaders take: openssl for RSA, pkcs8 for others"},
    {.name = NULL},
};

static int print_private(const struct cli_call *call, const struct twin_key *key)
{
    const struct getpriv_opts *opts = call->opts;
    enum twin_key_form form =
        opts->format == CLI_CHOICE_NONE ? TWIN_KEY_FORM_USUAL : (enum twin_key_form)opts->format;
    struct twin_buf der = {0}, text = {0};
    struct twin_error error;
    int rc = CLI_REFUSED;

    if (twin_key_private(key, form, opts->minimal, &der, &error) == TWIN_ERROR_NONE) {
        twin_source_c(&text, "enc_priv_key", twin_buf_span(&der));
        rc = cli_output(NULL, NULL, &text);
    } else if (error.code == TWIN_ERROR_USAGE) {
        rc = cli_usage_error(call, "%s", error.why);
    } else {
        rc = cli_fail_error(&error);
    }
    twin_buf_free_secret(&der);
    twin_buf_free_secret(&text);
    return rc;
}

static int getpriv_run(const struct cli_call *call)
{
    const struct getpriv_opts *opts = call->opts;
    struct twin_error error;
    struct twin_key key;
    int rc = twin_key_load(&key, opts->key, imgtool_ask(), &error) == TWIN_ERROR_NONE
                 ? print_private(call, &key)
                 : cli_fail_error(&error);

    twin_key_free(&key);
    return rc;
}

const struct cli_cmd cmd_getpriv = {.path = "getpriv",
                                    .help = "Dump private key from keypair",
                                    .options = options,
                                    .opts_size = sizeof(struct getpriv_opts),
                                    .run = getpriv_run};
