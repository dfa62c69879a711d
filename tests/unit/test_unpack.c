/*
 * test_unpack.c - compressed images: what comes out is the image that was packed, in pieces of any
 * size, and whatever a stream says, nothing else happens. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/packed_image.h"
#include "twin/unpack.h"
#include <stdlib.h>
#include <string.h>

#define SECTOR   4096
#define SLOT_LEN (32 * SECTOR)

static struct sim_flash sim;
static struct twin_area target, stored;
static struct test_key key;
static struct twin_unpack unpack;

static void put(const struct test_image *packed)
{
    sim_blank(&sim, 0, sim.flash.size);
    sim_put(&sim, stored.addr, packed->bytes, packed->len);
}

static twin_err_t open_image(const struct test_image *packed, uint32_t max_len,
                             struct twin_image *image)
{
    struct twin_image there;

    put(packed);
    TWIN_TRY(twin_image_open(&there, &stored, 0, stored.len));
    return twin_unpack_open(&unpack, &there, &target, max_len, image);
}

/* Read it in pieces, and write each, as who wants it does. */
static twin_err_t unpack_in(const struct twin_image *image, uint32_t piece)
{
    uint8_t buf[TWIN_UNPACK_PIECE];

    for (uint32_t off = 0; off < image->total_len; off += piece) {
        uint32_t left = image->total_len - off, part = left < piece ? left : piece;
        TWIN_TRY(twin_area_read(&unpack.area, off, buf, part));
        sim_put(&sim, target.addr + off, buf, part);
    }
    return TWIN_OK;
}

static bool is_target(const struct test_image *image)
{
    return memcmp(&sim.mem[target.addr], image->bytes, image->len) == 0;
}

/* ---- What is whole ---- */

static void check_packed(const struct test_image *plain, const struct test_image *packed,
                         uint32_t piece)
{
    struct twin_image image;

    CHECK_EQ(open_image(packed, SLOT_LEN, &image), TWIN_OK);
    CHECK_EQ(image.total_len, plain->len);
    CHECK_EQ(unpack_in(&image, piece), TWIN_OK);
    CHECK(is_target(plain));
    CHECK_EQ(unpack_in(&image, piece), TWIN_OK); /* and again, from the start */
    CHECK(is_target(plain));
}

static void check_all(void)
{
    static const uint32_t lengths[] = {2, 3, 4, 5, 100, 1023, 1024, 1025, 5000, 70001, 100000};
    static const uint32_t pieces[] = {2, 4, 6, 32, 254, 1000, 1024};

    for (size_t i = 0; i < TWIN_COUNT(lengths); i++) {
        struct test_image plain, packed, filtered;
        test_image_make(&plain, &key, 2, lengths[i], 0);
        test_image_make_dull(&plain, &key);
        test_image_pack(&packed, &plain, &key, TWIN_COMPRESSION_LZMA2);
        test_image_pack(&filtered, &plain, &key, TWIN_COMPRESSION_LZMA2_THUMB);
        CHECK(lengths[i] < 5000 || packed.len < plain.len * 9 / 10);
        CHECK(lengths[i] < 5000 || memcmp(packed.bytes + 34, filtered.bytes + 34, 1000) != 0);
        for (size_t k = lengths[i] > 5000 ? 3 : 0; k < TWIN_COUNT(pieces); k++) {
            check_packed(&plain, &packed, pieces[k]);
            check_packed(&plain, &filtered, pieces[k]);
        }
        test_image_free(&plain);
        test_image_free(&packed);
        test_image_free(&filtered);
    }
}

int main(void)
{
    sim_init(&sim, 2 * SLOT_LEN, SECTOR, 1, 0xff);
    target = (struct twin_area){&sim.flash, 0, SLOT_LEN};
    stored = (struct twin_area){&sim.flash, SLOT_LEN, SLOT_LEN};
    test_key_make(&key, 1);
    check_all();
    sim_free(&sim);
    return check_report();
}
