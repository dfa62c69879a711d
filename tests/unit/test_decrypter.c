/*
 * test_decrypter.c - a bootloader whose updates are encrypted, in each mode that swaps or
 * overwrites. The cuts are in tests/powercut. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/rig.h"

static const struct rig_shape shape = {4096, 8, 4, 128, 8, 0xff, 9000, 9500};
static const struct rig_mode *const swaps[] = {&rig_swap_offset, &rig_swap_move, &rig_swap_scratch,
                                               &rig_swap_scratch_wide};
static const struct rig_mode *const overwrites[] = {&rig_overwrite, &rig_overwrite_fast};

/* Is the image stored here as it was uploaded, byte for byte? */
static bool stores(const struct rig *rig, uint32_t off, const struct test_image *image)
{
    return memcmp(&rig->sim.mem[rig->slots.area[TWIN_SECONDARY].addr + off],
                  test_image_stored(image), image->len) == 0;
}

static void expect(struct rig *rig, unsigned major, bool unconfirmed)
{
    const struct rig_boot boot = rig_boot(rig);

    CHECK_EQ(boot.status, TWIN_BOOT_START);
    CHECK_EQ(boot.major, major);
    CHECK_EQ(boot.unconfirmed, unconfirmed);
    CHECK(rig_slot_holds(rig, TWIN_PRIMARY, 0, major == 1 ? &rig->old : &rig->new));
    CHECK_EQ(rig->sim.violations, 0);
}

/* On trial, back, again, confirmed, back on request: each stands in the secondary encrypted with
 * its own key, as it came, and plain in the primary. */
static void check_swaps(const struct rig_mode *mode, uint8_t key_len)
{
    struct rig rig;

    rig_make_encrypted(&rig, &shape, mode, key_len);
    const uint32_t update = twin_slots_update_off(&rig.slots);
    rig_reset(&rig);
    CHECK(memcmp(rig.new.bytes, rig.new.stored, rig.new.len) != 0);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(&rig, 2, true);
    CHECK(stores(&rig, 0, &rig.old));
    expect(&rig, 2, true);
    expect(&rig, 2, true);
    expect(&rig, 1, false);
    CHECK(stores(&rig, update, &rig.new));
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(&rig, 2, true);
    CHECK_EQ(twin_slots_confirm(&rig.slots), TWIN_OK);
    expect(&rig, 2, false);
    CHECK(stores(&rig, 0, &rig.old));
    CHECK_EQ(twin_slots_request_previous(&rig.slots), TWIN_OK);
    expect(&rig, 1, false);
    CHECK(stores(&rig, update, &rig.new));
    rig_free(&rig);
}

static void check_overwrites(const struct rig_mode *mode, uint8_t key_len)
{
    struct rig rig;

    rig_make_encrypted(&rig, &shape, mode, key_len);
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
    expect(&rig, 2, false);
    CHECK(stores(&rig, 0, &rig.new));
    rig_free(&rig);
}

/* The bytes of the wrapped key in the secondary. */
static uint8_t *wrapped_key(struct rig *rig)
{
    struct twin_image image;
    struct twin_tlv tlv = {0};
    uint32_t cursor = 0, off = twin_slots_update_off(&rig->slots);
    const struct twin_area *area = &rig->slots.area[TWIN_SECONDARY];

    CHECK_EQ(twin_image_open(&image, area, off, twin_slots_image_max(&rig->slots)), TWIN_OK);
    do {
        CHECK_EQ(twin_image_tlv_next(&image, &cursor, &tlv), TWIN_OK);
    } while (tlv.type != TWIN_TLV_ENC_KW);
    return &rig->sim.mem[area->addr + off + tlv.off];
}

/* What is done to an update that must not come. */
static void flip_key(struct rig *rig)
{
    wrapped_key(rig)[11] ^= 1;
}

static void shorten_key(struct rig *rig) /* its length, and another TLV of no kind behind it */
{
    uint8_t *value = wrapped_key(rig);

    twin_put_le16(value - 2, 20);
    twin_put_le16(value + 20, 0x00a0);
    twin_put_le16(value + 22, (uint16_t)(rig->decrypt.key_len + 8 - 24));
}

static void rename_key(struct rig *rig) /* of another wrapping */
{
    twin_put_le16(wrapped_key(rig) - 4, TWIN_TLV_ENC_EC256);
}

static void change_device(struct rig *rig)
{
    static const uint8_t other[32] = "another device's, 32 bytes long";

    rig->decrypt.own.ptr = other;
}

static void flip_payload(struct rig *rig)
{
    rig->sim
        .mem[rig->slots.area[TWIN_SECONDARY].addr + twin_slots_update_off(&rig->slots) + 1500] ^= 1;
}

static void not_for_us(struct rig *rig) /* keys of the other length */
{
    rig->decrypt.key_len = rig->decrypt.key_len == 16 ? 32 : 16;
    rig->slots.key_room = (uint8_t)(2 * rig->decrypt.key_len);
}

static void (*const harms[])(struct rig *rig) = {flip_key,      shorten_key,  rename_key,
                                                 change_device, flip_payload, not_for_us};

/* It is refused, and what runs goes on running. */
static void check_harms(const struct rig_mode *mode, uint8_t key_len)
{
    for (size_t i = 0; i < sizeof(harms) / sizeof(harms[0]); i++) {
        struct rig rig;
        rig_make_encrypted(&rig, &shape, mode, key_len);
        rig_reset(&rig);
        harms[i](&rig);
        CHECK_EQ(twin_slots_request(&rig.slots, true), TWIN_OK);
        expect(&rig, 1, false);
        CHECK_EQ(rig.events[TWIN_BOOT_EV_REFUSED], 1);
        expect(&rig, 1, false);
        rig_free(&rig);
    }
}

/* Plain images come as they always did; the old one, encrypted, goes and returns. */
static void check_plain_update(const struct rig_mode *mode)
{
    struct rig rig;

    rig_make_encrypted(&rig, &shape, mode, 16);
    test_image_free(&rig.new);
    test_image_make(&rig.new, &rig.key, 2, shape.new_len, 0);
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(&rig, 2, mode->tries);
    if (mode->tries) {
        CHECK(stores(&rig, 0, &rig.old));
        expect(&rig, 2, mode->tries);
        expect(&rig, 2, mode->tries);
        expect(&rig, 1, false);
        CHECK(stores(&rig, twin_slots_update_off(&rig.slots), &rig.new));
    }
    rig_free(&rig);
}

/* An image that says it is encrypted and is not comes from a programmer, never as an update. */
static void check_clear_update(const struct rig_mode *mode)
{
    struct rig rig;

    rig_make_encrypted(&rig, &shape, mode, 16);
    rig_reset(&rig);
    sim_put(&rig.sim, rig.slots.area[TWIN_SECONDARY].addr + twin_slots_update_off(&rig.slots),
            rig.new.bytes, rig.new.len);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(&rig, 1, false);
    CHECK_EQ(rig.events[TWIN_BOOT_EV_REFUSED], 1);
    rig_free(&rig);
}

/* The key of the image that runs cannot be known: it goes as it is, and returns. */
static void check_unknown_key(const struct rig_mode *mode)
{
    struct rig rig;

    rig_make_encrypted(&rig, &shape, mode, 16);
    rig_reset(&rig);
    uint8_t *primary = &rig.sim.mem[rig.slots.area[TWIN_PRIMARY].addr];
    primary[32 + shape.old_len + 4 + 36 + 4] ^= 1; /* behind the hash */
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    expect(&rig, 2, true);
    CHECK(memcmp(&rig.sim.mem[rig.slots.area[TWIN_SECONDARY].addr], rig.old.bytes, 9000) == 0);
    (void)rig_boot(&rig);
    (void)rig_boot(&rig);
    const struct rig_boot boot = rig_boot(&rig);
    CHECK_EQ(boot.status, TWIN_BOOT_START);
    CHECK_EQ(boot.major, 1);
    rig_free(&rig);
}

/* A primary that does not verify, and a good update: it comes. */
static void check_recovery(const struct rig_mode *mode)
{
    struct rig rig;

    rig_make_encrypted(&rig, &shape, mode, 32);
    rig_reset(&rig);
    rig.sim.mem[rig.slots.area[TWIN_PRIMARY].addr + 3000] ^= 1;
    CHECK_EQ(rig_boot(&rig).status, TWIN_BOOT_STOP);
    rig.recover = twin_boot_recover;
    expect(&rig, 2, false);
    rig_free(&rig);
}

static void check_init(void)
{
    static const struct {
        const struct rig_mode *mode;
        twin_err_t err;
    } modes[] = {{&rig_swap_offset, TWIN_OK},
                 {&rig_overwrite_fast, TWIN_OK},
                 {&rig_xip, TWIN_E_UNSUPPORTED},
                 {&rig_xip_revert, TWIN_E_UNSUPPORTED}};
    struct twin_boot_decrypter decrypter;
    struct twin_boot boot;

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        struct rig rig;
        rig_make_encrypted(&rig, &shape, modes[i].mode, 16);
        struct twin_boot_config config = rig.config;
        CHECK_EQ(twin_boot_decrypter_init(&decrypter, &boot, &config, &rig.decrypt), modes[i].err);
        rig.decrypt.key_len = 32;
        CHECK_EQ(twin_boot_decrypter_init(&decrypter, &boot, &rig.config, &rig.decrypt),
                 TWIN_E_ARG);
        rig_free(&rig);
    }
}

/* After the end no byte of a key is left in what was the decrypter's. */
static void check_end(void)
{
    struct twin_boot_config config;
    struct twin_boot_decrypter decrypter;
    struct twin_boot boot;
    struct rig rig;

    rig_make_encrypted(&rig, &shape, &rig_swap_offset, 16);
    rig_reset(&rig);
    CHECK_EQ(twin_slots_request(&rig.slots, false), TWIN_OK);
    config = rig.config;
    CHECK_EQ(twin_boot_decrypter_init(&decrypter, &boot, &config, &rig.decrypt), TWIN_OK);
    CHECK_EQ(twin_boot_init(&boot, &config), TWIN_OK);
    while (twin_boot_step(&boot) == TWIN_BOOT_AGAIN) {
    }
    static const struct twin_cipher none[2];
    CHECK(memcmp(decrypter.priv.ciphers, none, sizeof(none)) != 0);
    twin_boot_decrypter_end(&decrypter);
    CHECK(memcmp(decrypter.priv.ciphers, none, sizeof(none)) == 0);
    rig_free(&rig);
}

static void check_mode(const struct rig_mode *mode)
{
    check_harms(mode, 16);
    check_harms(mode, 32);
    check_plain_update(mode);
    check_clear_update(mode);
    check_recovery(mode);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++) {
        check_swaps(swaps[i], 16);
        check_swaps(swaps[i], 32);
        check_unknown_key(swaps[i]);
        check_mode(swaps[i]);
    }
    for (size_t i = 0; i < sizeof(overwrites) / sizeof(overwrites[0]); i++) {
        check_overwrites(overwrites[i], 16);
        check_overwrites(overwrites[i], 32);
        check_mode(overwrites[i]);
    }
    check_init();
    check_end();
    return check_report();
}
