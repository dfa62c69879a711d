/*
 * cmd_sign_run.c - `imgtool sign`: input, image, checks, output. SPDX-License-Identifier:
 * Apache-2.0
 */
#include "base/file.h"
#include "cmd_sign.h"
#include "commands.h"
#include "signing/fit.h"
#include "signing/lzma.h"
#include "signing/sign_log.h"
#include "twin/base64.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int read_input(struct sign_work *job)
{
    const struct twin_sign_spec *spec = &job->spec;
    size_t room = spec->pad_header ? spec->header_size : 0;

    struct twin_error error;

    return twin_image_file_read(job->call->args[0], room, spec->erased, &job->file, &error) ==
                   TWIN_ERROR_NONE
               ? CLI_DONE
               : cli_fail_error(&error);
}

/* Without --pad-header the linker left room for the header: zeros. */
static int check_header_room(struct sign_work *job)
{
    const struct twin_sign_spec *spec = &job->spec;
    const struct twin_buf *bytes = &job->file.bytes;

    if (bytes->len < spec->header_size) {
        return cli_usage_error(job->call, "%s is shorter than the header; give --pad-header",
                               job->call->args[0]);
    }
    for (size_t i = 0; !spec->pad_header && i < spec->header_size; i++) {
        if (bytes->data[i] != 0) {
            return cli_usage_error(
                job->call, "Header padding was not requested and image does not start with zeros");
        }
    }
    return CLI_DONE;
}

/*
 * Where a .hex output begins: the header goes in front of what the input has. Address 0 stands for
 * "not known" and stays 0, as in the reference tool. Other outputs have no address.
 */
static int set_address(struct sign_work *job)
{
    const char *const *args = (const char *const *)job->call->args;
    struct twin_image_file *file = &job->file;
    uint32_t room = job->spec.pad_header ? job->spec.header_size : 0;

    if (job->opts->hex_addr != CLI_I64_NONE) {
        file->has_addr = true;
        file->addr = (uint32_t)job->opts->hex_addr;
        return CLI_DONE;
    }
    if (!file->has_addr || room == 0 || !twin_image_file_is_hex(args[1])) {
        return CLI_DONE;
    }
    if (file->addr == 0) {
        cli_warn("%s begins at address 0, where there is no room for a header in front: the header "
                 "is at 0 now and the rest at 0x%" PRIx32 ". Give --hex-addr if that is wrong",
                 args[0], room);
    } else if (file->addr < room) {
        return cli_usage_error(job->call,
                               "%s begins at 0x%" PRIx32 ": no room for a header in front; give "
                               "--hex-addr",
                               args[0], file->addr);
    } else {
        file->addr -= room;
    }
    return CLI_DONE;
}

/* TLVs that say how the image was before; their values come from building it that way first. */
static void describe_original(const struct sign_work *job, const struct twin_signed *original,
                              size_t original_len, size_t compressed_len,
                              struct twin_tlv_area *extra)
{
    const struct twin_sign_spec *spec = &job->spec;

    extra->big_endian = spec->big_endian;
    twin_tlv_add_u32(extra, TWIN_TLV_DECOMP_SIZE, (uint32_t)original_len);
    twin_tlv_add(extra, TWIN_TLV_DECOMP_SHA, original->digest, spec->hash->len);
    if (original->sig_len > 0) {
        twin_tlv_add(extra, TWIN_TLV_DECOMP_SIGNATURE, original->sig, original->sig_len);
    }
    if (twin_sign_encrypts(spec)) {
        twin_tlv_add_u32(extra, TWIN_TLV_COMP_DEC_SIZE,
                         (uint32_t)compressed_len + TWIN_LZMA_HEADER_LEN);
    }
}

/* Is it worth it? The payload has to become smaller by more than the TLVs that it then needs. */
static bool saves_space(const struct sign_work *job, const struct twin_signed *original,
                        size_t original_len, size_t compressed_len)
{
    size_t values = 4 + job->spec.hash->len + original->sig_len;

    if (!job->spec.quiet) {
        printf("compressed image size: %zu bytes\n", compressed_len);
        printf("original image size: %zu bytes\n", original_len);
    }
    return compressed_len + values < original_len;
}

static void replace_payload(struct sign_work *job, const struct twin_buf *packed)
{
    struct twin_buf *bytes = &job->file.bytes;
    uint8_t header[TWIN_LZMA_HEADER_LEN];

    twin_lzma_header(header);
    bytes->len = job->spec.header_size;
    twin_buf_add(bytes, header, sizeof(header));
    twin_buf_add_span(bytes, twin_buf_span(packed));
    job->build.flags = TWIN_IMAGE_LZMA2;
    if (job->opts->compression == TWIN_COMPRESSION_LZMA2_THUMB) {
        job->build.flags |= TWIN_IMAGE_THUMB_FILTER;
    }
}

/*
 * Put the compressed payload in place of the other. If that saves nothing it stays, and the image
 * that was built to describe the original is the result, unless it is still to be encrypted.
 */
static int compress_payload(struct sign_work *job)
{
    enum twin_compression kind = (enum twin_compression)job->opts->compression;
    const struct twin_buf *bytes = &job->file.bytes;
    struct twin_span payload = {bytes->data + job->spec.header_size,
                                bytes->len - job->spec.header_size};
    struct twin_signed original = {.plain = true};
    struct twin_buf packed = {0};

    if (kind == TWIN_COMPRESSION_NONE) {
        return CLI_DONE;
    }
    twin_buf_add_span(&original.bytes, twin_buf_span(bytes));
    int rc = twin_sign_image(&job->spec, &original);
    /* The loader has to have room for what comes out of the decompression, too. */
    if (rc == CLI_DONE) {
        rc = twin_sign_check_size(&job->spec, &original);
    }
    if (rc == CLI_DONE && !twin_lzma_pack(kind, payload, &packed)) {
        rc = cli_fail(CLI_REFUSED, "liblzma could not compress %s", job->call->args[0]);
    }
    if (rc == CLI_DONE && saves_space(job, &original, payload.len, packed.len)) {
        describe_original(job, &original, payload.len, packed.len, &job->build.extra);
        replace_payload(job, &packed);
    } else if (rc == CLI_DONE && !twin_sign_encrypts(&job->spec)) {
        job->build = original;
        original = (struct twin_signed){0};
        job->built = true;
    }
    twin_signed_free(&original);
    twin_buf_free(&packed);
    return rc;
}

static int make_image(struct sign_work *job)
{
    if (job->built) {
        return CLI_DONE;
    }
    twin_buf_move(&job->build.bytes, &job->file.bytes);
    return twin_sign_image(&job->spec, &job->build);
}

static int check_size(struct sign_work *job)
{
    return twin_sign_check_size(&job->spec, &job->build);
}

static struct twin_fit_slots slot_pair(const struct sign_work *job)
{
    const struct sign_opts *opts = job->opts;

    return (struct twin_fit_slots){
        .primary = opts->primary_size != 0 ? opts->primary_size : opts->slot_size,
        .secondary = opts->secondary_size != 0 ? opts->secondary_size : opts->slot_size,
        .sector = opts->sector_size,
    };
}

/* Would the loader take it that --swap describes? */
static int check_swap(struct sign_work *job)
{
    const struct twin_signed *build = &job->build;
    enum twin_fit_mode mode = (enum twin_fit_mode)job->opts->swap;
    struct twin_fit_slots slots = slot_pair(job);
    const char *fault = twin_fit_check_slots(&job->spec, mode, slots);

    if (fault != NULL) {
        return cli_usage_error(
            job->call,
            "--swap %s, slots of 0x%" PRIx32 " and 0x%" PRIx32 " bytes, sectors of %" PRIu32 ": %s",
            twin_fit_mode_names[mode], slots.primary, slots.secondary, slots.sector, fault);
    }
    uint64_t max = twin_fit_image_max(&job->spec, mode, slots, build->enc_tlv_len);
    if (build->bytes.len <= max) {
        return CLI_DONE;
    }
    return cli_fail(CLI_USAGE,
                    "the image has %zu bytes; slots of %" PRIu32 " and %" PRIu32
                    " bytes with sectors of %" PRIu32 " hold at most %" PRIu64 " under --swap %s",
                    build->bytes.len, slots.primary, slots.secondary, slots.sector, max,
                    twin_fit_mode_names[mode]);
}

/* With --swap a no is final, without it there is only a hint. */
static int check_fit(struct sign_work *job)
{
    const struct twin_sign_spec *spec = &job->spec;
    enum twin_fit_mode mode = spec->overwrite_only ? TWIN_FIT_OVERWRITE : TWIN_FIT_OFFSET;

    if (job->opts->swap != CLI_CHOICE_NONE) {
        return check_swap(job);
    }
    uint64_t max = twin_fit_image_max(spec, mode, slot_pair(job), job->build.enc_tlv_len);
    if (spec->slot_size != 0 && job->build.bytes.len > max) {
        cli_warn("the image has %zu bytes; a loader in mode %s with sectors of %" PRIu32
                 " takes at most %" PRIu64
                 ". Give --swap and --sector-size to check for your device",
                 job->build.bytes.len, twin_fit_mode_names[mode], job->opts->sector_size, max);
    }
    return CLI_DONE;
}

/* Would a loader that forbids downgrades install it over the one that is there? */
static int check_downgrade(struct sign_work *job)
{
    const struct sign_opts *opts = job->opts;
    enum twin_downgrade_rule rule = opts->no_downgrade == CLI_CHOICE_NONE
                                        ? TWIN_DOWNGRADE_VERSION
                                        : (enum twin_downgrade_rule)opts->no_downgrade;
    struct twin_error error;

    if (opts->replaces == NULL) {
        return CLI_DONE;
    }
    int rc = imgtool_check_replaces(twin_buf_span(&job->build.bytes), opts->replaces, rule, &error);
    return rc == CLI_DONE && error.code != TWIN_ERROR_NONE
               ? cli_fail(CLI_REFUSED, "the image would be a downgrade: %s", error.why)
               : rc;
}

static int record(struct sign_work *job)
{
    struct twin_sign_log_event event = {.spec = &job->spec,
                                        .build = &job->build,
                                        .input = job->call->args[0],
                                        .output = job->call->args[1]};

    return job->opts->audit != NULL ? twin_sign_log_append(job->opts->audit, &event) : CLI_DONE;
}

static int write_signature(struct sign_work *job)
{
    char text[TWIN_BASE64_LEN(TWIN_SIG_LEN_MAX)];

    if (job->opts->sig_out == NULL) {
        return CLI_DONE;
    }
    size_t len = twin_base64_encode(job->build.sig, job->build.sig_len, text);
    int err = twin_file_write(job->opts->sig_out, text, len, TWIN_FILE_REPLACE);
    if (err != 0) {
        return cli_fail(CLI_REFUSED, "cannot write %s: %s", job->opts->sig_out, strerror(err));
    }
    return CLI_DONE;
}

/* What somebody else is to sign. Never padded: the signature would cover the padding. */
static int make_vector(struct sign_work *job)
{
    struct twin_signed *build = &job->build;
    bool digest = job->opts->vector_to_sign == VECTOR_DIGEST;

    twin_buf_move(&build->bytes, &job->file.bytes);
    int rc = twin_sign_hashed(&job->spec, build);
    if (rc != CLI_DONE) {
        return rc;
    }
    if (!job->spec.quiet) {
        printf("image.py: export %s\n", digest ? "digest" : "payload");
    }
    if (digest) {
        build->bytes.len = 0;
        twin_buf_add(&build->bytes, build->digest, job->spec.hash->len);
    }
    job->spec.pad = false;
    return CLI_DONE;
}

static int write_output(struct sign_work *job)
{
    struct twin_error error;

    twin_buf_move(&job->file.bytes, &job->build.bytes);
    if (twin_image_file_is_hex(job->call->args[1]) && !job->file.has_addr) {
        return cli_fail(CLI_USAGE, "No address exists in input file neither was it provided by "
                                   "user; give --hex-addr");
    }
    return twin_image_file_write(job->call->args[1], &job->spec, &job->file, &error) ==
                   TWIN_ERROR_NONE
               ? CLI_DONE
               : cli_fail_error(&error);
}

static const sign_step input_steps[] = {read_input, check_header_room, imgtool_sign_check_input,
                                        set_address, NULL};
static const sign_step vector_steps[] = {make_vector, write_output, NULL};
static const sign_step image_steps[] = {compress_payload, make_image,      check_size,
                                        check_fit,        check_downgrade, record,
                                        write_output,     write_signature, NULL};

static int run_steps(struct sign_work *job, const sign_step *steps)
{
    int rc = CLI_DONE;

    while (*steps != NULL && rc == CLI_DONE) {
        rc = (*steps++)(job);
    }
    return rc;
}

int imgtool_sign_run(const struct cli_call *call)
{
    struct sign_work job = {.call = call, .opts = call->opts};
    bool vector = job.opts->vector_to_sign != CLI_CHOICE_NONE;
    /* The input before the keys: nobody types a passphrase for a file that is not there. */
    const sign_step *const parts[] = {imgtool_sign_option_steps, input_steps,
                                      imgtool_sign_key_steps, vector ? vector_steps : image_steps};
    int rc = CLI_DONE;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == CLI_DONE; i++) {
        rc = run_steps(&job, parts[i]);
    }
    twin_key_free(&job.key);
    twin_key_free(&job.enc_key);
    twin_sign_spec_free(&job.spec);
    twin_signed_free(&job.build);
    twin_buf_free(&job.file.bytes);
    return rc;
}
