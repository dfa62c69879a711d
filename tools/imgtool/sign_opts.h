/*
 * sign_opts.h - the options of `imgtool sign`: the table is cmd_sign.c, the work sign_job.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "cli.h"

struct sign_opts {
    /* Image. */
    const char *version, *security_counter, *dependencies, *boot_record, *vid, *cid;
    struct cli_list custom_tlv, custom_tlv_file;
    uint32_t header_size, load_addr, rom_fixed;
    bool pad_header, non_bootable;
    int endian;

    /* Slot. */
    uint32_t slot_size, max_sectors, sector_size;
    int align, max_align, erased_val, swap;
    bool pad, confirm, test, overwrite_only, save_enctlv;
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

/* Make the image. args[0] is the input, args[1] the output. Returns the exit code. */
int sign_run(const struct cli_call *call);
