/*
 * flash.c - the flash driver: NOR rules on a file, mapped shared. A killed process leaves exactly
 * what was stored, so a kill at any instant is a power cut.
 *
 * The mapping is read-only except inside the driver: a stray pointer faults, as on a part with
 * memory protection. SPDX-License-Identifier: Apache-2.0
 */
#include "geometry.h"
#include "internal.h"
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static uint8_t *bytes;
static size_t map_len;

static void rest(uint64_t us)
{
    struct timespec time = {.tv_sec = (time_t)(us / 1000000),
                            .tv_nsec = (long)(us % 1000000) * 1000};

    if (us != 0) {
        nanosleep(&time, NULL);
    }
}

static void protect(bool writable)
{
    if (mprotect(bytes, map_len, writable ? PROT_READ | PROT_WRITE : PROT_READ) != 0) {
        _exit(EXIT_BROKEN);
    }
}

/* One write unit has changed: tests may want power to fail now. */
static void count_unit(void)
{
    struct hardware *hardware = twin_native_hardware;

    if (hardware->units_left != 0 && --hardware->units_left == 0) {
        _exit(EXIT_POWER_CUT);
    }
}

/* Is all of this inside the flash, and aligned? */
static bool in_range(const struct twin_flash *flash, uint32_t addr, size_t len, uint32_t unit)
{
    return addr % unit == 0 && len % unit == 0 && addr <= flash->size && len <= flash->size - addr;
}

static twin_err_t flash_read(void *ctx, uint32_t addr, void *buf, size_t len)
{
    if (!in_range(ctx, addr, len, 1)) {
        return TWIN_E_IO;
    }
    memcpy(buf, bytes + addr, len);
    return TWIN_OK;
}

/* Only an erased unit can be written: a second write is a programming error, and is refused. */
static twin_err_t write_units(const struct twin_flash *flash, uint8_t *to, const uint8_t *from,
                              size_t len)
{
    for (size_t off = 0; off < len; off += flash->write_bytes) {
        if (!twin_flash_is_erased(flash, to + off, flash->write_bytes)) {
            return TWIN_E_IO;
        }
        memcpy(to + off, from + off, flash->write_bytes);
        count_unit();
    }
    return TWIN_OK;
}

static twin_err_t flash_write(void *ctx, uint32_t addr, const void *buf, size_t len)
{
    const struct twin_flash *flash = ctx;

    if (!in_range(flash, addr, len, flash->write_bytes)) {
        return TWIN_E_IO;
    }
    protect(true);
    twin_err_t err = write_units(flash, bytes + addr, buf, len);
    protect(false);
    rest((uint64_t)twin_native_hardware->write_us * (len / flash->write_bytes));
    return err;
}

/* Erasing is what takes long on a real part, so the watchdog is fed after each page. */
static twin_err_t flash_erase(void *ctx, uint32_t addr, uint32_t len)
{
    const struct twin_flash *flash = ctx;

    if (!in_range(flash, addr, len, flash->page_bytes)) {
        return TWIN_E_IO;
    }
    for (uint32_t off = 0; off < len; off += flash->write_bytes) {
        if (off % flash->page_bytes == 0) {
            rest(twin_native_hardware->erase_us);
            twin_board_watchdog_feed();
            protect(true);
        }
        memset(bytes + addr + off, flash->erased, flash->write_bytes);
        count_unit();
    }
    protect(false);
    return TWIN_OK;
}

static struct twin_flash device = {
    .ctx = &device, .read = flash_read, .write = flash_write, .erase = flash_erase};
static struct twin_slots slots[TWIN_IMAGES_MAX];
static struct twin_map map = {.images = slots};
static struct geometry geometry;

/* Everybody else sees a constant; it gets its value before main(). */
extern const struct twin_map twin_board_map __attribute__((alias("map")));
extern const struct twin_slots twin_board_slots[TWIN_IMAGES_MAX] __attribute__((alias("slots")));

int twin_native_flash_open(void)
{
    if (geometry_read(FD_FLASH, &geometry) != 0) {
        return -1;
    }
    map_len = geometry_flash_len(&geometry);
    bytes = mmap(NULL, map_len, PROT_READ, MAP_SHARED, FD_FLASH, 0);
    device.size = (uint32_t)map_len;
    device.page_bytes = geometry.page_bytes;
    device.write_bytes = geometry.write_bytes;
    device.erased = (uint8_t)geometry.erased;
    geometry_slots(&geometry, &device, slots);
    slots[0] = twin_slots_seen_from(&slots[0], (enum twin_slot)twin_board_running_slot());
    map.count = (uint8_t)geometry.images;
    return bytes == MAP_FAILED ? -1 : 0;
}

const uint8_t *twin_native_flash_at(uint32_t addr)
{
    return bytes + addr;
}

const char *twin_native_mode(void)
{
    return geometry.mode;
}
