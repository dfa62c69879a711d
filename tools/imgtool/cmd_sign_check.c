/*
 * cmd_sign_check.c - `imgtool sign`: what cannot be meant. A combination that makes no sense is
 * refused where it would change what comes out, and told where it only does nothing.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "cmd_sign.h"
#include <ctype.h>
#include <string.h>

/* A row of what cannot be meant. */
struct rule {
    bool broken;
    const char *text;
};

static int refuse(const struct sign_run *run, const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rules[i].broken) {
            return cli_usage_error(run->call, "%s", rules[i].text);
        }
    }
    return CLI_DONE;
}

static void warn(const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rules[i].broken) {
            cli_warn("%s", rules[i].text);
        }
    }
}

#define COUNT(rules) (sizeof(rules) / sizeof((rules)[0]))

static bool encrypts(const struct sign_opts *opts)
{
    return opts->encrypt != NULL || opts->encrypt_kek != NULL;
}

/* Who signs, and where. */
static int check_signature(const struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    bool vector = opts->vector_to_sign != CLI_CHOICE_NONE;
    bool fixed = opts->fix_sig != NULL, pubkey = opts->fix_sig_pubkey != NULL;
    const struct rule rules[] = {
        {opts->key != NULL && fixed,
         "Can not sign using key and provide fixed-signature at the same time"},
        {fixed && !pubkey, "public key of the fixed signature is not specified"},
        {vector && fixed, "--vector-to-sign writes what is to be signed, --fix-sig takes the "
                          "signature of it: these are two runs"},
        {pubkey && opts->key != NULL, "--key signs here, --fix-sig-pubkey names who signs "
                                      "elsewhere: give one of them"},
        {pubkey && !fixed && !vector,
         "--fix-sig-pubkey without --fix-sig or --vector-to-sign: there is no signature from "
         "elsewhere. To sign here, give the private key with --key"},
        {vector && opts->sig_out != NULL,
         "--vector-to-sign makes no signature that --sig-out could write"},
        {vector && opts->replaces != NULL,
         "--vector-to-sign makes no image that --replaces could look at; give it with --fix-sig"},
        {vector && opts->audit != NULL, "--vector-to-sign makes no signature that --audit could "
                                        "record; give it with --fix-sig"},
        {opts->audit != NULL && opts->key == NULL && !fixed,
         "--audit: an image without a key has no signature to record"},
        {opts->compression != TWIN_COMPRESSION_NONE && (vector || fixed),
         "A compressed image carries two signatures, so it cannot be signed elsewhere; leave out "
         "--compression"},
    };

    return refuse(run, rules, COUNT(rules));
}

/* What is done to the slot and the payload. */
static int check_layout(const struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    bool swaps = opts->swap == TWIN_FIT_MOVE || opts->swap == TWIN_FIT_OFFSET ||
                 opts->swap == TWIN_FIT_SCRATCH;
    const struct rule rules[] = {
        {opts->test && opts->confirm, "--test and --confirm exclude each other"},
        {opts->included_header && opts->pad_header,
         "--included-header says that there is room for the header, --pad-header that there is "
         "none"},
        {opts->pad_value != CLI_CHOICE_NONE && opts->erased_val != CLI_CHOICE_NONE &&
             opts->pad_value != opts->erased_val,
         "--pad-value and --erased-val differ: the padding would not read as erased flash"},
        {swaps && opts->overwrite_only,
         "--overwrite-only is for a loader that copies, --swap names one that swaps"},
        {opts->swap == TWIN_FIT_XIP && encrypts(opts),
         "--swap xip: images that run where they are stored cannot be encrypted"},
        {opts->swap == CLI_CHOICE_NONE && (opts->primary_size != 0 || opts->secondary_size != 0),
         "--primary-size and --secondary-size need --swap, which says how the loader uses them"},
        {opts->no_downgrade != CLI_CHOICE_NONE && opts->replaces == NULL,
         "--no-downgrade needs --replaces: below which image?"},
        {opts->clear && !encrypts(opts),
         "--clear leaves the payload of an encrypted image readable; give --encrypt, too"},
        {opts->encrypt != NULL && opts->encrypt_kek != NULL,
         "--encrypt and --encrypt-kek exclude each other"},
    };

    return refuse(run, rules, COUNT(rules));
}

static void warn_useless(const struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    bool pads = opts->pad || opts->test || opts->confirm;
    bool keyless = opts->key == NULL && opts->fix_sig_pubkey == NULL;
    bool hex_out = twin_image_file_is_hex(run->call->args[1]);
    const struct rule rules[] = {
        {!encrypts(opts) && (opts->hmac_sha != 0 || opts->encrypt_keylen != 0 || opts->save_enctlv),
         "--hmac-sha, --encrypt-keylen and --save-enctlv do nothing without --encrypt"},
        {keyless && opts->public_key_format != 0, "--public-key-format does nothing without a key"},
        {keyless && opts->pure, "--pure without a key: the image is not signed, and a loader for "
                                "pure signatures will refuse it"},
        {opts->confirm && opts->overwrite_only,
         "--confirm does nothing with --overwrite-only: a loader that copies has no trial"},
        {pads && opts->swap == TWIN_FIT_OFFSET,
         "with padding the image stands at the beginning of its slot: right for the primary one, "
         "but as an update a loader that swaps by offset wants it one sector in, and erases this"},
        {opts->hex_addr != CLI_I64_NONE && !hex_out,
         "--hex-addr does nothing: the name of the output does not end in .hex"},
        {opts->load_addr == 0, "--load-addr 0 means no address: the image is not marked as one to "
                               "be loaded into RAM"},
        {opts->rom_fixed == 0, "--rom-fixed 0 means no address: the image is not marked as one for "
                               "a fixed place"},
        {pads && opts->slot_size % 8 != 0,
         "--slot-size is not a multiple of 8: the trailer is not where a loader looks for it"},
    };

    warn(rules, COUNT(rules));
}

int imgtool_sign_check_options(struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    int rc = check_signature(run);

    if (rc == CLI_DONE) {
        rc = check_layout(run);
    }
    if (rc == CLI_DONE && opts->sig_out != NULL && opts->key == NULL && opts->fix_sig == NULL) {
        rc = cli_fail(CLI_REFUSED, "--sig-out: an image without a key has no signature");
    }
    if (rc == CLI_DONE) {
        warn_useless(run);
    }
    return rc;
}

int imgtool_sign_check_files(struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    const char *const outputs[] = {run->call->args[1], opts->sig_out, opts->audit};
    const char *const inputs[] = {opts->key,     opts->fix_sig_pubkey, opts->fix_sig,
                                  opts->encrypt, opts->encrypt_kek,    run->call->args[0]};

    for (size_t i = 0; i < COUNT(outputs); i++) {
        for (size_t j = 0; j < i; j++) {
            if (twin_file_is_same(outputs[i], outputs[j])) {
                return cli_usage_error(run->call, "%s: two outputs into one file", outputs[i]);
            }
        }
        for (size_t j = 0; j < COUNT(inputs); j++) {
            bool in_place = i == 0 && j + 1 == COUNT(inputs); /* OUTFILE may replace INFILE */
            if (!in_place && twin_file_is_same(outputs[i], inputs[j])) {
                return cli_usage_error(run->call, "%s is an input and would be replaced",
                                       outputs[i]);
            }
        }
    }
    return CLI_DONE;
}

/* The first line of Intel HEX: a colon and an even number of digits. */
static bool looks_like_hex(struct twin_span text)
{
    size_t len = 1;

    while (len < text.len && isxdigit(text.ptr[len])) {
        len++;
    }
    return text.len > 0 && text.ptr[0] == ':' && len >= 11 && len % 2 == 1 &&
           (len == text.len || isspace(text.ptr[len]));
}

static bool begins(struct twin_span bytes, const char *with, size_t len)
{
    return bytes.len >= len && memcmp(bytes.ptr, with, len) == 0;
}

int imgtool_sign_check_input(struct sign_run *run)
{
    const struct twin_buf *file = &run->file.bytes;
    const char *name = run->call->args[0];
    size_t room = run->pad_header ? run->spec.header_size : 0;
    struct twin_span bytes = {file->data + room, file->len - room};
    const struct {
        bool is;
        const char *what, *advice;
    } kinds[] = {
        {begins(bytes,
                "\x7f"
                "ELF",
                4),
         "an ELF file", "make a binary of it with objcopy -O binary"},
        {looks_like_hex(bytes), "Intel HEX", "give it a name that ends in .hex"},
        {begins(bytes, "UF2\n", 4), "a UF2 file", "sign the binary that it was made from"},
        {begins(bytes, "S0", 2) && bytes.len > 4 && isxdigit(bytes.ptr[2]) &&
             isxdigit(bytes.ptr[3]),
         "Motorola S-records", "make a binary of it with objcopy -I srec -O binary"},
        {begins(bytes, "\x3d\xb8\xf3\x96", 4) || begins(bytes, "\x96\xf3\xb8\x3d", 4),
         "a signed image already", "sign the binary that it was made from"},
    };

    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (kinds[i].is) {
            cli_warn("%s seems to be %s; its bytes are taken as they are. If that is not meant, %s",
                     name, kinds[i].what, kinds[i].advice);
        }
    }
    return CLI_DONE;
}

int imgtool_sign_check_key(struct sign_run *run)
{
    const struct twin_key *key = run->spec.key;

    if (run->opts->pad_sig && (key == NULL || key->type->padded_len == 0)) {
        cli_warn("--pad-sig does nothing: only ECDSA signatures vary in length");
    }
    return CLI_DONE;
}
