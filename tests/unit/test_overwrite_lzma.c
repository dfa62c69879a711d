/*
 * test_overwrite_lzma.c - the bootloader that takes compressed updates: what it makes of good ones,
 * and that bad ones cost nothing but their request. What power cuts do: powercut/.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/packed_image.h"
#include "twin/unpack.h"
#include <stdlib.h>
#include <string.h>

#define HEADER_LEN TWIN_IMAGE_HEADER_LEN

static const struct rig_shape shape = {4096, 16, 4, 128, 8, 0xff, 9000, 30000};
static struct rig rig;

static void begin(void)
{
    rig_make_in(&rig, &shape, &rig_overwrite_lzma);
    rig_reset(&rig);
}

static uint8_t *at(enum twin_slot slot, uint32_t off)
{
    return &rig.sim.mem[rig.slots.area[slot].addr + off];
}

/* ---- Good ones ---- */

static void expect(uint8_t major)
{
    struct rig_boot boot = rig_boot(&rig);

    CHECK_EQ(boot.status, TWIN_BOOT_START);
    CHECK_EQ(boot.major, major);
    CHECK(!boot.unconfirmed);
    CHECK_EQ(rig.sim.violations, 0);
}

static void expect_quiet(uint8_t major)
{
    uint32_t ops = rig.sim.ops;

    expect(major);
    CHECK_EQ(rig.sim.ops, ops);
}

static void check_update(void)
{
    begin();
    *at(TWIN_PRIMARY, 14 * 4096) = 0x11;
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(2);
    CHECK_EQ(rig.events[TWIN_BOOT_EV_SWAP], 1);
    CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, &rig.new));
    CHECK(rig_slot_holds(&rig, TWIN_SECONDARY, 0, &rig.new_packed)); /* it stays, for later */
    CHECK_EQ(*at(TWIN_PRIMARY, 14 * 4096), 0xff);
    expect_quiet(2);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    uint32_t ops = rig.sim.ops;
    expect(2);
    CHECK_EQ(rig.sim.ops, ops + 1); /* the same again: the request goes, and nothing is unpacked */
    CHECK(rig_update_fault(&rig) == NULL);
    rig_free(&rig);
}

/* One that is not compressed; over that a compressed one. */
static void check_plain(void)
{
    begin();
    rig_store(&rig, &rig.old);
    memset(at(TWIN_PRIMARY, 20), 0x00, 8);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(1);
    CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, &rig.old));
    rig_store(&rig, &rig.next);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(3);
    rig_free(&rig);
}

/* The compressed image takes the place of a primary that is lost, if it is good itself. */
static void check_recover(void)
{
    begin();
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    rig.recover = twin_boot_recover_lzma;
    expect(2);
    *at(TWIN_PRIMARY, 700) ^= 1;
    *at(TWIN_SECONDARY, 700) ^= 1;
    uint32_t ops = rig.sim.ops;
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    CHECK_EQ(rig.sim.ops, ops); /* nothing is asked for */
    *at(TWIN_SECONDARY, 700) ^= 1;
    expect(2);
    rig_store(&rig, &rig.old); /* and one that is not compressed */
    *at(TWIN_PRIMARY, 700) ^= 1;
    expect(1);
    rig_free(&rig);
}

static void check_version_rule(void)
{
    begin();
    rig.config.no_downgrade = &twin_boot_no_downgrade_version;
    rig_store(&rig, &rig.next);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(3);
    rig_store(&rig, &rig.new);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(3);
    CHECK_EQ(rig.events[TWIN_BOOT_EV_REFUSED], 1);
    /* A primary that was overwritten by half may look like any version. */
    *at(TWIN_PRIMARY, 700) ^= 1;
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(2);
    rig_free(&rig);
}

/* ---- Bad ones ---- */

/* The update is refused, and the primary, to its last byte, is as it was. */
static void expect_refusal(const char *what, const struct test_image *packed)
{
    const struct twin_area *primary = &rig.slots.area[TWIN_PRIMARY];
    uint8_t *before = malloc(primary->len);

    rig_reset(&rig);
    sim_blank(&rig.sim, rig.slots.area[TWIN_SECONDARY].addr, rig.slots.area[TWIN_SECONDARY].len);
    sim_put(&rig.sim, rig.slots.area[TWIN_SECONDARY].addr, packed->bytes, packed->len);
    CHECK(before != NULL);
    memcpy(before, at(TWIN_PRIMARY, 0), primary->len);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(1);
    CHECK_EQ(rig.events[TWIN_BOOT_EV_REFUSED], 1);
    bool untouched = memcmp(before, at(TWIN_PRIMARY, 0), primary->len) == 0;
    if (!untouched || rig.events[TWIN_BOOT_EV_REFUSED] != 1) {
        fprintf(stderr, "%s\n", what);
    }
    CHECK(untouched);
    expect_quiet(1);
    free(before);
}

static uint32_t hashed_len(const struct test_image *image)
{
    return HEADER_LEN + twin_get_le32(&image->bytes[12]) + twin_get_le16(&image->bytes[10]);
}

/* The TLVs that tell of packing, and their area. */
static uint8_t *told(const struct test_image *packed)
{
    return packed->bytes + HEADER_LEN + twin_get_le32(&packed->bytes[12]);
}
enum { SIZE = 4, SHA = SIZE + 4 + 4, SIGNATURE = SHA + 4 + 32, TOLD_END = SIGNATURE + 4 + 256 };

/* A packed image in which these bytes are others; signed again. */
static void check_changed(const char *what, uint32_t off, const void *bytes, uint32_t len)
{
    struct test_image packed;

    test_image_pack(&packed, &rig.new, &rig.key, TWIN_COMPRESSION_LZMA2);
    memcpy(packed.bytes + off, bytes, len);
    test_image_sign(&packed, &rig.key, hashed_len(&packed));
    expect_refusal(what, &packed);
    test_image_free(&packed);
}

static void check_changed_told(const char *what, uint32_t off, uint8_t value)
{
    check_changed(what, (uint32_t)(told(&rig.new_packed) - rig.new_packed.bytes) + off, &value, 1);
}

static void check_lies(void)
{
    const uint8_t flags[][4] = {{0, 2}, {4, 4}, {16, 4}, {0, 6}, {8, 12}};
    const char *names[] = {"LZMA1", "encrypted too", "not bootable", "both", "AES-256"};
    struct test_image packed;

    begin();
    test_image_free(&rig.new_packed); /* without the filter: */
    test_image_pack(&rig.new_packed, &rig.new, &rig.key, TWIN_COMPRESSION_LZMA2);
    for (size_t i = 0; i < TWIN_COUNT(flags); i++) {
        check_changed(names[i], 16, flags[i], 4);
    }
    check_changed_told("one byte less", SIZE + 4, (uint8_t)(told(&rig.new_packed)[SIZE + 4] - 1));
    check_changed_told("one byte more", SIZE + 4, (uint8_t)(told(&rig.new_packed)[SIZE + 4] + 1));
    check_changed_told("more than the slot", SIZE + 4 + 2, 1);
    check_changed_told("more than all memory", SIZE + 4 + 3, 0xff);
    check_changed_told("no size", SIZE, 0xa0);
    check_changed_told("no hash", SHA, 0xa0);
    check_changed_told("no signature", SIGNATURE, 0xa0);
    check_changed_told("two hashes", SIZE, TWIN_TLV_DECOMP_SHA);
    check_changed_told("another hash", SHA + 4, (uint8_t)~told(&rig.new_packed)[SHA + 4]);
    check_changed_told("another signature", SIGNATURE + 9, 0x55);
    packed = rig.new_packed; /* not signed again: */
    packed.bytes[HEADER_LEN + 500] ^= 1;
    expect_refusal("changed on its way", &packed);
    packed.bytes[HEADER_LEN + 500] ^= 1;
    rig.config.buf_len = sizeof(struct twin_unpack) + TWIN_FLASH_WRITE_MAX - 4;
    expect_refusal("no room for the decoder", &packed);
    rig.config.buf_len = sizeof(rig.buf) - 8;
    rig.config.buf++;
    expect_refusal("a buffer at an odd place", &packed);
    rig_free(&rig);
}

/* A stream that is not what it should be, as far as that shows without the dictionary. */
static void check_stream(const char *what, const uint8_t *stream, uint32_t len)
{
    struct test_image packed;

    test_image_pack_stream(&packed, &rig.new, &rig.key, (struct twin_span){stream, len},
                           TWIN_IMAGE_LZMA2, shape.new_len);
    expect_refusal(what, &packed);
    test_image_free(&packed);
}

static void check_streams(void)
{
    begin();
    const struct test_image *good = &rig.new_packed;
    const uint32_t len = twin_get_le32(&good->bytes[12]);
    uint8_t *stream = malloc(len + 1);

    CHECK(stream != NULL);
    for (uint32_t cut = 0; cut < len; cut += cut < 12 || cut > len - 3 ? 1 : (len - 14) / 3) {
        memcpy(stream, good->bytes + HEADER_LEN, len);
        check_stream("cut", stream, cut);
    }
    memcpy(stream, good->bytes + HEADER_LEN, len);
    stream[len] = 0;
    check_stream("something behind the end", stream, len + 1);
    for (unsigned control = 1; control < 256; control++) { /* 1 and 2: a copy, and longer */
        if (control != stream[2]) {
            const uint8_t was = stream[2];
            stream[2] = (uint8_t)control;
            bool is_same_chunk = control >= 0xe0 && (control & 0x1f) == (was & 0x1f);
            if (!is_same_chunk) {
                check_stream("another first chunk", stream, len);
            }
            stream[2] = was;
        }
    }
    stream[0] = 41;
    check_stream("a dictionary of no known size", stream, len);
    free(stream);
    rig_free(&rig);
}

/*
 * A stream that its owner signed and that does not come out as it should. Nothing is left to start
 * then; but it costs one try at each start, and the next update is taken.
 */
static void check_undecodable(void)
{
    begin();
    struct test_image packed;

    for (uint32_t off = 9; off < 5000; off += off < 24 ? 1 : 700) {
        test_image_pack(&packed, &rig.new, &rig.key, TWIN_COMPRESSION_LZMA2_THUMB);
        packed.bytes[HEADER_LEN + off] ^= (uint8_t)(1u << off % 8);
        test_image_sign(&packed, &rig.key, hashed_len(&packed));
        rig_reset(&rig);
        sim_put(&rig.sim, rig.slots.area[TWIN_SECONDARY].addr, packed.bytes, packed.len);
        CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
        struct rig_boot boot = rig_boot(&rig);
        const bool refused = boot.status == TWIN_BOOT_START && boot.major == 1 && off < 10;
        CHECK(boot.status == TWIN_BOOT_STOP || refused);
        CHECK_EQ(rig.sim.violations, 0);
        CHECK(refused || rig.events[TWIN_BOOT_EV_SWAP] >= 1); /* once, if it shows at once */
        CHECK(rig_slot_holds(&rig, TWIN_SECONDARY, 0, &packed));
        test_image_free(&packed);
    }
    rig_store(&rig, &rig.next);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(3);
    rig_free(&rig);
}

int main(void)
{
    check_update();
    check_plain();
    check_recover();
    check_version_rule();
    check_lies();
    check_streams();
    check_undecodable();
    return check_report();
}
