/*
 * cmd_sign_run.c - `imgtool sign`: input, image, checks, output.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "cmd_sign.h"
#include "commands.h"
#include "signing/sign_log.h"
#include "twin/base64.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int read_input(struct sign_run *run)
{
    const struct twin_sign_spec *spec = &run->spec;
    size_t room = run->pad_header ? spec->header_size : 0;
    struct twin_error error;

    return twin_image_file_read(run->call->args[0], room, spec->erased, &run->file, &error) ==
                   TWIN_ERROR_NONE
               ? CLI_DONE
               : cli_fail_error(&error);
}

/* Without --pad-header the linker left room for the header: zeros. */
static int check_header_room(struct sign_run *run)
{
    const struct twin_sign_spec *spec = &run->spec;
    const struct twin_buf *bytes = &run->file.bytes;

    if (bytes->len < spec->header_size) {
        return cli_usage_error(run->call, "%s is shorter than the header; give --pad-header",
                               run->call->args[0]);
    }
    for (size_t i = 0; !run->pad_header && i < spec->header_size; i++) {
        if (bytes->data[i] != 0) {
            return cli_usage_error(
                run->call, "Header padding was not requested and image does not start with zeros");
        }
    }
    return CLI_DONE;
}

/*
 * Where a .hex output begins: the header goes in front of what the input has. Address 0 stands for
 * "not known" and stays 0, as in the reference tool. Other outputs have no address.
 */
static int set_address(struct sign_run *run)
{
    const char *const *args = (const char *const *)run->call->args;
    struct twin_image_file *file = &run->file;
    uint32_t room = run->pad_header ? run->spec.header_size : 0;

    if (run->opts->hex_addr != CLI_I64_NONE) {
        file->has_addr = true;
        file->addr = (uint32_t)run->opts->hex_addr;
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
        return cli_usage_error(run->call,
                               "%s begins at 0x%" PRIx32 ": no room for a header in front; give "
                               "--hex-addr",
                               args[0], file->addr);
    } else {
        file->addr -= room;
    }
    return CLI_DONE;
}

/* The words of the reference tool, which scripts may look for. */
static void say_signing(const struct sign_run *run)
{
    bool is_eddsa = run->spec.key != NULL && run->spec.key->type->scheme == TWIN_SCHEME_EDDSA;

    if (run->spec.key != NULL && !run->spec.fixed && !run->opts->quiet) {
        printf("image.py: sign the %s\n", is_eddsa ? "digest" : "payload");
    }
}

static int make_image(struct sign_run *run)
{
    size_t original_len = run->file.bytes.len - run->spec.header_size;
    struct twin_error error;

    say_signing(run);
    if (twin_sign_image(&run->spec, &run->file.bytes, &run->image, &error) != TWIN_ERROR_NONE) {
        return cli_fail_error(&error);
    }
    if (run->image.packed_len != 0 && !run->opts->quiet) {
        printf("compressed image size: %zu bytes\n", run->image.packed_len);
        printf("original image size: %zu bytes\n", original_len);
    }
    if (run->image.signatures > 1) {
        say_signing(run);
    }
    return CLI_DONE;
}

static struct twin_fit_slots slot_pair(const struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;

    return (struct twin_fit_slots){
        .primary = opts->primary_size != 0 ? opts->primary_size : opts->slot_size,
        .secondary = opts->secondary_size != 0 ? opts->secondary_size : opts->slot_size,
        .sector = opts->sector_size,
    };
}

/* Would the loader take it that --swap describes? */
static int check_swap(struct sign_run *run)
{
    enum twin_fit_mode mode = (enum twin_fit_mode)run->opts->swap;
    struct twin_fit_slots slots = slot_pair(run);
    size_t len = run->image.bytes.len;
    struct twin_error error;

    if (twin_fit_check_slots(&run->spec, mode, slots, &error) != TWIN_ERROR_NONE) {
        return cli_usage_error(
            run->call,
            "--swap %s, slots of 0x%" PRIx32 " and 0x%" PRIx32 " bytes, sectors of %" PRIu32
            ": %s%s",
            twin_fit_mode_names[mode], slots.primary, slots.secondary, slots.sector, error.why,
            error.hint[0] != '\0' ? "; set --max-sectors to the loader's number" : "");
    }
    uint64_t max = twin_fit_image_max(&run->spec, mode, slots, run->image.enc_tlv_len);
    if (len <= max) {
        return CLI_DONE;
    }
    return cli_fail(CLI_USAGE,
                    "the image has %zu bytes; slots of %" PRIu32 " and %" PRIu32
                    " bytes with sectors of %" PRIu32 " hold at most %" PRIu64 " under --swap %s",
                    len, slots.primary, slots.secondary, slots.sector, max,
                    twin_fit_mode_names[mode]);
}

/* With --swap a no is final, without it there is only a hint. */
static int check_fit(struct sign_run *run)
{
    const struct twin_sign_spec *spec = &run->spec;
    enum twin_fit_mode mode = spec->overwrite_only ? TWIN_FIT_OVERWRITE : TWIN_FIT_OFFSET;

    if (run->opts->swap != CLI_CHOICE_NONE) {
        return check_swap(run);
    }
    uint64_t max = twin_fit_image_max(spec, mode, slot_pair(run), run->image.enc_tlv_len);
    if (spec->slot_size != 0 && run->image.bytes.len > max) {
        cli_warn("the image has %zu bytes; a loader in mode %s with sectors of %" PRIu32
                 " takes at most %" PRIu64
                 ". Give --swap and --sector-size to check for your device",
                 run->image.bytes.len, twin_fit_mode_names[mode], run->opts->sector_size, max);
    }
    return CLI_DONE;
}

/* Would a loader that forbids downgrades install it over the one that is there? */
static int check_downgrade(struct sign_run *run)
{
    const struct sign_opts *opts = run->opts;
    enum twin_downgrade_rule rule = opts->no_downgrade == CLI_CHOICE_NONE
                                        ? TWIN_DOWNGRADE_VERSION
                                        : (enum twin_downgrade_rule)opts->no_downgrade;
    struct twin_error error;

    if (opts->replaces == NULL) {
        return CLI_DONE;
    }
    int rc = imgtool_check_replaces(twin_buf_span(&run->image.bytes), opts->replaces, rule, &error);
    return rc == CLI_DONE && error.code != TWIN_ERROR_NONE
               ? cli_fail(CLI_REFUSED, "the image would be a downgrade: %s", error.why)
               : rc;
}

static int record(struct sign_run *run)
{
    const struct twin_sign_log_event event = {.spec = &run->spec,
                                              .image = &run->image,
                                              .input = run->call->args[0],
                                              .output = run->call->args[1]};
    struct twin_error error;

    if (run->opts->audit == NULL ||
        twin_sign_log_append(run->opts->audit, &event, &error) == TWIN_ERROR_NONE) {
        return CLI_DONE;
    }
    return cli_fail(CLI_REFUSED, "--audit %s; %s", error.why,
                    error.hint[0] != '\0' ? error.hint : "no image was written");
}

static int write_signature(struct sign_run *run)
{
    char text[TWIN_BASE64_LEN(TWIN_SIG_LEN_MAX)];

    if (run->opts->sig_out == NULL) {
        return CLI_DONE;
    }
    size_t len = twin_base64_encode(run->image.sig, run->image.sig_len, text);
    int err = twin_file_write(run->opts->sig_out, text, len, TWIN_FILE_REPLACE);
    if (err != 0) {
        return cli_fail(CLI_REFUSED, "cannot write %s: %s", run->opts->sig_out, strerror(err));
    }
    return CLI_DONE;
}

/* What somebody else is to sign. Never padded: the signature would cover the padding. */
static int make_vector(struct sign_run *run)
{
    bool digest = run->opts->vector_to_sign == VECTOR_DIGEST;
    struct twin_signed *image = &run->image;
    struct twin_error error;

    if (twin_sign_vector(&run->spec, &run->file.bytes, image, &error) != TWIN_ERROR_NONE) {
        return cli_fail_error(&error);
    }
    if (!run->opts->quiet) {
        printf("image.py: export %s\n", digest ? "digest" : "payload");
    }
    if (digest) {
        image->bytes.len = 0;
        twin_buf_add(&image->bytes, image->digest, twin_sign_hash(&run->spec)->len);
    }
    run->spec.pad = false;
    return CLI_DONE;
}

static int write_output(struct sign_run *run)
{
    struct twin_error error;

    twin_buf_move(&run->file.bytes, &run->image.bytes);
    if (twin_image_file_is_hex(run->call->args[1]) && !run->file.has_addr) {
        return cli_fail(CLI_USAGE, "No address exists in input file neither was it provided by "
                                   "user; give --hex-addr");
    }
    return twin_image_file_write(run->call->args[1], &run->spec, &run->file, &error) ==
                   TWIN_ERROR_NONE
               ? CLI_DONE
               : cli_fail_error(&error);
}

static const sign_step input_steps[] = {read_input, check_header_room, imgtool_sign_check_input,
                                        set_address, NULL};
static const sign_step vector_steps[] = {make_vector, write_output, NULL};
static const sign_step image_steps[] = {
    make_image, check_fit, check_downgrade, record, write_output, write_signature, NULL};

static int run_steps(struct sign_run *run, const sign_step *steps)
{
    int rc = CLI_DONE;

    while (*steps != NULL && rc == CLI_DONE) {
        rc = (*steps++)(run);
    }
    return rc;
}

int imgtool_sign_run(const struct cli_call *call)
{
    struct sign_run run = {.call = call, .opts = call->opts, .spec = twin_sign_defaults()};
    bool vector = run.opts->vector_to_sign != CLI_CHOICE_NONE;
    /* The input before the keys: nobody types a passphrase for a file that is not there. */
    const sign_step *const parts[] = {imgtool_sign_option_steps, input_steps,
                                      imgtool_sign_key_steps, vector ? vector_steps : image_steps};
    int rc = CLI_DONE;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == CLI_DONE; i++) {
        rc = run_steps(&run, parts[i]);
    }
    imgtool_sign_free(&run);
    return rc;
}
