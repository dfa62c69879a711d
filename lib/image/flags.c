/*
 * flags.c - which images are not verified, by a program that neither decrypts nor unpacks.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/image.h"

const uint32_t twin_image_flags_refused = TWIN_IMAGE_ENCRYPTED_AES128 |
                                          TWIN_IMAGE_ENCRYPTED_AES256 | TWIN_IMAGE_LZMA1 |
                                          TWIN_IMAGE_LZMA2 | TWIN_IMAGE_THUMB_FILTER;
