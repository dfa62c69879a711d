/*
 * fuzz_flash.c - any changes of a device's flash: images, TLVs, trailers, status areas, records.
 * Whoever reads them stays inside, a boot comes to an end, and starts nothing but what was signed.
 *
 * The input: a byte that chooses the mode; then changes, each an offset in the flash of two bytes,
 * a length of one, and as many bytes. SPDX-License-Identifier: Apache-2.0
 */
#include "replay.h"
#include "support/rig.h"
#include "twin/bytes.h"
#include "twin/record.h"
#include <stdlib.h>
#include <string.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#define BOOTS 3

static const struct rig_mode *const modes[] = {&rig_swap_offset, &rig_swap_move, &rig_overwrite,
                                               &rig_xip_revert, &rig_swap_scratch};
#define MODE_COUNT (sizeof(modes) / sizeof(modes[0]))

static struct rig *rig_of(uint8_t choice)
{
    static const struct rig_shape shape = {1024, 16, 4, 16, 8, 0xff, 3000, 3500};
    static struct rig rigs[MODE_COUNT];
    struct rig *rig = &rigs[choice % MODE_COUNT];

    if (rig->mode == NULL) {
        rig_make_in(rig, &shape, modes[choice % MODE_COUNT]);
        rig->records = true;
    }
    return rig;
}

static void change(struct rig *rig, struct twin_span changes)
{
    while (changes.len > 3) {
        const uint32_t off = twin_get_le16(changes.ptr) % rig->sim.flash.size;
        uint32_t len = changes.ptr[2];
        changes = (struct twin_span){changes.ptr + 3, changes.len - 3};
        len = len < changes.len ? len : (uint32_t)changes.len;
        len = len < rig->sim.flash.size - off ? len : rig->sim.flash.size - off;
        sim_put(&rig->sim, off, changes.ptr, len);
        changes = (struct twin_span){changes.ptr + len, changes.len - len};
    }
}

/* All that a server reads of an image: header, TLVs, hash. */
static void read_image(const struct rig *rig, const struct twin_area *area, uint32_t off)
{
    uint8_t hash[TWIN_HASH_MAX];
    struct twin_image image;
    struct twin_tlv tlv;
    uint32_t cursor = 0;

    if (twin_image_open(&image, area, off, area->len - off) != TWIN_OK) {
        return;
    }
    MUST(image.hashed_len <= image.total_len && image.total_len <= area->len - off);
    while (twin_image_tlv_next(&image, &cursor, &tlv) == TWIN_OK) {
        MUST(tlv.off >= image.header.hdr_size && tlv.off + tlv.len <= image.total_len);
    }
    (void)!twin_image_hash_read(&image, &twin_hash_sha256, hash);
    (void)!twin_image_verify(&image, rig->config.keys, rig->config.key_count, rig->config.alg);
}

static void read_all(const struct rig *rig)
{
    struct twin_record records[TWIN_RECORD_PLACES];
    struct twin_slots_state state;

    for (unsigned slot = TWIN_PRIMARY; slot <= TWIN_SECONDARY; slot++) {
        read_image(rig, &rig->slots.area[slot], 0);
        read_image(rig, &rig->slots.area[slot], twin_slots_update_off(&rig->slots));
    }
    twin_slots_read(&rig->slots, &state);
    MUST(twin_records_read(&rig->slots, records) <= TWIN_RECORD_PLACES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 1) {
        return 0;
    }
    struct rig *rig = rig_of(data[0]);
    rig_reset(rig);
    change(rig, (struct twin_span){data + 1, len - 1});
    read_all(rig);
    rig->sim.violations = 0;
    rig->sim.is_bad = true; /* cells that somebody wrote are written again */
    for (unsigned i = 0; i < BOOTS; i++) {
        const struct rig_boot boot = rig_boot(rig);
        MUST(boot.status != TWIN_BOOT_AGAIN);
        MUST(boot.status != TWIN_BOOT_START || rig_is_signed(rig, boot.major));
    }
    MUST(rig->sim.violations == 0);
    read_all(rig);
    return 0;
}
