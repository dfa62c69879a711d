/*
 * flash_file.h - the file that is the emulated board's flash. SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#define FLASH_FILE_LEN (16u << 20) /* the RAM chip; the flash is its first MiB */

/*
 * Make the file if it is not there: erased, with bootloader and image in place (either may be
 * NULL). Then lock it, so that no second emulator runs on it.
 *
 * Returns a descriptor, inherited by the emulator so that the lock lasts as long as either of us,
 * or -1 after saying on stderr what is wrong.
 */
int flash_file_open(const char *path, const char *bootloader, const char *image);
