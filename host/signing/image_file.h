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
 * room       bytes to leave free in front, filled with `fill`.
 * not_found  exit code for a file that is not there.
 *
 * Returns CLI_DONE, or an exit code after the message.
 */
int twin_image_file_read(const char *path, size_t room, uint8_t fill, int not_found,
                         struct twin_image_file *file);

/*
 * Write what `sign` made, padded to the slot as the spec says. bytes may grow.
 * Returns CLI_DONE, or an exit code after the message.
 */
int twin_image_file_write(const char *path, const struct twin_sign_spec *spec,
                          struct twin_image_file *file);
