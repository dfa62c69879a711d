/*
 * test_shared.c - memory that bootloader and application share: its layout byte for byte, what does
 * not fit, what is broken, and what a bootloader writes. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/rig.h"
#include "twin/record.h"
#include "twin/share.h"

static bool finds(const struct twin_shared *shared, uint16_t type, const void *bytes, size_t len)
{
    struct twin_span value;

    return twin_shared_find(shared, type, &value) && value.len == len &&
           memcmp(value.ptr, bytes, len) == 0;
}

static void check_layout(void)
{
    static const uint8_t want[] = {0x16, 0x20, 17, 0, 0x03, 0x20, 1,   0,  1,
                                   0x01, 0xe0, 4,  0, 0xa,  0xb,  0xc, 0xd};
    static const uint8_t raw[] = {0xa, 0xb, 0xc, 0xd}, one = 1;
    uint8_t bytes[24];
    const struct twin_shared shared = {bytes, sizeof(bytes)};

    memset(bytes, 0xee, sizeof(bytes));
    CHECK_EQ(twin_shared_add(&shared, 1, (struct twin_span){raw, 4}), TWIN_E_FORMAT);
    CHECK(!finds(&shared, TWIN_SHARED_SLOT, &one, 1));
    CHECK_EQ(twin_shared_begin(&shared), TWIN_OK);
    CHECK_EQ(twin_shared_add(&shared, TWIN_SHARED_SLOT, (struct twin_span){&one, 1}), TWIN_OK);
    CHECK_EQ(twin_shared_add(&shared, TWIN_SHARED_RECORD + 1, (struct twin_span){raw, 4}), TWIN_OK);
    CHECK(memcmp(bytes, want, sizeof(want)) == 0);
    CHECK(finds(&shared, TWIN_SHARED_SLOT, &one, 1));
    CHECK(finds(&shared, TWIN_SHARED_RECORD + 1, raw, 4));
    CHECK(!finds(&shared, TWIN_SHARED_RECORD, raw, 4));
    CHECK_EQ(twin_shared_add(&shared, TWIN_SHARED_SLOT, (struct twin_span){&one, 1}), TWIN_E_STATE);
    CHECK_EQ(twin_shared_add(&shared, 7, (struct twin_span){raw, 4}), TWIN_E_SPACE);
    CHECK_EQ(twin_shared_add(&shared, 7, (struct twin_span){raw, 3}),
             TWIN_OK); /* to the last byte */
    CHECK_EQ(twin_shared_begin(&(struct twin_shared){bytes, 3}), TWIN_E_SPACE);
    CHECK(!finds(&(struct twin_shared){NULL, 0}, TWIN_SHARED_SLOT, &one, 1));
}

/* Whatever a byte is turned into, nothing outside is read: sanitizers watch. */
static void check_broken(void)
{
    for (size_t at = 0; at < 17; at++) {
        for (unsigned value = 0; value < 256; value++) {
            uint8_t bytes[17] = {0x16, 0x20, 17, 0, 0x03, 0x20, 1, 0, 1, 0x01, 0xe0, 4, 0};
            const struct twin_shared shared = {bytes, sizeof(bytes)};
            struct twin_span found;
            bytes[at] = (uint8_t)value;
            for (unsigned type = 0; type < 3; type++) {
                if (twin_shared_find(&shared, (uint16_t)(0xe000 + type), &found)) {
                    CHECK(found.ptr >= bytes && found.ptr + found.len <= bytes + sizeof(bytes));
                }
            }
        }
    }
}

/* What is told of a device, on trial, and with less and less room. */
static void check_bootloader(const struct rig_mode *mode)
{
    static const struct rig_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};
    static const struct twin_boot_about about = {.version = {1, 2, 0x304, 5}, .recovery = 1};
    static const uint8_t raw[TWIN_VERSION_LEN] = {1, 2, 4, 3, 5}, zero = 0, one = 1;
    const struct twin_boot_handover handover = {.slot = TWIN_PRIMARY};
    uint8_t bytes[TWIN_SHARED_ENOUGH], size[4];
    struct twin_shared shared = {bytes, sizeof(bytes)};
    struct twin_record record;
    struct twin_span found;
    struct rig rig;

    rig_make_in(&rig, &shape, mode);
    rig.records = true;
    rig_reset(&rig);
    const struct twin_map map = {&rig.slots, 1};
    CHECK_EQ(twin_boot_share(&shared, &rig.config, &map, &handover, &about), TWIN_OK);
    CHECK(!twin_shared_find(&shared, TWIN_SHARED_RECORD, &found)); /* nothing happened yet */
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    CHECK_EQ(rig_boot(&rig).major, 2);
    CHECK_EQ(twin_boot_share(&shared, &rig.config, &map, &handover, &about), TWIN_OK);
    twin_put_le32(size, twin_slots_image_max(&rig.slots));
    CHECK(finds(&shared, TWIN_SHARED_MODE, &mode->facts->id, 1));
    CHECK(finds(&shared, TWIN_SHARED_SIGNATURE, &one, 1));
    CHECK(finds(&shared, TWIN_SHARED_RECOVERY, &one, 1));
    CHECK(finds(&shared, TWIN_SHARED_SLOT, &zero, 1));
    CHECK(finds(&shared, TWIN_SHARED_VERSION, raw, sizeof(raw)));
    CHECK(finds(&shared, TWIN_SHARED_MAX_SIZE, size, sizeof(size)));
    CHECK(twin_shared_find(&shared, TWIN_SHARED_RECORD, &found) && found.len == TWIN_RECORD_LEN);
    CHECK_EQ(twin_record_get(found.ptr, &record), TWIN_OK);
    CHECK_EQ(record.outcome, TWIN_OUTCOME_TRIAL);
    CHECK_EQ(record.version[0], 2);
    const uint16_t len = twin_get_le16(&bytes[2]);
    for (shared.cap = 0; shared.cap < len; shared.cap++) {
        CHECK_EQ(twin_boot_share(&shared, &rig.config, &map, &handover, &about), TWIN_E_SPACE);
        CHECK(shared.cap < 4 || twin_get_le16(&bytes[2]) <= shared.cap);
    }
    rig_free(&rig);
}

int main(void)
{
    check_layout();
    check_broken();
    check_bootloader(&rig_swap_offset);
    check_bootloader(&rig_swap_move);
    return check_report();
}
