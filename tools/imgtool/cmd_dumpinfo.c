/*
 * cmd_dumpinfo.c - `imgtool dumpinfo`. SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "signing/dump.h"
#include "signing/image_file.h"
#include "signing/trailer.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* In the order of enum twin_dump_form. */
static const char *const formats[] = {"human", "yaml", "json", NULL};

struct dumpinfo_opts {
    const char *outfile;
    uint32_t offset;
    int format;
    bool silent;
};

static const struct cli_opt options[] = {
    {"outfile", 'o', CLI_TEXT, offsetof(struct dumpinfo_opts, outfile), .arg = "FILE",
     .help = "Where it goes, instead of stdout"},
    {"format", 'f', CLI_CHOICE, offsetof(struct dumpinfo_opts, format), .choices = formats,
     .help = "Form of the output; human on stdout and yaml in a file if nothing is said"},
    {"offset", 0, CLI_U32, offsetof(struct dumpinfo_opts, offset), .arg = "N", .def = "0",
     .help = "Where the image begins in IMGFILE, for a slot whose first sector is kept free"},
    {"silent", 's', CLI_FLAG, offsetof(struct dumpinfo_opts, silent),
     .help = "Accepted for old scripts; does nothing"},
    {.name = NULL},
};

static int print_dump(const struct twin_view *view, const struct dumpinfo_opts *opts,
                      const char *path)
{
    const char *slash = strrchr(path, '/');
    enum twin_dump_form usual = opts->outfile != NULL ? TWIN_DUMP_YAML : TWIN_DUMP_HUMAN;
    enum twin_dump_form form =
        opts->format != CLI_CHOICE_NONE ? (enum twin_dump_form)opts->format : usual;
    struct twin_slot_trailer trailer;
    struct twin_buf text = {0};

    twin_slot_trailer_read(view, &trailer);
    if (view->bytes.len > view->end && !trailer.present) {
        puts("Warning: the trailer magic value is invalid!");
    }
    twin_dump(view, slash != NULL ? slash + 1 : path, form, &text);
    if (form == TWIN_DUMP_JSON && opts->outfile == NULL) {
        twin_buf_text(&text, "\n");
    }
    int rc = cli_output(opts->outfile, path, &text);
    twin_buf_free(&text);
    return rc;
}

static int dump_bytes(const struct cli_call *call, struct twin_span bytes)
{
    const struct dumpinfo_opts *opts = call->opts;
    const char *path = call->args[0];
    struct twin_view view;

    if (opts->offset >= bytes.len && opts->offset != 0) {
        return cli_usage_error(call, "--offset 0x%" PRIx32 ": %s has only 0x%zx bytes",
                               opts->offset, path, bytes.len);
    }
    struct twin_span image = {bytes.ptr + opts->offset, bytes.len - opts->offset};
    enum twin_fault fault = twin_view_open(&view, image);
    if (fault == TWIN_FAULT_NONE) {
        return print_dump(&view, opts, path);
    }
    size_t found = fault == TWIN_FAULT_MAGIC ? twin_view_find_image(image) : 0;
    if (found != 0) {
        return cli_fail(CLI_REFUSED, "%s: %s An image begins at 0x%zx: give --offset 0x%zx", path,
                        twin_fault_text(fault), found + opts->offset, found + opts->offset);
    }
    return cli_fail(CLI_REFUSED, "%s: %s", path, twin_fault_text(fault));
}

static int dumpinfo_run(const struct cli_call *call)
{
    const struct dumpinfo_opts *opts = call->opts;
    const char *path = call->args[0];
    struct twin_image_file file;
    struct twin_error error;
    struct stat info;

    if (opts->format == TWIN_DUMP_JSON && opts->outfile == NULL) {
        cli_fail_in_json();
    }
    if (stat(path, &info) != 0) {
        return cli_usage_error(call, "Image file not found (%s)", path);
    }
    int rc = twin_image_file_read(path, 0, 0, &file, &error) == TWIN_ERROR_NONE
                 ? dump_bytes(call, twin_buf_span(&file.bytes))
                 : cli_fail_error(&error);
    twin_buf_free(&file.bytes);
    return rc;
}

const struct cli_cmd cmd_dumpinfo = {
    .path = "dumpinfo",
    .args = "IMGFILE",
    .help = "Print header, TLV area and trailer information of a signed image",
    .more = "Nothing is verified: that is `imgtool verify`.",
    .options = options,
    .opts_size = sizeof(struct dumpinfo_opts),
    .run = dumpinfo_run};
