/*
 * image_file.h - a signed firmware image in a file, checked before a device is touched.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "cli.h"
#include "twin/image.h"
#include "twin/upload.h"

struct image_file {
    struct cli_bytes bytes;
    uint8_t sha[TWIN_SHA256_LEN]; /* of the whole file */
    uint8_t hash[TWIN_IMAGE_HASH_MAX];
    size_t hash_len; /* the image's hash TLV; 0: it has none that devices list */
    struct twin_version version;
};

/*
 * Read a file and check that it is a whole, undamaged MCUboot image.
 * Returns CLI_DONE, or the exit code after the message. Free it in any case.
 */
int image_file_load(struct image_file *file, const char *path);
void image_file_free(struct image_file *file);

/* What an upload of this file needs to know of it; the rest of config stays as it is. */
void image_file_describe(struct image_file *file, struct twin_upload_config *config);
