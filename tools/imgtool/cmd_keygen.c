/*
 * cmd_keygen.c - `imgtool keygen`. SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "base/file.h"
#include "commands.h"
#include "keys/hsm.h"
#include "keys/key_pem.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct keygen_opts {
    const char *key, *type;
    bool password, force;
};

static const struct cli_opt options[] = {
    {"key", 'k', CLI_TEXT, offsetof(struct keygen_opts, key), .arg = "FILE|URI", .required = true,
     .help = "Where the private key goes: a file, or pkcs11: for a token"},
    {"type", 't', CLI_TEXT, offsetof(struct keygen_opts, type), .arg = "TYPE",
     .help = "One of: rsa-2048, rsa-3072, ecdsa-p256, ecdsa-p384, ed25519, x25519; asked for if "
             "missing"},
    {"password", 'p', CLI_FLAG, offsetof(struct keygen_opts, password),
     .help = "Protect the key with a passphrase, which is asked for twice, or comes from "
             "--passphrase-fd or IMGTOOL_PASSPHRASE"},
    {"force", 0, CLI_FLAG, offsetof(struct keygen_opts, force),
     .help = "Replace a key that exists. What it signed can then no longer be updated"},
    {.name = NULL},
};

/* "a, b, c", each between quotes if wanted. */
static void list_types(char *out, size_t cap, const char *quote)
{
    size_t len = 0;

    for (int i = 0; i < TWIN_KEY_TYPE_COUNT; i++) {
        len += (size_t)snprintf(out + len, cap - len, "%s%s%s%s", i == 0 ? "" : ", ", quote,
                                twin_key_types[i].name, quote);
    }
}

static int ask_type(const struct twin_key_type **type)
{
    struct twin_secret line;
    char list[200];

    list_types(list, sizeof(list), "");
    *type = NULL;
    while (*type == NULL) {
        printf("Type (%s): ", list);
        fflush(stdout);
        /* Not through the buffer of stdin: the next line may be the passphrase. */
        if (twin_secret_read(STDIN_FILENO, &line) == TWIN_SECRET_NONE) {
            fputs("Aborted!\n", stderr);
            return CLI_REFUSED;
        }
        *type = twin_key_type_by_name(line.text);
        if (*type == NULL) {
            printf("Error: '%s' is not one of these.\n", line.text);
        }
    }
    return CLI_DONE;
}

static int choose_type(const struct cli_call *call, const struct twin_key_type **type)
{
    const struct keygen_opts *opts = call->opts;
    char list[200];

    if (opts->type == NULL) {
        return ask_type(type);
    }
    *type = twin_key_type_by_name(opts->type);
    if (*type == NULL) {
        list_types(list, sizeof(list), "'");
        return cli_usage_error(call, "Invalid value for '-t' / '--type': '%s' is not one of %s.",
                               opts->type, list);
    }
    return CLI_DONE;
}

/* Where a file system has no modes (FAT), the file cannot be made the owner's alone. */
static void warn_readable(const char *path)
{
    struct stat info;

    if (stat(path, &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 077) != 0) {
        cli_warn(
            "%s: this file system keeps no permissions, so others can read the key; move it to "
            "one that does, or protect it with --password",
            path);
    }
}

static int write_key(const struct keygen_opts *opts, const struct twin_key_type *type,
                     const char *passphrase)
{
    struct twin_buf pem = {0};
    struct twin_error error;
    EVP_PKEY *pkey = NULL;
    int err = 0;

    enum twin_error_code code = twin_key_generate(type, &pkey, &error);
    if (code == TWIN_ERROR_NONE) {
        code = twin_pem_write_private(pkey, passphrase, &pem, &error);
    }
    if (code == TWIN_ERROR_NONE) {
        err = twin_file_write(opts->key, pem.data, pem.len,
                              TWIN_FILE_SECRET | (opts->force ? 0u : (unsigned)TWIN_FILE_NEW));
    }
    twin_buf_free_secret(&pem);
    EVP_PKEY_free(pkey);
    if (code != TWIN_ERROR_NONE) {
        return cli_fail_error(&error);
    }
    if (err == EEXIST) {
        return cli_fail(CLI_REFUSED,
                        "%s exists and was left alone: devices that trust it could not be updated "
                        "without it. Choose another name, or --force to replace it",
                        opts->key);
    }
    if (err != 0) {
        return cli_fail(CLI_REFUSED, "cannot write %s: %s", opts->key, strerror(err));
    }
    if (passphrase == NULL) {
        warn_readable(opts->key);
    }
    return CLI_DONE;
}

/* Whoever names a passphrase wants it used. */
static int check_protection(const struct cli_call *call)
{
    const struct keygen_opts *opts = call->opts;

    if (imgtool_secrets()->passphrase.fd >= 0 && !opts->password) {
        return cli_usage_error(call, "--passphrase-fd without --password: the key would not be "
                                     "protected");
    }
    return CLI_DONE;
}

static int make_in_token(const struct cli_call *call, const struct twin_key_type *type)
{
    const struct keygen_opts *opts = call->opts;
    struct twin_error error;

    if (opts->password || opts->force) {
        return cli_usage_error(call, "A key in a token takes neither --password nor --force");
    }
    return twin_hsm_generate(opts->key, type, imgtool_ask(), &error) == TWIN_ERROR_NONE
               ? CLI_DONE
               : cli_fail_error(&error);
}

static int keygen_run(const struct cli_call *call)
{
    const struct keygen_opts *opts = call->opts;
    const struct twin_key_type *type = NULL;
    struct twin_secret passphrase;
    struct twin_error error;
    int rc = check_protection(call);

    if (rc != CLI_DONE || (rc = choose_type(call, &type)) != CLI_DONE) {
        return rc;
    }
    twin_secret_no_dumps();
    if (twin_hsm_is_uri(opts->key)) {
        return make_in_token(call, type);
    }
    if (!opts->password) {
        return write_key(opts, type, NULL);
    }
    rc = cli_ask_new_passphrase(imgtool_secrets(), &passphrase, &error) == TWIN_ERROR_NONE
             ? write_key(opts, type, passphrase.text)
             : cli_fail_error(&error);
    twin_wipe(&passphrase, sizeof(passphrase));
    return rc;
}

const struct cli_cmd cmd_keygen = {.path = "keygen",
                                   .help = "Generate pub/private keypair",
                                   .options = options,
                                   .opts_size = sizeof(struct keygen_opts),
                                   .run = keygen_run};
