/*
 * cmd_sign.h - `imgtool sign`: the table of its options is cmd_sign.c, what cannot be meant
 * cmd_sign_check.c; from there to the spec cmd_sign_spec.c and, for the texts of single options,
 * cmd_sign_text.c and cmd_sign_uuid.c; the order of the work cmd_sign_run.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "cli/cli.h"
#include "signing/fit.h"
#include "signing/image_file.h"
#include "signing/sign.h"

/* Values of --vector-to-sign. */
enum { VECTOR_PAYLOAD, VECTOR_DIGEST };

struct sign_opts {
    /* Image. */
    const char *version, *security_counter, *dependencies, *boot_record, *vid, *cid;
    struct cli_list custom_tlv, custom_tlv_file;
    const char *header_size;
    int64_t load_addr, rom_fixed;
    bool pad_header, included_header, non_bootable;
    int endian, pad_value;

    /* Slot. */
    uint32_t slot_size, primary_size, secondary_size, max_sectors, sector_size;
    const char *replaces;
    int align, max_align, erased_val, swap, no_downgrade;
    bool quiet, pad, confirm, test, overwrite_only, save_enctlv;
    int64_t hex_addr;

    /* Signature. */
    const char *key, *fix_sig, *fix_sig_pubkey, *sig_out, *audit;
    int public_key_format, sha, vector_to_sign;
    bool pure, pad_sig;

    /* Encryption and compression. */
    const char *encrypt, *encrypt_kek;
    int encrypt_keylen, hmac_sha, compression;
    bool clear;
};

/* Everything of one run; zero it but for the first two. */
struct sign_run {
    const struct cli_call *call; /* args[0] is the input, args[1] the output */
    const struct sign_opts *opts;
    struct twin_sign_spec spec;
    bool pad_header; /* the input has no room for the header */

    /* What the spec points to. */
    struct twin_key key, enc_key;
    struct twin_buf fixed_sig, kek;
    struct twin_sign_dependency *dependencies;
    struct twin_sign_tlv *custom;
    struct twin_buf *values; /* of the custom TLVs, one for each */

    struct twin_image_file file; /* the input, then the output */
    struct twin_signed image;
};

void imgtool_sign_free(struct sign_run *run);

/* One step of a run. Returns CLI_DONE, or an exit code after the message. */
typedef int (*sign_step)(struct sign_run *run);

/* From options to the spec: first what needs no key, then the rest. Both end with NULL. */
extern const sign_step imgtool_sign_option_steps[];
extern const sign_step imgtool_sign_key_steps[];

/* The command. */
int imgtool_sign_run(const struct cli_call *call);

/*
 * From the text of one option to the spec. Each returns CLI_DONE, or an exit code after the
 * message.
 */
int imgtool_sign_parse_version(const char *text, struct twin_version *version);
int imgtool_sign_set_counter(struct twin_sign_spec *spec, const char *text);
int imgtool_sign_set_sw_type(struct twin_sign_spec *spec, const char *text);
int imgtool_sign_set_uuids(struct twin_sign_spec *spec, const char *vid, const char *cid);
int imgtool_sign_set_dependencies(struct sign_run *run, const char *text);
int imgtool_sign_set_custom(struct sign_run *run, const struct cli_list *texts,
                            const struct cli_list *files);

/*
 * What cannot be meant. Each returns CLI_DONE, or an exit code after the message; what only does
 * nothing is a warning.
 *
 * options  that contradict each other
 * files    outputs that would replace a key, or another output
 * input    files that are not what they are taken for
 * key      with the keys at hand
 */
int imgtool_sign_check_options(struct sign_run *run);
int imgtool_sign_check_files(struct sign_run *run);
int imgtool_sign_check_input(struct sign_run *run);
int imgtool_sign_check_key(struct sign_run *run);
