/*
 * geometry.c - see geometry.h. SPDX-License-Identifier: Apache-2.0
 */
#include "geometry.h"
#include "twin/mode.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTORS     128 /* status entries: MCUboot's default */
#define ALIGN_LEAST 8   /* BOOT_MAX_ALIGN of the formats */

const struct geometry_mode geometry_modes[] = {
    {"swap_offset", &twin_mode_swap_offset},  {"swap_move", &twin_mode_swap_move},
    {"overwrite", &twin_mode_overwrite},      {"overwrite_fast", &twin_mode_overwrite},
    {"overwrite_lzma", &twin_mode_overwrite}, {"xip", &twin_mode_xip},
    {"xip_revert", &twin_mode_xip_revert},    {NULL, NULL},
};

/* NULL if there is no such mode. */
static const struct twin_mode *facts_of(const char *name)
{
    const struct geometry_mode *mode = geometry_modes;

    while (mode->name != NULL && strcmp(mode->name, name) != 0) {
        mode++;
    }
    return mode->facts;
}

int geometry_read(int fd, struct geometry *geometry)
{
    char text[GEOMETRY_LEN + 1] = "";
    struct stat file;

    if (fstat(fd, &file) != 0 || file.st_size < GEOMETRY_LEN ||
        pread(fd, text, GEOMETRY_LEN, file.st_size - GEOMETRY_LEN) != GEOMETRY_LEN) {
        return -1;
    }
    int found = sscanf(text,
                       "twinslot flash: page %" SCNu32 ", slot %" SCNu32 ", write unit %" SCNu32
                       ", erased %" SCNx32 ", images %" SCNu32 ", mode %19s keys %" SCNu32,
                       &geometry->page_bytes, &geometry->slot_bytes, &geometry->write_bytes,
                       &geometry->erased, &geometry->images, geometry->mode, &geometry->key_bits);
    geometry->key_bits = found == 7 ? geometry->key_bits : 0;
    return found >= 6 && geometry->images <= TWIN_IMAGES_MAX &&
                   file.st_size == (off_t)geometry_flash_len(geometry) + GEOMETRY_LEN
               ? 0
               : -1;
}

int geometry_write(int fd, const struct geometry *geometry)
{
    char text[GEOMETRY_LEN] = "", keys[24];

    snprintf(keys, sizeof(keys), " keys %" PRIu32, geometry->key_bits);
    snprintf(text, sizeof(text),
             "twinslot flash: page %" PRIu32 ", slot %" PRIu32 ", write unit %" PRIu32
             ", erased 0x%02" PRIx32 ", images %" PRIu32 ", mode %s%s\n",
             geometry->page_bytes, geometry->slot_bytes, geometry->write_bytes, geometry->erased,
             geometry->images, geometry->mode, geometry->key_bits == 0 ? "" : keys);
    return pwrite(fd, text, sizeof(text), geometry_flash_len(geometry)) == sizeof(text) ? 0 : -1;
}

uint32_t geometry_flash_len(const struct geometry *geometry)
{
    return 2 * geometry->images * geometry->slot_bytes;
}

void geometry_slots(const struct geometry *geometry, const struct twin_flash *flash,
                    struct twin_slots slots[TWIN_IMAGES_MAX])
{
    uint32_t sectors = geometry->page_bytes == 0 ? 0 : geometry->slot_bytes / geometry->page_bytes;
    uint32_t align = geometry->write_bytes > ALIGN_LEAST ? geometry->write_bytes : ALIGN_LEAST;
    uint32_t len = geometry->slot_bytes;

    for (uint32_t i = 0; i < geometry->images; i++) {
        slots[i] = (struct twin_slots){
            .mode = facts_of(geometry->mode),
            .area = {[TWIN_PRIMARY] = {flash, 2 * i * len, len},
                     [TWIN_SECONDARY] = {flash, (2 * i + 1) * len, len}},
            .sector_bytes = geometry->page_bytes,
            .max_sectors =
                (uint16_t)(sectors > SECTORS && sectors <= UINT16_MAX ? sectors : SECTORS),
            .max_align = (uint8_t)align,
            .image = (uint8_t)i,
            .key_room = (uint8_t)TWIN_KEY_ROOM(geometry->key_bits / 8, align),
        };
    }
}
