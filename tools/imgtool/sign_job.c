/*
 * sign_job.c - what `imgtool sign` does: options to spec, input, image, checks, output.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "audit.h"
#include "compress.h"
#include "create.h"
#include "encrypt.h"
#include "imagefile.h"
#include "sidefile.h"
#include "sign_opts.h"
#include "trailer.h"
#include "twin/base64.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ALIGN(index) (1u << (index))

/* Everything of one run, so that one place can release it. */
struct job {
    const struct cli_call *call;
    const struct sign_opts *opts;
    struct image_spec spec;
    struct key key, enc_key;
    struct image_file file;
    struct build build;
    bool built; /* build holds the finished image */
};

#define RUN(step)                                                                                  \
    do {                                                                                           \
        int rc_ = (step);                                                                          \
        if (rc_ != CLI_DONE) {                                                                     \
            return rc_;                                                                            \
        }                                                                                          \
    } while (0)

static int load_signing_key(struct job *job)
{
    const struct sign_opts *opts = job->opts;
    const char *name = opts->key != NULL ? opts->key : opts->fix_sig_pubkey;

    if (opts->key != NULL && opts->fix_sig != NULL) {
        return cli_usage_error(
            job->call, "Can not sign using key and provide fixed-signature at the same time");
    }
    if (opts->fix_sig != NULL && opts->fix_sig_pubkey == NULL) {
        return cli_usage_error(job->call, "public key of the fixed signature is not specified");
    }
    if (name == NULL) {
        return CLI_DONE;
    }
    RUN(key_load(&job->key, name));
    job->spec.key = &job->key;
    if (job->key.type->scheme == SCHEME_NONE) {
        return cli_usage_error(job->call, "%s: a key of type %s cannot sign", name,
                               job->key.type->name);
    }
    if (opts->key != NULL && !job->key.is_private) {
        return cli_usage_error(job->call, "Cannot sign with a public-only PEM; signing requires "
                                          "the private key.");
    }
    return CLI_DONE;
}

static int load_fixed_signature(struct job *job)
{
    if (job->opts->fix_sig == NULL) {
        return CLI_DONE;
    }
    job->spec.fixed = true;
    return signature_load(job->opts->fix_sig, &job->spec.fixed_sig);
}

static int load_kek(struct job *job)
{
    RUN(kek_load(job->opts->encrypt_kek, &job->spec.kek));
    if (job->spec.kek.len != job->spec.aes_len) {
        return cli_usage_error(job->call,
                               "%s has %zu bytes: a key encryption key has to be as long as the "
                               "image key (--encrypt-keylen)",
                               job->opts->encrypt_kek, job->spec.kek.len);
    }
    return CLI_DONE;
}

static int load_encryption(struct job *job)
{
    static const enum hash_id hashes[] = {HASH_SHA256, HASH_SHA256, HASH_SHA512};
    const struct sign_opts *opts = job->opts;

    job->spec.hmac_hash = &hash_algs[hashes[opts->hmac_sha]];
    job->spec.aes_len = opts->encrypt_keylen == 0 ? 16 : 32;
    job->spec.clear = opts->clear;
    if (opts->encrypt != NULL && opts->encrypt_kek != NULL) {
        return cli_usage_error(job->call, "--encrypt and --encrypt-kek exclude each other");
    }
    if (opts->encrypt != NULL) {
        RUN(key_load(&job->enc_key, opts->encrypt));
        job->spec.enc_key = &job->enc_key;
    } else if (opts->encrypt_kek != NULL) {
        RUN(load_kek(job));
    } else {
        return CLI_DONE;
    }
    if (opts->clear) {
        cli_warn("--clear leaves the payload readable while the header says encrypted: program "
                 "this image into the primary slot only, never send it as an update");
    }
    return encrypt_check_key(&job->spec);
}

static int choose_hash(struct job *job)
{
    const struct sign_opts *opts = job->opts;
    const struct key_type *type = job->spec.key != NULL ? job->spec.key->type : NULL;
    enum hash_id wanted = opts->sha == 0 ? HASH_SHA256 : (enum hash_id)(opts->sha - 1);

    job->spec.pure = opts->pure;
    if (opts->pure && opts->sha != 0) {
        return cli_usage_error(job->call, "A pure signature brings its own hash: leave out --sha");
    }
    if (type == NULL) {
        job->spec.hash = &hash_algs[wanted];
        return CLI_DONE;
    }
    if (opts->pure && type->scheme != SCHEME_EDDSA) {
        return cli_usage_error(job->call, "--pure needs an Ed25519 key; %s is %s",
                               job->spec.key->name, type->name);
    }
    uint8_t allowed = job->opts->key != NULL ? type->hashes : type->hashes_fixed;
    if (opts->sha != 0 && (allowed >> wanted & 1) == 0) {
        return cli_usage_error(job->call, "A key of type %s can not be used with --sha %s",
                               type->name, hash_algs[wanted].bits);
    }
    if (opts->pure) {
        wanted = HASH_SHA512;
    } else if (opts->sha == 0) {
        wanted = type->hash;
    }
    job->spec.hash = &hash_algs[wanted];
    return CLI_DONE;
}

static int set_slot(struct job *job)
{
    const struct sign_opts *opts = job->opts;
    struct image_spec *spec = &job->spec;

    spec->slot_size = opts->slot_size;
    spec->align = ALIGN(opts->align);
    spec->max_align = opts->max_align != CLI_CHOICE_NONE ? 8 * ALIGN(opts->max_align)
                      : spec->align > 8                  ? spec->align
                                                         : 8;
    spec->max_sectors = opts->max_sectors;
    spec->erased = opts->erased_val == 0 ? 0x00 : 0xff;
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

static int set_tlvs(struct job *job)
{
    const struct sign_opts *opts = job->opts;
    struct image_spec *spec = &job->spec;

    if (opts->security_counter != NULL) {
        RUN(spec_set_security_counter(spec, opts->security_counter));
    }
    if (opts->boot_record != NULL) {
        RUN(spec_set_sw_type(spec, opts->boot_record));
    }
    if (opts->dependencies != NULL) {
        RUN(spec_set_dependencies(spec, opts->dependencies));
    }
    RUN(spec_set_uuids(spec, opts->vid, opts->cid));
    for (size_t i = 0; i < opts->custom_tlv.count; i += 2) {
        RUN(spec_add_custom(spec, opts->custom_tlv.items[i], opts->custom_tlv.items[i + 1]));
    }
    for (size_t i = 0; i < opts->custom_tlv_file.count; i += 2) {
        RUN(spec_add_custom_file(spec, opts->custom_tlv_file.items[i],
                                 opts->custom_tlv_file.items[i + 1]));
    }
    return CLI_DONE;
}

static int set_header(struct job *job)
{
    const struct sign_opts *opts = job->opts;
    struct image_spec *spec = &job->spec;

    spec->header_size = (uint16_t)opts->header_size;
    spec->pad_header = opts->pad_header;
    spec->big_endian = opts->endian == 1;
    spec->load_addr = opts->load_addr;
    spec->rom_fixed = opts->rom_fixed;
    spec->non_bootable = opts->non_bootable;
    spec->full_key = opts->public_key_format == 1;
    spec->pad_sig = opts->pad_sig;
    if (spec->load_addr != 0 && spec->rom_fixed != 0) {
        return cli_usage_error(job->call, "Can not set rom_fixed and load_addr at the same time");
    }
    return spec_set_version(opts->version, &spec->version);
}

static int read_input(struct job *job)
{
    const struct image_spec *spec = &job->spec;
    const char *path = job->call->args[0];
    size_t room = spec->pad_header ? spec->header_size : 0;
    struct buf *bytes = &job->file.bytes;

    RUN(image_file_read(path, room, spec->erased, CLI_USAGE, &job->file));
    if (bytes->len < spec->header_size) {
        return cli_usage_error(job->call, "%s is shorter than the header; give --pad-header", path);
    }
    for (size_t i = 0; !spec->pad_header && i < spec->header_size; i++) {
        if (bytes->data[i] != 0) {
            return cli_usage_error(
                job->call, "Header padding was not requested and image does not start with zeros");
        }
    }
    /* Address 0 stands for "not known", as in the reference tool. */
    if (job->file.has_addr && job->file.addr != 0 && room > 0) {
        if (job->file.addr < room) {
            return cli_usage_error(job->call, "%s begins at 0x%" PRIx32 ": no room for a header",
                                   path, job->file.addr);
        }
        job->file.addr -= (uint32_t)room;
    }
    if (job->opts->hex_addr != CLI_I64_NONE) {
        job->file.has_addr = true;
        job->file.addr = (uint32_t)job->opts->hex_addr;
    }
    return CLI_DONE;
}

/* TLVs that say how the image was before; their values come from building it that way first. */
static void describe_original(const struct job *job, const struct build *original,
                              size_t original_len, size_t compressed_len, struct tlv_area *extra)
{
    const struct image_spec *spec = &job->spec;

    extra->big_endian = spec->big_endian;
    tlv_add_u32(extra, TLV_DECOMP_SIZE, (uint32_t)original_len);
    tlv_add(extra, TLV_DECOMP_SHA, original->digest, spec->hash->len);
    if (original->sig_len > 0) {
        tlv_add(extra, TLV_DECOMP_SIGNATURE, original->sig, original->sig_len);
    }
    if (spec_encrypts(spec)) {
        tlv_add_u32(extra, TLV_COMP_DEC_SIZE, (uint32_t)compressed_len + COMPRESS_HEADER_LEN);
    }
}

/* Is it worth it? The payload has to become smaller by more than the TLVs that it then needs. */
static bool saves_space(const struct job *job, const struct build *original, size_t original_len,
                        size_t compressed_len)
{
    size_t values = 4 + job->spec.hash->len + original->sig_len;

    printf("compressed image size: %zu bytes\n", compressed_len);
    printf("original image size: %zu bytes\n", original_len);
    return compressed_len + values < original_len;
}

static void replace_payload(struct job *job, const struct buf *packed)
{
    struct buf *bytes = &job->file.bytes;
    uint8_t header[COMPRESS_HEADER_LEN];

    compress_header(header);
    bytes->len = job->spec.header_size;
    buf_add(bytes, header, sizeof(header));
    buf_add_span(bytes, buf_span(packed));
    job->build.flags = TWIN_IMAGE_LZMA2;
    if (job->opts->compression == COMPRESSION_LZMA2_THUMB) {
        job->build.flags |= TWIN_IMAGE_THUMB_FILTER;
    }
}

/*
 * Put the compressed payload in place of the other. If that saves nothing it stays, and the image
 * that was built to describe the original is the result, unless it is still to be encrypted.
 */
static int compress_payload(struct job *job)
{
    enum compression kind = (enum compression)job->opts->compression;
    const struct buf *bytes = &job->file.bytes;
    struct twin_span payload = {bytes->data + job->spec.header_size,
                                bytes->len - job->spec.header_size};
    struct build original = {.plain = true};
    struct buf packed = {0};

    buf_add_span(&original.bytes, buf_span(bytes));
    int rc = build_image(&job->spec, &original);
    /* The loader has to have room for what comes out of the decompression, too. */
    if (rc == CLI_DONE) {
        rc = build_check_size(&job->spec, &original);
    }
    if (rc == CLI_DONE && !compress(kind, payload, &packed)) {
        rc = cli_fail(CLI_REFUSED, "liblzma could not compress %s", job->call->args[0]);
    }
    if (rc == CLI_DONE && saves_space(job, &original, payload.len, packed.len)) {
        describe_original(job, &original, payload.len, packed.len, &job->build.extra);
        replace_payload(job, &packed);
    } else if (rc == CLI_DONE && !spec_encrypts(&job->spec)) {
        job->build = original;
        original = (struct build){0};
        job->built = true;
    }
    build_free(&original);
    buf_free(&packed);
    return rc;
}

/* Would a loader in this mode take it? With --swap a no is final, without it is a hint. */
static int check_swap(const struct job *job)
{
    const struct image_spec *spec = &job->spec;
    const struct build *build = &job->build;
    bool asked = job->opts->swap != CLI_CHOICE_NONE;
    enum swap_mode mode = asked                  ? (enum swap_mode)job->opts->swap
                          : spec->overwrite_only ? SWAP_OVERWRITE
                                                 : SWAP_OFFSET;

    if (spec->slot_size == 0) {
        return asked ? cli_usage_error(job->call, "--swap needs the size of the slot") : CLI_DONE;
    }
    uint64_t max = trailer_image_max(spec, mode, job->opts->sector_size, build->enc_tlv_len);
    if (build->bytes.len <= max) {
        return CLI_DONE;
    }
    if (asked) {
        return cli_fail(CLI_USAGE,
                        "the image has %zu bytes; a slot of %" PRIu32 " bytes with sectors of "
                        "%" PRIu32 " holds at most %" PRIu64 " under --swap %s",
                        build->bytes.len, spec->slot_size, job->opts->sector_size, max,
                        swap_mode_names[mode]);
    }
    cli_warn("the image has %zu bytes; a loader in mode %s with sectors of %" PRIu32 " takes at "
             "most %" PRIu64 ". Give --swap and --sector-size to check for your device",
             build->bytes.len, swap_mode_names[mode], job->opts->sector_size, max);
    return CLI_DONE;
}

static int write_signature(const struct job *job)
{
    char text[TWIN_BASE64_LEN(SIG_LEN_MAX)];

    if (job->opts->sig_out == NULL) {
        return CLI_DONE;
    }
    size_t len = twin_base64_encode(job->build.sig, job->build.sig_len, text);
    int err = cli_file_write(job->opts->sig_out, text, len, CLI_FILE_REPLACE);
    if (err != 0) {
        return cli_fail(CLI_REFUSED, "cannot write %s: %s", job->opts->sig_out, strerror(err));
    }
    return CLI_DONE;
}

/* What somebody else is to sign. Never padded: the signature would cover the padding. */
static int write_vector(struct job *job)
{
    struct build *build = &job->build;
    bool digest = job->opts->vector_to_sign == VECTOR_DIGEST;

    buf_move(&build->bytes, &job->file.bytes);
    RUN(build_hashed(&job->spec, build));
    printf("image.py: export %s\n", digest ? "digest" : "payload");
    if (digest) {
        build->bytes.len = 0;
        buf_add(&build->bytes, build->digest, job->spec.hash->len);
    }
    job->spec.pad = false;
    buf_move(&job->file.bytes, &build->bytes);
    return image_file_write(job->call->args[1], &job->spec, &job->file);
}

static int record(const struct job *job)
{
    struct audit_event event = {.spec = &job->spec,
                                .build = &job->build,
                                .input = job->call->args[0],
                                .output = job->call->args[1]};

    return job->opts->audit != NULL ? audit_append(job->opts->audit, &event) : CLI_DONE;
}

static int write_image(struct job *job)
{
    struct build *build = &job->build;

    if (!job->built) {
        buf_move(&build->bytes, &job->file.bytes);
        RUN(build_image(&job->spec, build));
    }
    RUN(build_check_size(&job->spec, build));
    RUN(check_swap(job));
    RUN(record(job));
    buf_move(&job->file.bytes, &build->bytes);
    RUN(image_file_write(job->call->args[1], &job->spec, &job->file));
    return write_signature(job);
}

/* Combinations that cannot give a working image. */
static int check_combination(const struct job *job)
{
    const struct sign_opts *opts = job->opts;
    bool elsewhere = opts->fix_sig != NULL || opts->vector_to_sign != CLI_CHOICE_NONE;

    if (opts->compression != COMPRESSION_NONE && elsewhere) {
        return cli_usage_error(job->call, "A compressed image carries two signatures, so it cannot "
                                          "be signed elsewhere; leave out --compression");
    }
    if (opts->sig_out != NULL && opts->key == NULL && opts->fix_sig == NULL) {
        return cli_fail(CLI_REFUSED, "--sig-out: an image without a key has no signature");
    }
    return CLI_DONE;
}

static int do_job(struct job *job)
{
    RUN(check_combination(job));
    RUN(set_header(job));
    RUN(set_slot(job));
    RUN(set_tlvs(job));
    RUN(read_input(job));
    RUN(load_signing_key(job));
    RUN(load_fixed_signature(job));
    RUN(load_encryption(job));
    RUN(choose_hash(job));
    if (job->opts->compression != COMPRESSION_NONE) {
        RUN(compress_payload(job));
    }
    return job->opts->vector_to_sign != CLI_CHOICE_NONE ? write_vector(job) : write_image(job);
}

int sign_run(const struct cli_call *call)
{
    struct job job = {.call = call, .opts = call->opts};
    int rc = do_job(&job);

    key_free(&job.key);
    key_free(&job.enc_key);
    spec_free(&job.spec);
    build_free(&job.build);
    buf_free(&job.file.bytes);
    return rc;
}
