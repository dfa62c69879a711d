/*
 * ram_load.c - images are copied to RAM, verified there, and run there: what is verified is what
 * runs. Spec: docs/spec-image.md section 9. SPDX-License-Identifier: Apache-2.0
 */
#include "../pick.h"

/* All of the image must lie in the RAM that the port gives. */
static bool is_inside(const struct twin_area *ram, uint32_t addr, uint32_t len)
{
    return addr >= ram->addr && addr - ram->addr <= ram->len &&
           len <= ram->len - (addr - ram->addr);
}

static twin_err_t copy(const struct twin_boot *boot, const struct twin_image *image,
                       const struct twin_area *to)
{
    const struct twin_boot_config *config = boot->priv.config;

    for (uint32_t off = 0; off < to->len;) {
        uint32_t left = to->len - off, part = left < config->buf_len ? left : config->buf_len;
        TWIN_TRY(twin_area_read(image->area, off, config->buf, part));
        TWIN_TRY(twin_area_write(to, off, config->buf, part));
        off += part;
    }
    return TWIN_OK;
}

static twin_err_t place(const struct twin_boot *boot, struct choice *choice)
{
    const struct twin_area *ram = boot->priv.config->ram;
    const struct twin_image_header *header = &choice->image.header;
    uint8_t raw[TWIN_IMAGE_HEADER_LEN];
    struct twin_image_header copied;

    if ((header->flags & TWIN_IMAGE_RAM_LOAD) == 0 || ram == NULL ||
        !is_inside(ram, header->load_addr, choice->image.total_len)) {
        return TWIN_E_UNSUPPORTED;
    }
    choice->runs = (struct twin_area){ram->flash, header->load_addr, choice->image.total_len};
    TWIN_TRY(copy(boot, &choice->image, &choice->runs));
    /* The header that will be verified is the copied one. */
    TWIN_TRY(twin_area_read(&choice->runs, 0, raw, sizeof(raw)));
    TWIN_TRY(twin_image_header_parse(raw, &copied));
    return (copied.flags & TWIN_IMAGE_RAM_LOAD) != 0 && copied.load_addr == choice->runs.addr
               ? TWIN_OK
               : TWIN_E_FORMAT;
}

/* The last one that was brought to RAM is the one that verifies, and is taken. */
static enum twin_boot_status take(struct twin_boot *boot, struct choice *choice,
                                  const struct choice *other)
{
    boot->handover.in_ram = true;
    return twin_boot_take(boot, choice, other);
}

static enum twin_boot_status look(struct twin_boot *boot)
{
    static const struct pick pick = {place, twin_boot_rank_by_version, take};

    return twin_boot_pick(boot, &pick);
}

const struct twin_boot_mode twin_boot_ram_load = {.facts = &twin_mode_ram_load, .look = look};
