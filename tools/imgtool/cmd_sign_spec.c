/*
 * cmd_sign_spec.c - `imgtool sign`: from the options to the spec, keys included.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "base/secret.h"
#include "cmd_sign.h"
#include "commands.h"
#include "signing/encrypt.h"
#include "twin/base64.h"
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define ALIGN(index) (1u << (index))
#define SIG_FILE_MAX 4096

static uint32_t or_zero(int64_t value)
{
    return value == CLI_I64_NONE ? 0 : (uint32_t)value;
}

/* The least header has no room behind its fields, so only what is put in front can have it. */
static int set_header_size(struct sign_run *run)
{
    const char *text = run->opts->header_size;
    int64_t value = TWIN_IMAGE_HEADER_LEN;

    if (strcmp(text, "auto") == 0) {
        if (!run->pad_header) {
            return cli_usage_error(run->call, "--header-size auto needs --pad-header: how much "
                                              "room the input has for a header cannot be seen");
        }
    } else if (!cli_parse_integer(text, &value)) {
        return cli_usage_error(run->call,
                               "Invalid value for '-H' / '--header-size': '%s' is not a valid "
                               "integer (decimal, 0x.., 0o.. or 0b..) nor auto.",
                               text);
    }
    if (value < TWIN_IMAGE_HEADER_LEN || value > UINT16_MAX) {
        return cli_usage_error(run->call,
                               "Invalid value for '-H' / '--header-size': %s is outside 32 to "
                               "65535.",
                               text);
    }
    run->spec.header_size = (uint16_t)value;
    return CLI_DONE;
}

static int set_header(struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    struct twin_sign_spec *spec = &run->spec;

    run->pad_header = opts->pad_header || opts->pad_value != CLI_CHOICE_NONE;
    spec->big_endian = opts->endian == 1;
    spec->load_addr = or_zero(opts->load_addr);
    spec->rom_fixed = or_zero(opts->rom_fixed);
    spec->non_bootable = opts->non_bootable;
    spec->full_key = opts->public_key_format == 1;
    spec->pad_sig = opts->pad_sig;
    if (spec->load_addr != 0 && spec->rom_fixed != 0) {
        return cli_usage_error(run->call, "Can not set rom_fixed and load_addr at the same time");
    }
    int rc = set_header_size(run);
    return rc == CLI_DONE ? imgtool_sign_parse_version(opts->version, &spec->version) : rc;
}

static int set_slot(struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    struct twin_sign_spec *spec = &run->spec;

    spec->slot_size = opts->slot_size;
    spec->align = ALIGN(opts->align);
    spec->max_align = opts->max_align != CLI_CHOICE_NONE ? 8 * ALIGN(opts->max_align)
                      : spec->align > 8                  ? spec->align
                                                         : 8;
    spec->max_sectors = opts->max_sectors;
    spec->erased = opts->erased_val == 0 || opts->pad_value == 0 ? 0x00 : 0xff;
    spec->confirm = opts->confirm;
    spec->test = opts->test;
    spec->pad = opts->pad || opts->confirm || opts->test;
    spec->overwrite_only = opts->overwrite_only;
    spec->save_enctlv = opts->save_enctlv;
    if (spec->max_align < spec->align) {
        return cli_usage_error(run->call, "--max-align %" PRIu32 " is below --align %" PRIu32,
                               spec->max_align, spec->align);
    }
    if (spec->pad && spec->slot_size == 0) {
        return cli_usage_error(run->call, "Padding needs the size of the slot (--slot-size)");
    }
    return CLI_DONE;
}

static int set_custom_tlvs(struct sign_run *run)
{
    return imgtool_sign_set_custom(run, &run->opts->custom_tlv, &run->opts->custom_tlv_file);
}

static int set_tlvs(struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    struct twin_sign_spec *spec = &run->spec;
    int rc = CLI_DONE;

    if (opts->security_counter != NULL) {
        rc = imgtool_sign_set_counter(spec, opts->security_counter);
    }
    if (opts->boot_record != NULL && rc == CLI_DONE) {
        rc = imgtool_sign_set_sw_type(spec, opts->boot_record);
    }
    if (opts->dependencies != NULL && rc == CLI_DONE) {
        rc = imgtool_sign_set_dependencies(run, opts->dependencies);
    }
    return rc == CLI_DONE ? imgtool_sign_set_uuids(spec, opts->vid, opts->cid) : rc;
}

static int load_signing_key(struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    const char *name = opts->key != NULL ? opts->key : opts->fix_sig_pubkey;

    if (name == NULL) {
        return CLI_DONE;
    }
    struct twin_error error;
    if (twin_key_load(&run->key, name, imgtool_ask(), &error) != TWIN_ERROR_NONE) {
        return cli_fail_error(&error);
    }
    run->spec.key = &run->key;
    if (run->key.type->scheme == TWIN_SCHEME_NONE) {
        return cli_usage_error(run->call, "%s: a key of type %s cannot sign", name,
                               run->key.type->name);
    }
    if (opts->key != NULL && !run->key.is_private) {
        return cli_usage_error(run->call, "Cannot sign with a public-only PEM; signing requires "
                                          "the private key.");
    }
    return CLI_DONE;
}

/* In base64, with white space as editors and `base64` put it in. */
static int load_fixed_signature(struct sign_run *run)
{
    const char *path = run->opts->fix_sig;
    struct twin_buf *sig = &run->fixed_sig;
    size_t kept = 0;

    if (path == NULL) {
        return CLI_DONE;
    }
    int err = twin_file_read(path, SIG_FILE_MAX, sig);
    if (err != 0) {
        return cli_fail(CLI_REFUSED, "cannot read %s: %s", path, strerror(err));
    }
    for (size_t i = 0; i < sig->len; i++) {
        if (!isspace(sig->data[i])) {
            sig->data[kept++] = sig->data[i];
        }
    }
    if (twin_base64_decode((const char *)sig->data, kept, sig->data, sig->cap, &sig->len) !=
        TWIN_OK) {
        return cli_fail(CLI_REFUSED, "%s: not base64", path);
    }
    run->spec.fixed = true;
    run->spec.fixed_sig = twin_buf_span(sig);
    return CLI_DONE;
}

static int load_kek(struct sign_run *run)
{
    const char *path = run->opts->encrypt_kek;
    struct twin_error error;

    twin_secret_no_dumps();
    if (twin_kek_load(path, &run->kek, &error) != TWIN_ERROR_NONE) {
        return cli_fail_error(&error);
    }
    if (run->kek.len != run->spec.aes_len) {
        return cli_usage_error(run->call,
                               "%s has %zu bytes: a key encryption key has to be as long as the "
                               "image key (--encrypt-keylen)",
                               path, run->kek.len);
    }
    run->spec.kek = twin_buf_span(&run->kek);
    return CLI_DONE;
}

static int set_encryption(struct sign_run *run)
{
    static const enum twin_hash_id hashes[] = {TWIN_HASH_SHA256, TWIN_HASH_SHA256,
                                               TWIN_HASH_SHA512};
    const struct sign_opts *opts = run->opts;

    run->spec.hmac_hash = &twin_hashes[hashes[opts->hmac_sha]];
    run->spec.aes_len = opts->encrypt_keylen == 0 ? 16 : 32;
    run->spec.clear = opts->clear;
    run->spec.compression = (enum twin_compression)opts->compression;
    return CLI_DONE;
}

static int check_encryption(const struct twin_sign_spec *spec)
{
    const struct twin_key_type *type = spec->enc_key != NULL ? spec->enc_key->type : NULL;
    struct twin_error error;

    if ((type == NULL || type == &twin_key_types[TWIN_KEY_RSA2048]) &&
        spec->hmac_hash != &twin_hashes[TWIN_HASH_SHA256]) {
        return cli_fail(CLI_USAGE, "--hmac-sha 512 is for X25519 encryption keys only");
    }
    return twin_encrypt_check(spec, &error) == TWIN_ERROR_NONE ? CLI_DONE : cli_fail_error(&error);
}

static int load_encryption_key(struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    struct twin_error error;
    int rc = CLI_DONE;

    if (opts->encrypt == NULL && opts->encrypt_kek == NULL) {
        return CLI_DONE;
    }
    if (opts->encrypt_kek != NULL) {
        rc = load_kek(run);
    } else if (twin_key_load(&run->enc_key, opts->encrypt, imgtool_ask(), &error) !=
               TWIN_ERROR_NONE) {
        rc = cli_fail_error(&error);
    } else {
        run->spec.enc_key = &run->enc_key;
    }
    if (rc == CLI_DONE && opts->clear) {
        cli_warn("--clear leaves the payload readable while the header says encrypted: program "
                 "this image into the primary slot only, never send it as an update");
    }
    return rc == CLI_DONE ? check_encryption(&run->spec) : rc;
}

static int choose_hash(struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    const struct twin_key_type *type = run->spec.key != NULL ? run->spec.key->type : NULL;
    const struct twin_hash *wanted = opts->sha != 0 ? &twin_hashes[opts->sha - 1] : NULL;

    run->spec.pure = opts->pure;
    run->spec.hash = wanted;
    if (opts->pure && wanted != NULL) {
        return cli_usage_error(run->call, "A pure signature brings its own hash: leave out --sha");
    }
    if (type == NULL) {
        return CLI_DONE;
    }
    if (opts->pure && type->scheme != TWIN_SCHEME_EDDSA) {
        return cli_usage_error(run->call, "--pure needs an Ed25519 key; %s is %s",
                               run->spec.key->name, type->name);
    }
    if (wanted != NULL && !twin_sign_hash_suits(type, opts->key == NULL, wanted)) {
        return cli_usage_error(run->call, "A key of type %s can not be used with --sha %s",
                               type->name, wanted->bits);
    }
    return CLI_DONE;
}

const sign_step imgtool_sign_option_steps[] = {
    imgtool_sign_check_options,
    imgtool_sign_check_files,
    set_header,
    set_slot,
    set_tlvs,
    set_custom_tlvs,
    set_encryption,
    NULL,
};

const sign_step imgtool_sign_key_steps[] = {
    load_signing_key, load_fixed_signature,   load_encryption_key,
    choose_hash,      imgtool_sign_check_key, NULL,
};
