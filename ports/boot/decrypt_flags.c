/*
 * decrypt_flags.c - of a bootloader that decrypts: the piece of twin/image.h that says which images
 * are not verified. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/image.h"

const uint32_t twin_image_flags_refused =
    TWIN_IMAGE_LZMA1 | TWIN_IMAGE_LZMA2 | TWIN_IMAGE_THUMB_FILTER;
