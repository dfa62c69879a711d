/*
 * cmd_sign_spec.c - `imgtool sign`: from the options to the spec, keys included.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cmd_sign.h"
#include "commands.h"
#include "signing/encrypt.h"
#include "signing/sidefile.h"
#include <inttypes.h>
#include <string.h>

#define ALIGN(index) (1u << (index))

static uint32_t or_zero(int64_t value)
{
    return value == CLI_I64_NONE ? 0 : (uint32_t)value;
}

/* The least header has no room behind its fields, so only what is put in front can have it. */
static int set_header_size(struct sign_work *job)
{
    const char *text = job->opts->header_size;
    int64_t value = TWIN_IMAGE_HEADER_LEN;

    if (strcmp(text, "auto") == 0) {
        if (!job->spec.pad_header) {
            return cli_usage_error(job->call, "--header-size auto needs --pad-header: how much "
                                              "room the input has for a header cannot be seen");
        }
    } else if (!cli_parse_integer(text, &value)) {
        return cli_usage_error(job->call,
                               "Invalid value for '-H' / '--header-size': '%s' is not a valid "
                               "integer (decimal, 0x.., 0o.. or 0b..) nor auto.",
                               text);
    }
    if (value < TWIN_IMAGE_HEADER_LEN || value > UINT16_MAX) {
        return cli_usage_error(job->call,
                               "Invalid value for '-H' / '--header-size': %s is outside 32 to "
                               "65535.",
                               text);
    }
    job->spec.header_size = (uint16_t)value;
    return CLI_DONE;
}

static int set_header(struct sign_work *job)
{
    const struct sign_opts *opts = job->opts;
    struct twin_sign_spec *spec = &job->spec;

    spec->pad_header = opts->pad_header || opts->pad_value != CLI_CHOICE_NONE;
    spec->big_endian = opts->endian == 1;
    spec->load_addr = or_zero(opts->load_addr);
    spec->rom_fixed = or_zero(opts->rom_fixed);
    spec->non_bootable = opts->non_bootable;
    spec->full_key = opts->public_key_format == 1;
    spec->pad_sig = opts->pad_sig;
    spec->quiet = opts->quiet;
    if (spec->load_addr != 0 && spec->rom_fixed != 0) {
        return cli_usage_error(job->call, "Can not set rom_fixed and load_addr at the same time");
    }
    int rc = set_header_size(job);
    return rc == CLI_DONE ? imgtool_spec_set_version(opts->version, &spec->version) : rc;
}

static int set_slot(struct sign_work *job)
{
    const struct sign_opts *opts = job->opts;
    struct twin_sign_spec *spec = &job->spec;

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
        return cli_usage_error(job->call, "--max-align %" PRIu32 " is below --align %" PRIu32,
                               spec->max_align, spec->align);
    }
    if (spec->pad && spec->slot_size == 0) {
        return cli_usage_error(job->call, "Padding needs the size of the slot (--slot-size)");
    }
    return CLI_DONE;
}

static int set_custom_tlvs(struct sign_work *job)
{
    const struct cli_list *texts = &job->opts->custom_tlv, *files = &job->opts->custom_tlv_file;
    int rc = CLI_DONE;

    for (size_t i = 0; i < texts->count && rc == CLI_DONE; i += 2) {
        rc = imgtool_spec_add_custom(&job->spec, texts->items[i], texts->items[i + 1]);
    }
    for (size_t i = 0; i < files->count && rc == CLI_DONE; i += 2) {
        rc = imgtool_spec_add_custom_file(&job->spec, files->items[i], files->items[i + 1]);
    }
    return rc;
}

static int set_tlvs(struct sign_work *job)
{
    const struct sign_opts *opts = job->opts;
    struct twin_sign_spec *spec = &job->spec;
    int rc = CLI_DONE;

    if (opts->security_counter != NULL) {
        rc = imgtool_spec_set_security_counter(spec, opts->security_counter);
    }
    if (opts->boot_record != NULL && rc == CLI_DONE) {
        rc = imgtool_spec_set_sw_type(spec, opts->boot_record);
    }
    if (opts->dependencies != NULL && rc == CLI_DONE) {
        rc = imgtool_spec_set_dependencies(spec, opts->dependencies);
    }
    return rc == CLI_DONE ? imgtool_spec_set_uuids(spec, opts->vid, opts->cid) : rc;
}

static int load_signing_key(struct sign_work *job)
{
    const struct sign_opts *opts = job->opts;
    const char *name = opts->key != NULL ? opts->key : opts->fix_sig_pubkey;

    if (name == NULL) {
        return CLI_DONE;
    }
    struct twin_error error;
    if (twin_key_load(&job->key, name, imgtool_ask(), &error) != TWIN_ERROR_NONE) {
        return cli_fail_error(&error);
    }
    job->spec.key = &job->key;
    if (job->key.type->scheme == TWIN_SCHEME_NONE) {
        return cli_usage_error(job->call, "%s: a key of type %s cannot sign", name,
                               job->key.type->name);
    }
    if (opts->key != NULL && !job->key.is_private) {
        return cli_usage_error(job->call, "Cannot sign with a public-only PEM; signing requires "
                                          "the private key.");
    }
    return CLI_DONE;
}

static int load_fixed_signature(struct sign_work *job)
{
    if (job->opts->fix_sig == NULL) {
        return CLI_DONE;
    }
    job->spec.fixed = true;
    return twin_signature_load(job->opts->fix_sig, &job->spec.fixed_sig);
}

static int load_kek(struct sign_work *job)
{
    struct twin_buf *kek = &job->spec.kek;

    twin_secret_no_dumps();
    int rc = twin_kek_load(job->opts->encrypt_kek, kek);

    if (rc == CLI_DONE && kek->len != job->spec.aes_len) {
        rc = cli_usage_error(job->call,
                             "%s has %zu bytes: a key encryption key has to be as long as the "
                             "image key (--encrypt-keylen)",
                             job->opts->encrypt_kek, kek->len);
    }
    return rc;
}

static int set_encryption(struct sign_work *job)
{
    static const enum twin_hash_id hashes[] = {TWIN_HASH_SHA256, TWIN_HASH_SHA256,
                                               TWIN_HASH_SHA512};
    const struct sign_opts *opts = job->opts;

    job->spec.hmac_hash = &twin_hashes[hashes[opts->hmac_sha]];
    job->spec.aes_len = opts->encrypt_keylen == 0 ? 16 : 32;
    job->spec.clear = opts->clear;
    return CLI_DONE;
}

static int load_encryption_key(struct sign_work *job)
{
    const struct sign_opts *opts = job->opts;
    int rc = CLI_DONE;

    if (opts->encrypt != NULL) {
        struct twin_error error;
        if (twin_key_load(&job->enc_key, opts->encrypt, imgtool_ask(), &error) != TWIN_ERROR_NONE) {
            return cli_fail_error(&error);
        }
        job->spec.enc_key = &job->enc_key;
    } else if (opts->encrypt_kek != NULL) {
        rc = load_kek(job);
    } else {
        return CLI_DONE;
    }
    if (rc == CLI_DONE && opts->clear) {
        cli_warn("--clear leaves the payload readable while the header says encrypted: program "
                 "this image into the primary slot only, never send it as an update");
    }
    return rc == CLI_DONE ? twin_encrypt_check_key(&job->spec) : rc;
}

static int choose_hash(struct sign_work *job)
{
    const struct sign_opts *opts = job->opts;
    const struct twin_key_type *type = job->spec.key != NULL ? job->spec.key->type : NULL;
    enum twin_hash_id wanted =
        opts->sha == 0 ? TWIN_HASH_SHA256 : (enum twin_hash_id)(opts->sha - 1);

    job->spec.pure = opts->pure;
    if (opts->pure && opts->sha != 0) {
        return cli_usage_error(job->call, "A pure signature brings its own hash: leave out --sha");
    }
    if (type == NULL) {
        job->spec.hash = &twin_hashes[wanted];
        return CLI_DONE;
    }
    if (opts->pure && type->scheme != TWIN_SCHEME_EDDSA) {
        return cli_usage_error(job->call, "--pure needs an Ed25519 key; %s is %s",
                               job->spec.key->name, type->name);
    }
    uint8_t allowed = job->opts->key != NULL ? type->hashes : type->hashes_fixed;
    if (opts->sha != 0 && (allowed >> wanted & 1) == 0) {
        return cli_usage_error(job->call, "A key of type %s can not be used with --sha %s",
                               type->name, twin_hashes[wanted].bits);
    }
    if (opts->pure) {
        wanted = TWIN_HASH_SHA512;
    } else if (opts->sha == 0) {
        wanted = type->hash;
    }
    job->spec.hash = &twin_hashes[wanted];
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
