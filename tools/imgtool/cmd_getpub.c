/*
 * cmd_getpub.c - `imgtool getpub` and `imgtool getpubhash`. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "keys/key.h"
#include "keys/key_pem.h"
#include "keys/source.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN 256
#define SUFFIX_MAX   200

enum encoding { LANG_C, LANG_RUST, PEM, RAW };
enum hash_encoding { HASH_LANG_C, HASH_RAW };

static const char *const encodings[] = {"lang-c", "lang-rust", "pem", "raw", NULL};
static const char *const hash_encodings[] = {"lang-c", "raw", NULL};
static const char *const langs[] = {"c", "rust", NULL}; /* same order as encodings */

struct getpub_opts {
    const char *key, *output, *suffix;
    int encoding, lang;
};

#define AT(member) .offset = offsetof(struct getpub_opts, member)
#define KEY_OPTION                                                                                 \
    {                                                                                              \
        "key", 'k', CLI_TEXT, AT(key),                                                             \
            .arg = "FILE|URI", .required = true,                                                   \
            .help = "Private or public key: a PEM file, or pkcs11: for a key in a token"           \
    }
#define OUTPUT_OPTION                                                                              \
    {                                                                                              \
        "output", 'o', CLI_TEXT, AT(output), .arg = "FILE",                                        \
                                             .help = "Where it goes, instead of stdout"            \
    }

static const struct cli_opt options[] = {
    KEY_OPTION,
    {"encoding", 'e', CLI_CHOICE, AT(encoding), .choices = encodings,
     .help = "Form of the output; lang-c if nothing is said"},
    {"lang", 'l', CLI_CHOICE, AT(lang), .choices = langs, .help = "The older name of --encoding"},
    OUTPUT_OPTION,
    {"name-suffix", 0, CLI_TEXT, AT(suffix), .arg = "SUFFIX",
     .help = "Put behind the names in C and Rust, to have several keys in one program"},
    {.name = NULL},
};

static const struct cli_opt hash_options[] = {
    KEY_OPTION,
    {"encoding", 'e', CLI_CHOICE, AT(encoding), .choices = hash_encodings, .def = "lang-c",
     .help = "Form of the output"},
    OUTPUT_OPTION,
    {"name-suffix", 0, CLI_TEXT, AT(suffix), .arg = "SUFFIX", .help = "Put behind the names in C"},
    {.name = NULL},
};

static int check_suffix(const struct cli_call *call, bool has_names)
{
    const char *suffix = ((const struct getpub_opts *)call->opts)->suffix;

    if (suffix != NULL && strlen(suffix) > SUFFIX_MAX) {
        return cli_usage_error(call, "Invalid value for '--name-suffix': longer than %d characters",
                               SUFFIX_MAX);
    }
    for (const char *c = suffix; c != NULL && *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && *c != '_') {
            return cli_usage_error(call,
                                   "Invalid value for '--name-suffix': '%s' must contain only "
                                   "[A-Za-z0-9_]; it is appended directly to a C/Rust identifier.",
                                   suffix);
        }
    }
    if (suffix != NULL && *suffix != '\0' && !has_names) {
        return cli_usage_error(call, "`--name-suffix` is only meaningful for encodings with names");
    }
    return CLI_DONE;
}

static void make_name(char name[NAME_MAX_LEN], const struct twin_key *key, const char *what,
                      const char *suffix, bool upper)
{
    snprintf(name, NAME_MAX_LEN, "%s_%s%s", key->type->symbol, what, suffix != NULL ? suffix : "");
    for (char *c = name; upper && *c != '\0'; c++) {
        *c = (char)toupper((unsigned char)*c);
    }
}

static int choose_encoding(const struct cli_call *call, enum encoding *encoding)
{
    const struct getpub_opts *opts = call->opts;

    if (opts->encoding != CLI_CHOICE_NONE && opts->lang != CLI_CHOICE_NONE) {
        return cli_usage_error(call, "Please use only one of `--encoding/-e` or `--lang/-l`");
    }
    *encoding = opts->encoding != CLI_CHOICE_NONE ? (enum encoding)opts->encoding
                : opts->lang != CLI_CHOICE_NONE   ? (enum encoding)opts->lang
                                                  : LANG_C;
    return check_suffix(call, *encoding == LANG_C || *encoding == LANG_RUST);
}

static enum twin_error_code encode(const struct twin_key *key, enum encoding encoding,
                                   const char *suffix, struct twin_buf *out,
                                   struct twin_error *error)
{
    char name[NAME_MAX_LEN];

    make_name(name, key, "pub_key", suffix, encoding == LANG_RUST);
    if (encoding == PEM) {
        return twin_pem_write_public(key, out, error);
    }
    if (encoding == LANG_C) {
        twin_source_c(out, name, twin_buf_span(&key->der));
    } else if (encoding == LANG_RUST) {
        twin_source_rust(out, name, twin_buf_span(&key->der));
    } else {
        twin_buf_append(out, &key->der);
    }
    return twin_buf_check(out, error);
}

static int getpub_run(const struct cli_call *call)
{
    const struct getpub_opts *opts = call->opts;
    enum encoding encoding = LANG_C;
    struct twin_buf out = {0};
    struct twin_error error;
    struct twin_key key;
    int rc = choose_encoding(call, &encoding);

    if (rc != CLI_DONE) {
        return rc;
    }
    if (twin_key_load(&key, opts->key, imgtool_ask(), &error) == TWIN_ERROR_NONE &&
        encode(&key, encoding, opts->suffix, &out, &error) == TWIN_ERROR_NONE) {
        rc = cli_output(opts->output, opts->key, &out);
    } else {
        rc = cli_fail_error(&error);
    }
    twin_key_free(&key);
    twin_buf_free(&out);
    return rc;
}

/* Always SHA-256, also for keys whose images carry a longer hash: so the reference does. */
static int getpubhash_run(const struct cli_call *call)
{
    const struct getpub_opts *opts = call->opts;
    bool raw = opts->encoding == HASH_RAW;
    char name[NAME_MAX_LEN];
    struct twin_buf out = {0};
    struct twin_error error;
    struct twin_key key;
    int rc = check_suffix(call, !raw);

    if (rc != CLI_DONE) {
        return rc;
    }
    if (twin_key_load(&key, opts->key, imgtool_ask(), &error) == TWIN_ERROR_NONE) {
        const struct twin_span hash = twin_key_hash(&key, &twin_hashes[TWIN_HASH_SHA256]);
        make_name(name, &key, "pub_key_hash", opts->suffix, false);
        if (raw) {
            twin_buf_add_span(&out, hash);
        } else {
            twin_source_c(&out, name, hash);
        }
        rc = cli_output(opts->output, opts->key, &out);
    } else {
        rc = cli_fail_error(&error);
    }
    twin_key_free(&key);
    twin_buf_free(&out);
    return rc;
}

const struct cli_cmd cmd_getpub = {.path = "getpub",
                                   .help = "Dump public key from keypair",
                                   .options = options,
                                   .opts_size = sizeof(struct getpub_opts),
                                   .run = getpub_run};
const struct cli_cmd cmd_getpubhash = {.path = "getpubhash",
                                       .help = "Dump the SHA256 hash of the public key",
                                       .options = hash_options,
                                       .opts_size = sizeof(struct getpub_opts),
                                       .run = getpubhash_run};
