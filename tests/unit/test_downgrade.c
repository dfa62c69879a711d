/*
 * test_downgrade.c - what is a step back, by each rule. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/simflash.h"
#include "twin/bytes.h"
#include "twin/image.h"

#define PAYLOAD_LEN 8
#define APART       1024u /* from one image to the other */
#define NO_COUNTER  (-1)

/* An image as far as a rule looks at it; its counter may stand in either TLV area, or in both. */
struct sample {
    struct twin_version version;
    int64_t protected_counter, plain_counter; /* or NO_COUNTER */
    bool is_twice;                            /* two counters in the protected area */
    uint16_t counter_len;                     /* bytes; 0: 4 */
};

static struct sim_flash sim;
static struct twin_area area;

static uint8_t *put_counter(uint8_t *out, int64_t value, uint16_t len)
{
    twin_put_le16(out, TWIN_TLV_SEC_CNT);
    twin_put_le16(out + 2, len);
    memset(out + 4, 0, 8);
    twin_put_le32(out + 4, (uint32_t)value);
    return out + 4 + len;
}

/* A TLV area with up to two counters; it is left out if it is protected and empty. */
static uint8_t *put_area(uint8_t *out, uint16_t magic, int64_t counter, unsigned count,
                         uint16_t len)
{
    uint8_t *end = out + 4;

    for (unsigned i = 0; i < count && counter != NO_COUNTER; i++) {
        end = put_counter(end, counter, len);
    }
    twin_put_le16(out, magic);
    twin_put_le16(out + 2, (uint16_t)(end - out));
    return magic == TWIN_TLV_MAGIC_PROT && end == out + 4 ? out : end;
}

static struct twin_image open_sample(const struct sample *sample, uint32_t off)
{
    const uint16_t len = sample->counter_len != 0 ? sample->counter_len : 4;
    uint8_t bytes[256] = {0}, *tlvs = bytes + TWIN_IMAGE_HEADER_LEN + PAYLOAD_LEN;
    struct twin_image image;

    uint8_t *plain = put_area(tlvs, TWIN_TLV_MAGIC_PROT, sample->protected_counter,
                              sample->is_twice ? 2 : 1, len);
    uint8_t *end = put_area(plain, TWIN_TLV_MAGIC, sample->plain_counter, 1, len);
    twin_put_le32(bytes, TWIN_IMAGE_MAGIC);
    twin_put_le16(bytes + 8, TWIN_IMAGE_HEADER_LEN);
    twin_put_le16(bytes + 10, (uint16_t)(plain - tlvs));
    twin_put_le32(bytes + 12, PAYLOAD_LEN);
    bytes[20] = sample->version.major;
    bytes[21] = sample->version.minor;
    twin_put_le16(bytes + 22, sample->version.revision);
    twin_put_le32(bytes + 24, sample->version.build);
    sim_put(&sim, off, bytes, (uint32_t)(end - bytes));
    CHECK_EQ(twin_image_open(&image, &area, off, sizeof(bytes)), TWIN_OK);
    return image;
}

struct row {
    struct sample choice, running;
    bool version, build, counter; /* is it a step back? */
};

#define NONE NO_COUNTER, NO_COUNTER, false, 0
static const struct row rows[] = {
    {{{1, 2, 3, 4}, NONE}, {{1, 2, 3, 4}, NONE}, false, false, false},
    {{{1, 2, 3, 3}, NONE}, {{1, 2, 3, 4}, NONE}, false, true, false},
    {{{1, 2, 3, 5}, NONE}, {{1, 2, 3, 4}, NONE}, false, false, false},
    {{{1, 2, 3, 0}, NONE}, {{1, 2, 3, 0xffffffff}, NONE}, false, true, false},
    {{{1, 2, 2, 9}, NONE}, {{1, 2, 3, 4}, NONE}, true, true, false},
    {{{1, 2, 4, 0}, NONE}, {{1, 2, 3, 4}, NONE}, false, false, false},
    {{{0, 9, 9, 9}, NONE}, {{1, 0, 0, 0}, NONE}, true, true, false},
    {{{2, 0, 0, 0}, NONE}, {{1, 9, 9, 9}, NONE}, false, false, false},
    /* Counters, whatever the versions are. */
    {{{1, 0, 0, 0}, 5, NO_COUNTER, false, 0},
     {{1, 0, 0, 0}, 5, NO_COUNTER, false, 0},
     .counter = false},
    {{{1, 0, 0, 0}, 4, NO_COUNTER, false, 0},
     {{1, 0, 0, 0}, 5, NO_COUNTER, false, 0},
     .counter = true},
    {{{1, 0, 0, 0}, 6, NO_COUNTER, false, 0},
     {{1, 0, 0, 0}, 5, NO_COUNTER, false, 0},
     .counter = false},
    {{{1, 0, 0, 0}, 0x01000000, NO_COUNTER, false, 0},
     {{1, 0, 0, 0}, 0xff, NO_COUNTER, false, 0},
     .counter = false},
    {{{1, 0, 0, 0}, 1, NO_COUNTER, false, 0},
     {{1, 0, 0, 0}, 0xffffffff, NO_COUNTER, false, 0},
     .counter = true},
    {{{9, 0, 0, 0}, NONE}, {{1, 0, 0, 0}, 1, NO_COUNTER, false, 0}, .counter = true},
    {{{1, 0, 0, 0}, 1, NO_COUNTER, false, 0}, {{1, 0, 0, 0}, NONE}, .counter = false},
    /* One that is not signed counts for nothing, and so does one that is not clear. */
    {{{1, 0, 0, 0}, NO_COUNTER, 9, false, 0},
     {{1, 0, 0, 0}, 5, NO_COUNTER, false, 0},
     .counter = true},
    {{{1, 0, 0, 0}, 4, 9, false, 0}, {{1, 0, 0, 0}, 5, NO_COUNTER, false, 0}, .counter = true},
    {{{1, 0, 0, 0}, 9, NO_COUNTER, true, 0},
     {{1, 0, 0, 0}, 5, NO_COUNTER, false, 0},
     .counter = true},
    {{{1, 0, 0, 0}, 9, NO_COUNTER, false, 3},
     {{1, 0, 0, 0}, 5, NO_COUNTER, false, 0},
     .counter = true},
    {{{1, 0, 0, 0}, 9, NO_COUNTER, false, 8},
     {{1, 0, 0, 0}, 5, NO_COUNTER, false, 0},
     .counter = true},
};

int main(void)
{
    sim_init(&sim, 2 * APART, APART, 4, 0xff);
    area = (struct twin_area){&sim.flash, 0, 2 * APART};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct twin_image choice = open_sample(&rows[i].choice, 0);
        struct twin_image running = open_sample(&rows[i].running, APART);
        CHECK_EQ(twin_downgrade_version(&choice, &running), rows[i].version);
        CHECK_EQ(twin_downgrade_build(&choice, &running), rows[i].build);
        CHECK_EQ(twin_downgrade_counter(&choice, &running), rows[i].counter);
    }
    sim_free(&sim);
    return check_report();
}
