/*
 * device.c - this bootloader takes images for this device only (CONFIG_TWIN_BOOT_VENDOR,
 * CONFIG_TWIN_BOOT_CLASS); stands in for lib/image/any_device.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/image.h"
#include "twin_config.h"

twin_err_t twin_image_device_check(const struct twin_image *image)
{
    static const struct {
        uint16_t type;
        uint8_t uuid[TWIN_UUID_LEN];
    } wanted[] = {TWIN_BOOT_DEVICE};

    for (unsigned i = 0; i < TWIN_COUNT(wanted); i++) {
        TWIN_TRY(twin_image_uuid_check(image, wanted[i].type, wanted[i].uuid));
    }
    return TWIN_OK;
}
