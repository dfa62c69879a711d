/*
 * any_device.c - an image is taken whatever device it was made for; a program that has an identity
 * brings its own. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/image.h"

twin_err_t twin_image_device_check(const struct twin_image *image)
{
    (void)image;
    return TWIN_OK;
}
