/*
 * uuid.c - was an image made for this vendor, this class of devices? Spec: docs/spec-image.md
 * section 1.2. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/image.h"
#include <string.h>

/* Only the protected area is signed. One that stands there twice says nothing. */
twin_err_t twin_image_uuid_check(const struct twin_image *image, uint16_t type,
                                 const uint8_t uuid[TWIN_UUID_LEN])
{
    uint8_t raw[TWIN_UUID_LEN];
    struct twin_tlv tlv;
    uint32_t cursor = 0;
    unsigned found = 0;
    twin_err_t err;

    while ((err = twin_image_tlv_next(image, &cursor, &tlv)) == TWIN_OK) {
        if (tlv.type != type || !tlv.is_protected) {
            continue;
        }
        if (++found > 1 || tlv.len != sizeof(raw)) {
            return TWIN_E_DEVICE;
        }
        TWIN_TRY(twin_area_read(image->area, image->off + tlv.off, raw, sizeof(raw)));
        if (memcmp(raw, uuid, sizeof(raw)) != 0) {
            return TWIN_E_DEVICE;
        }
    }
    return err != TWIN_E_NOT_FOUND ? err : found == 1 ? TWIN_OK : TWIN_E_DEVICE;
}
