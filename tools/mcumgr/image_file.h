/*
 * image_file.h - a signed firmware image in a file, checked before a device is touched.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"
#include "cli/cli.h"
#include "twin/image.h"
#include "twin/upload.h"

struct image_file {
    const char *path;
    struct twin_buf bytes;
    uint8_t sha[TWIN_SHA256_LEN]; /* of the whole file */
    uint8_t hash[TWIN_IMAGE_HASH_MAX];
    size_t hash_len; /* the image's hash TLV; 0: it has none that devices list */
    struct twin_version version;
    bool is_signed;   /* there is a signature, whoever made it */
    bool is_verified; /* and it is by the key that was given */
};

/* What is asked of the file. */
struct image_rules {
    bool any;          /* nothing: it need not even be an image */
    bool unsigned_too; /* an image without signature is warned about; else it is refused */
    const char *key;   /* PEM file or pkcs11: URI whose signature it must have; NULL: not checked */
};

/*
 * Read a file, once and whole, then check that it is an undamaged MCUboot image and keeps the
 * rules. Returns CLI_DONE, or the exit code after the message. Free it in any case.
 *
 * A pipe is read to its end. Folders and devices are refused: a serial port would be read for ever.
 */
int image_file_load(struct image_file *file, const char *path, const struct image_rules *rules);
void image_file_free(struct image_file *file);

/* What an upload of this file needs to know of it; the rest of config stays as it is. */
void image_file_describe(struct image_file *file, struct twin_upload_config *config);
