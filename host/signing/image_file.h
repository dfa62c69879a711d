/*
 * image_file.h - image files in and out: raw binary, or Intel HEX where the name ends in .hex.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"
#include "signing/sign.h"

#define TWIN_IMAGE_FILE_MAX 0x40000000u /* 1 GiB */

struct twin_image_file {
    struct twin_buf bytes;
    bool has_addr; /* a HEX file says where the bytes belong */
    uint32_t addr;
};

/* Does the name stand for Intel HEX? */
bool twin_image_file_is_hex(const char *path);

/*
 * Read a file.
 *
 * room, fill  bytes to leave free in front, with this value.
 * file        out; to be freed (bytes) also after an error.
 *
 * TWIN_ERROR_USAGE: there is no such file. TWIN_ERROR_REFUSED: it cannot be read, or is no Intel
 * HEX although its name says so; the error names the line.
 */
enum twin_error_code twin_image_file_read(const char *path, size_t room, uint8_t fill,
                                          struct twin_image_file *file, struct twin_error *error);

/*
 * Write what was signed, padded to the slot as the spec says. bytes may grow.
 *
 * TWIN_ERROR_USAGE: Intel HEX, and the address is not known or the image would end above 32 bits of
 * it. TWIN_ERROR_REFUSED: the file cannot be written.
 */
enum twin_error_code twin_image_file_write(const char *path, const struct twin_sign_spec *spec,
                                           struct twin_image_file *file, struct twin_error *error);
