/*
 * cmd_keyinfo.c - `imgtool keyinfo`. SPDX-License-Identifier: Apache-2.0
 */
#include "base/hex.h"
#include "commands.h"
#include "keys/key.h"
#include <stdio.h>

static const char *const kinds[] = {"private", "public", NULL};

struct keyinfo_opts {
    const char *key;
    int require;
    bool json;
};

static const struct cli_opt options[] = {
    {"key", 'k', CLI_TEXT, offsetof(struct keyinfo_opts, key), .arg = "FILE", .required = true,
     .help = "Key (PEM)"},
    {"require", 0, CLI_CHOICE, offsetof(struct keyinfo_opts, require), .choices = kinds,
     .help = "Fail, with exit code 2, if the key is of the other kind"},
    {"json", 0, CLI_FLAG, offsetof(struct keyinfo_opts, json),
     .help = "Print kind, type and hash of the key as JSON"},
    {.name = NULL},
};

static json_t *key_json(const struct twin_key *key, const char *kind)
{
    const struct twin_span hash = twin_key_hash(key, &twin_hashes[key->type->hash]);
    char hex[2 * TWIN_HASH_LEN_MAX + 1];
    json_t *json = json_object();

    twin_hex_text(hash, hex);
    json_object_set_new(json, "kind", json_string(kind));
    json_object_set_new(json, "type", json_string(key->type->name));
    json_object_set_new(json, "keyhash", json_string(hex));
    return json;
}

static int keyinfo_run(const struct cli_call *call)
{
    const struct keyinfo_opts *opts = call->opts;
    struct twin_error error;
    struct twin_key key;
    int rc = CLI_DONE;

    imgtool_secrets()->quiet = true;
    if (twin_key_load(&key, opts->key, imgtool_ask(), &error) != TWIN_ERROR_NONE) {
        rc = cli_fail_error(&error);
    } else {
        int kind = key.is_private ? 0 : 1;
        bool fits = opts->require == CLI_CHOICE_NONE || opts->require == kind;
        if (!opts->json) {
            puts(kinds[kind]);
        } else if (fits) {
            cli_json_print(key_json(&key, kinds[kind]));
        } else {
            cli_fail_with(key_json(&key, kinds[kind])); /* one object, not two */
        }
        if (!fits) {
            rc = cli_usage_error(call, "Key %s is %s, but %s was required.", opts->key, kinds[kind],
                                 kinds[opts->require]);
        }
    }
    twin_key_free(&key);
    return rc;
}

const struct cli_cmd cmd_keyinfo = {
    .path = "keyinfo",
    .help = "Print whether KEY is a keypair PEM (`private`) or a public-only PEM (`public`)",
    .more = "For build systems: never asks for a passphrase.",
    .options = options,
    .opts_size = sizeof(struct keyinfo_opts),
    .run = keyinfo_run};
