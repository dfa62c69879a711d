/*
 * cmd_verify.c - `imgtool verify`. SPDX-License-Identifier: Apache-2.0
 */
#include "base/hex.h"
#include "commands.h"
#include "signing/downgrade.h"
#include "signing/encrypt.h"
#include "signing/image_file.h"
#include "signing/verify.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct verify_opts {
    struct cli_list keys;
    const char *decrypt, *decrypt_kek;
    const char *replaces;
    int rule;
    uint32_t offset;
    bool json;
};

static const struct cli_opt options[] = {
    {"key", 'k', CLI_REPEAT, offsetof(struct verify_opts, keys), .arg = "FILE|URI",
     .help = "Public or private key that has to have signed; may be repeated, one is enough"},
    {"decrypt", 'E', CLI_TEXT, offsetof(struct verify_opts, decrypt), .arg = "FILE",
     .help = "Private key that opens an encrypted image; a private --key is tried too"},
    {"decrypt-kek", 0, CLI_TEXT, offsetof(struct verify_opts, decrypt_kek), .arg = "FILE",
     .help = "AES key that opens an image encrypted with --encrypt-kek"},
    {"replaces", 0, CLI_TEXT, offsetof(struct verify_opts, replaces), .arg = "FILE",
     .help =
         "Image that is installed: not valid either is what a loader against downgrades refuses"},
    {"no-downgrade", 0, CLI_CHOICE, offsetof(struct verify_opts, rule),
     .choices = twin_downgrade_rule_names,
     .help = "What that loader compares with --replaces [default: version]"},
    {"offset", 0, CLI_U32, offsetof(struct verify_opts, offset), .arg = "N", .def = "0",
     .help = "Where the image begins in IMGFILE, for a slot whose first sector is kept free"},
    {"json", 0, CLI_FLAG, offsetof(struct verify_opts, json), .help = "Print the result as JSON"},
    {.name = NULL},
};

/* What one run has to hold. */
struct run {
    struct twin_key *keys, dec_key;
    size_t key_count;
    struct twin_buf kek;
    struct twin_image_file file;
    struct twin_verify_result result;

    /* What is wrong with the image; fault is NULL if nothing is, the others may be empty. */
    const char *fault;
    struct twin_error error; /* why and hint */
};

static void print_hex(const char *before, struct twin_span bytes)
{
    char digits[2 * TWIN_SIG_LEN_MAX + 1];

    printf("%s%s\n", before, twin_hex_text(bytes, digits));
}

/* "0x0076 (signed), 0x0080 (not signed)": unprotected TLVs are outside of what is hashed. */
static void warn_unknown(const struct twin_verify_result *result)
{
    char list[40 * TWIN_VERIFY_UNKNOWN_MAX] = "";
    size_t len = 0;
    unsigned shown = result->unknown_count < TWIN_VERIFY_UNKNOWN_MAX ? result->unknown_count
                                                                     : TWIN_VERIFY_UNKNOWN_MAX;

    for (unsigned i = 0; i < shown; i++) {
        len += (size_t)snprintf(list + len, sizeof(list) - len, "%s0x%04x (%s)", i > 0 ? ", " : "",
                                result->unknown[i].type,
                                result->unknown[i].is_protected ? "under the hash"
                                                                : "NOT under the hash");
    }
    cli_warn("TLVs of types that are not known here, which were not looked into: %s%s", list,
             result->unknown_count > shown ? ", and more" : "");
}

static void warn(const struct twin_verify_result *result, size_t key_count)
{
    if (key_count == 0) {
        cli_warn("only the hash was checked; give --key to check who signed");
    }
    if (result->clear) {
        cli_warn("the header says encrypted but the payload is readable: right in a primary slot, "
                 "or made with sign --clear");
    }
    if (result->unknown_count > 0) {
        warn_unknown(result);
    }
    if (result->trailer.other != 0 && !result->trailer.present) {
        cli_warn("what stands behind the image, from 0x%zx on, does not belong to it and was not "
                 "checked",
                 result->trailer.other);
    }
}

static void print_fault(const struct run *run)
{
    puts(run->fault);
    fflush(stdout);
    if (run->error.why[0] != '\0') {
        fprintf(stderr, "%s\n", run->error.why);
    }
    if (run->error.hint[0] != '\0') {
        fprintf(stderr, "Hint: %s\n", run->error.hint);
    }
}

static void print_text(const struct run *run)
{
    const struct twin_verify_result *result = &run->result;
    char version[TWIN_VERSION_STR_MAX];

    if (run->fault != NULL) {
        print_fault(run);
        return;
    }
    puts("Image was correctly validated");
    twin_version_print_full(&result->version, version);
    printf("Image version: %s\n", version);
    if (result->pure && run->key_count > 0) {
        print_hex("Image signature over image: ", result->last_sig);
    } else {
        print_hex("Image digest: ", (struct twin_span){result->digest, result->hash->len});
    }
    warn(result, run->key_count);
}

/* The trailer of a slot; null where there is none. */
static json_t *json_trailer(const struct twin_slot_trailer *trailer)
{
    json_t *json = trailer->present ? json_object() : json_null();

    if (trailer->present) {
        json_object_set_new(json, "max_align", json_integer(trailer->max_align));
        json_object_set_new(json, "swap_type", json_integer(trailer->swap_info & 0x0f));
        json_object_set_new(json, "image_ok", json_boolean(trailer->image_ok == 1));
        json_object_set_new(json, "copy_done", json_boolean(trailer->copy_done == 1));
        json_object_set_new(json, "update_under_way",
                            json_boolean(twin_slot_trailer_in_progress(trailer)));
    }
    return json;
}

static json_t *json_unknown(const struct twin_verify_result *result)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < result->unknown_count && i < TWIN_VERIFY_UNKNOWN_MAX; i++) {
        json_t *tlv = json_object();
        json_object_set_new(tlv, "type", json_integer(result->unknown[i].type));
        json_object_set_new(tlv, "protected", json_boolean(result->unknown[i].is_protected));
        json_array_append_new(list, tlv);
    }
    return list;
}

static void print_json(const struct run *run)
{
    const struct twin_verify_result *result = &run->result;
    char text[TWIN_VERSION_STR_MAX], digest[2 * TWIN_HASH_LEN_MAX + 1];
    json_t *json = json_object();

    json_object_set_new(json, "valid", json_boolean(run->fault == NULL));
    if (run->fault != NULL) {
        json_object_set_new(json, "fault", json_string(run->fault));
        json_object_set_new(json, "detail", cli_json_text(run->error.why));
        json_object_set_new(json, "hint", cli_json_text(run->error.hint));
        cli_json_print(json);
        cli_fail_printed();
        return;
    }
    twin_version_print_full(&result->version, text);
    twin_hex_text((struct twin_span){result->digest, result->hash->len}, digest);
    json_object_set_new(json, "version", json_string(text));
    json_object_set_new(json, "hash", json_string(result->hash->name));
    json_object_set_new(json, "digest", json_string(digest));
    json_object_set_new(json, "signatures", json_integer(result->signatures));
    json_object_set_new(json, "unchecked_signatures", json_integer(result->foreign_signatures));
    json_object_set_new(json, "pure", json_boolean(result->pure));
    json_object_set_new(json, "encrypted", json_boolean(result->encrypted && !result->clear));
    json_object_set_new(json, "compressed", json_boolean(result->compressed));
    json_object_set_new(json, "confirmed",
                        json_boolean(result->trailer.present && result->trailer.image_ok == 1));
    json_object_set_new(json, "trailer", json_trailer(&result->trailer));
    json_object_set_new(json, "unknown_tlvs", json_unknown(result));
    cli_json_print(json);
}

static int load_keys(struct run *run, const struct verify_opts *opts)
{
    struct twin_error error;

    run->keys = calloc(opts->keys.count + 1, sizeof(*run->keys));
    if (run->keys == NULL) {
        return cli_fail(CLI_REFUSED, "out of memory");
    }
    for (size_t i = 0; i < opts->keys.count; i++) {
        if (twin_key_load(&run->keys[run->key_count++], opts->keys.items[i], imgtool_ask(),
                          &error) != TWIN_ERROR_NONE) {
            return cli_fail_error(&error);
        }
    }
    if (opts->decrypt_kek != NULL) {
        twin_secret_no_dumps();
        if (twin_kek_load(opts->decrypt_kek, &run->kek, &error) != TWIN_ERROR_NONE) {
            return cli_fail_error(&error);
        }
    }
    return CLI_DONE;
}

/* The key to decrypt with: the one given for it, or a private signing key. */
static const struct twin_key *choose_dec_key(const struct run *run)
{
    if (run->dec_key.type != NULL) {
        return &run->dec_key;
    }
    for (size_t i = 0; i < run->key_count; i++) {
        if (run->keys[i].is_private && run->keys[i].hsm == NULL) {
            return &run->keys[i];
        }
    }
    return NULL;
}

/* Is it good, and if not, what is there to say besides the reference tool's words? */
static int check_image(struct run *run, const struct twin_verify_input *input)
{
    struct twin_verify_result *result = &run->result;
    struct twin_error *error = &run->error;
    enum twin_error_code code = twin_verify_image(input, result, error);

    if (code == TWIN_ERROR_NONE) {
        return CLI_DONE;
    }
    if (code != TWIN_ERROR_VERIFY) {
        return cli_fail_error(error);
    }
    run->fault = twin_fault_text(result->fault);
    if (result->fault == TWIN_FAULT_LOCKED) {
        snprintf(error->why, sizeof(error->why),
                 "the payload is encrypted; give the key that opens it with --decrypt");
    } else if (strcmp(error->why, run->fault) == 0) {
        error->why[0] = '\0';
    }
    if (result->image_at != 0) {
        size_t len = strlen(error->hint);
        snprintf(error->hint + len, sizeof(error->hint) - len,
                 ". Give --offset 0x%zx to check that one", result->image_at);
    }
    return CLI_DONE;
}

/* Good so far: is it also one that may be installed over the other? */
static int check_downgrade(const struct verify_opts *opts, struct twin_span bytes, struct run *run)
{
    enum twin_downgrade_rule rule = opts->rule == CLI_CHOICE_NONE
                                        ? TWIN_DOWNGRADE_VERSION
                                        : (enum twin_downgrade_rule)opts->rule;

    if (run->fault != NULL || opts->replaces == NULL) {
        return CLI_DONE;
    }
    int rc = imgtool_check_replaces(bytes, opts->replaces, rule, &run->error);
    if (rc == CLI_DONE && run->error.code != TWIN_ERROR_NONE) {
        run->fault = "The image would be a downgrade";
    }
    return rc;
}

/* Only a private key that is at hand opens anything. */
static int load_dec_key(const struct cli_call *call, struct run *run)
{
    const struct verify_opts *opts = call->opts;
    struct twin_error error;

    if (opts->decrypt == NULL) {
        return CLI_DONE;
    }
    if (twin_key_load(&run->dec_key, opts->decrypt, imgtool_ask(), &error) != TWIN_ERROR_NONE) {
        return cli_fail_error(&error);
    }
    if (!run->dec_key.is_private || run->dec_key.hsm != NULL) {
        return cli_usage_error(call,
                               "--decrypt %s: the private key of the device is needed, as a file",
                               opts->decrypt);
    }
    return CLI_DONE;
}

static int check_options(const struct cli_call *call)
{
    const struct verify_opts *opts = call->opts;

    if (opts->rule != CLI_CHOICE_NONE && opts->replaces == NULL) {
        return cli_usage_error(call, "--no-downgrade needs --replaces: below which image?");
    }
    return CLI_DONE;
}

static int verify(struct run *run, const struct cli_call *call)
{
    const struct verify_opts *opts = call->opts;
    int rc = check_options(call);

    if (rc != CLI_DONE) {
        return rc;
    }
    if (twin_image_file_read(call->args[0], 0, 0, &run->file, &run->error) != TWIN_ERROR_NONE) {
        return cli_fail_error(&run->error);
    }
    if ((rc = load_keys(run, opts)) != CLI_DONE || (rc = load_dec_key(call, run)) != CLI_DONE) {
        return rc;
    }
    struct twin_span bytes = twin_buf_span(&run->file.bytes);
    if (opts->offset >= bytes.len && opts->offset != 0) {
        return cli_usage_error(call, "--offset 0x%" PRIx32 ": %s has only 0x%zx bytes",
                               opts->offset, call->args[0], bytes.len);
    }
    struct twin_verify_input input = {
        .bytes = {bytes.ptr + opts->offset, bytes.len - opts->offset},
        .offset = opts->offset,
        .keys = run->keys,
        .key_count = run->key_count,
        .dec_key = choose_dec_key(run),
        .kek = twin_buf_span(&run->kek),
    };
    if ((rc = check_image(run, &input)) != CLI_DONE ||
        (rc = check_downgrade(opts, input.bytes, run)) != CLI_DONE) {
        return rc;
    }
    if (opts->json) {
        print_json(run);
    } else {
        print_text(run);
    }
    return run->fault == NULL ? CLI_DONE : CLI_REFUSED;
}

static int verify_run(const struct cli_call *call)
{
    struct run run = {0};
    int rc = verify(&run, call);

    for (size_t i = 0; i < run.key_count; i++) {
        twin_key_free(&run.keys[i]);
    }
    free(run.keys);
    twin_key_free(&run.dec_key);
    twin_buf_free_secret(&run.kek);
    twin_buf_free(&run.file.bytes);
    return rc;
}

const struct cli_cmd cmd_verify = {
    .path = "verify",
    .args = "IMGFILE",
    .help = "Check that signed image can be verified by given key",
    .more =
        "Structure, every TLV, hash and signatures are checked, encrypted and compressed images "
        "included. IMGFILE may be a slot read back from a device: what stands behind the "
        "image is not judged. Exit code 0: valid, 1: not.",
    .options = options,
    .opts_size = sizeof(struct verify_opts),
    .run = verify_run};
