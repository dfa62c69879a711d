/*
 * test_device.c - images that name a vendor or a class of devices, and those that only seem to.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/simflash.h"
#include "twin/image.h"

#define PAYLOAD 16
#define LEN     512

static const uint8_t ours[TWIN_UUID_LEN] = {0x17, 0x71, 0x29, 0xc8, 1, 2, 3};
static const uint8_t other[TWIN_UUID_LEN] = {0x17, 0x71, 0x29, 0xc8, 1, 2, 4};

/* What stands in an area: up to two TLVs. */
struct entry {
    uint16_t type, len;
    const uint8_t *uuid;
};

struct row {
    struct entry protected[2], plain[2];
    twin_err_t vendor, class;
};

#define VID                                                                                        \
    {                                                                                              \
        TWIN_TLV_UUID_VID, TWIN_UUID_LEN, ours                                                     \
    }
#define CID                                                                                        \
    {                                                                                              \
        TWIN_TLV_UUID_CID, TWIN_UUID_LEN, ours                                                     \
    }
#define OTHER                                                                                      \
    {                                                                                              \
        TWIN_TLV_UUID_VID, TWIN_UUID_LEN, other                                                    \
    }
#define SHORT                                                                                      \
    {                                                                                              \
        TWIN_TLV_UUID_VID, TWIN_UUID_LEN - 1, ours                                                 \
    }
#define NO TWIN_E_DEVICE

static const struct row rows[] = {
    {{VID, CID}, {{0}}, TWIN_OK, TWIN_OK},
    {{VID}, {{0}}, TWIN_OK, NO},
    {{CID}, {{0}}, NO, TWIN_OK},
    {{{0}}, {{0}}, NO, NO},
    {{{0}}, {VID, CID}, NO, NO}, /* nobody signed that */
    {{CID}, {VID}, NO, TWIN_OK},
    {{OTHER}, {{0}}, NO, NO},
    {{OTHER}, {VID}, NO, NO},
    {{VID}, {OTHER}, TWIN_OK, NO},
    {{VID, VID}, {{0}}, NO, NO},
    {{VID, OTHER}, {{0}}, NO, NO},
    {{SHORT}, {{0}}, NO, NO},
    {{VID, SHORT}, {{0}}, NO, NO},
};

/* Behind `at`; left out if it is empty and need not be there. Returns its end. */
static uint8_t *put_area(uint8_t *at, uint16_t magic, const struct entry entries[2])
{
    uint8_t *end = at + 4;

    for (unsigned i = 0; i < 2 && entries[i].len != 0; i++) {
        twin_put_le16(end, entries[i].type);
        twin_put_le16(end + 2, entries[i].len);
        memcpy(end + 4, entries[i].uuid, entries[i].len);
        end += 4 + entries[i].len;
    }
    if (end == at + 4 && magic == TWIN_TLV_MAGIC_PROT) {
        return at;
    }
    twin_put_le16(at, magic);
    twin_put_le16(at + 2, (uint16_t)(end - at));
    return end;
}

static void check(struct sim_flash *sim, const struct row *row)
{
    const struct twin_area area = {&sim->flash, 0, 4096};
    uint8_t bytes[LEN] = {0};
    struct twin_image image;

    twin_put_le32(bytes, TWIN_IMAGE_MAGIC);
    twin_put_le16(bytes + 8, TWIN_IMAGE_HEADER_LEN);
    twin_put_le32(bytes + 12, PAYLOAD);
    uint8_t *tlvs = bytes + TWIN_IMAGE_HEADER_LEN + PAYLOAD;
    uint8_t *plain = put_area(tlvs, TWIN_TLV_MAGIC_PROT, row->protected);
    twin_put_le16(bytes + 10, (uint16_t)(plain - tlvs));
    (void)put_area(plain, TWIN_TLV_MAGIC, row->plain);
    sim_blank(sim, 0, 4096);
    sim_put(sim, 0, bytes, sizeof(bytes));
    CHECK_EQ(twin_image_open(&image, &area, 0, sizeof(bytes)), TWIN_OK);
    CHECK_EQ(twin_image_uuid_check(&image, TWIN_TLV_UUID_VID, ours), row->vendor);
    CHECK_EQ(twin_image_uuid_check(&image, TWIN_TLV_UUID_CID, ours), row->class);
    CHECK_EQ(twin_image_device_check(&image), TWIN_OK); /* of a program that says nothing */
}

int main(void)
{
    struct sim_flash sim;

    sim_init(&sim, 4096, 4096, 4, 0xff);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check(&sim, &rows[i]);
    }
    sim_free(&sim);
    return check_report();
}
