/*
 * sign.h - `imgtool sign`: the table of its options is cmd_sign.c, from there to the spec
 * sign_spec.c, the image sign_job.c. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "cli/cli.h"
#include "signing/create.h"
#include "signing/imagefile.h"
#include "signing/trailer.h"

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

/* Everything of one run. */
struct sign_job {
    const struct cli_call *call; /* args[0] is the input, args[1] the output */
    const struct sign_opts *opts;
    struct image_spec spec;
    struct twin_key key, enc_key; /* what spec points to */
    struct image_file file;       /* the input, then the output */
    struct build build;
    bool built; /* build holds the finished image already */
};

/* One step of the work. Returns CLI_DONE, or an exit code after the message. */
typedef int (*sign_step)(struct sign_job *job);

/* From options to job->spec: first what needs no key, then the rest. Both end with NULL. */
extern const sign_step sign_option_steps[];
extern const sign_step sign_key_steps[];

/* The command. */
int sign_run(const struct cli_call *call);
