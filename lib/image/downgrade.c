/*
 * downgrade.c - what counts as a step back, for bootloaders and servers that refuse it.
 *
 * Three rules, one function each, so that a program links the one that it names.
 * Spec: docs/spec-image.md section 3. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/bytes.h"
#include "twin/image.h"

#define COUNTER_LEN 4

bool twin_downgrade_version(const struct twin_image *choice, const struct twin_image *running)
{
    return twin_version_compare(&choice->header.version, &running->header.version) < 0;
}

bool twin_downgrade_build(const struct twin_image *choice, const struct twin_image *running)
{
    return twin_version_compare_build(&choice->header.version, &running->header.version) < 0;
}

/* Only the protected area is signed. An image that says nothing there, or says it twice, has 0. */
static uint32_t counter_of(const struct twin_image *image)
{
    uint8_t raw[COUNTER_LEN] = {0};
    struct twin_tlv tlv;
    uint32_t cursor = 0;
    unsigned found = 0;

    while (twin_image_tlv_next(image, &cursor, &tlv) == TWIN_OK) {
        if (tlv.type != TWIN_TLV_SEC_CNT || !tlv.is_protected) {
            continue;
        }
        if (++found > 1 || tlv.len != sizeof(raw) ||
            twin_area_read(image->area, image->off + tlv.off, raw, sizeof(raw)) != TWIN_OK) {
            return 0;
        }
    }
    return twin_get_le32(raw);
}

bool twin_downgrade_counter(const struct twin_image *choice, const struct twin_image *running)
{
    return counter_of(choice) < counter_of(running);
}
