/*
 * flash_file.h - makes the file that is the flash of a device. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "geometry.h"

/*
 * Make the file if it is not there or empty: erased, of this geometry, with the signed image in
 * slot 0 (image may be NULL). One that is there keeps its geometry. Then lock it, so that no second
 * device runs on it.
 *
 * Returns a descriptor, inherited by the device so that the lock lasts as long as either of us, or
 * -1 after saying on stderr what is wrong.
 */
int flash_file_open(const char *path, const struct geometry *geometry, const char *image);
