/*
 * test_unpack_vectors.c - compressed images of the reference's tool: what comes out has the hash
 * that the tool says. On processors of either byte order. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/simflash.h"
#include "twin/unpack.h"
#include <stdio.h>
#include <string.h>

#define SLOT_LEN (256u * 1024)

static struct sim_flash sim;
static uint8_t file[SLOT_LEN];

static uint32_t load(const char *name)
{
    char path[400];

    snprintf(path, sizeof(path), "%s/image/img/%s", TEST_VECTORS, name);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return 0;
    }
    const size_t len = fread(file, 1, sizeof(file), stream);
    fclose(stream);
    return (uint32_t)len;
}

static void check_vector(const char *name)
{
    static struct twin_unpack unpack;
    const struct twin_area target = {&sim.flash, 0, SLOT_LEN};
    const struct twin_area stored = {&sim.flash, SLOT_LEN, SLOT_LEN};
    uint8_t buf[TWIN_UNPACK_PIECE], want[TWIN_HASH_MAX], have[TWIN_HASH_MAX];
    struct twin_image packed, image;
    const uint32_t len = load(name);

    CHECK(len != 0);
    sim_blank(&sim, 0, sim.flash.size);
    sim_put(&sim, stored.addr, file, len);
    CHECK_EQ(twin_image_open(&packed, &stored, 0, SLOT_LEN), TWIN_OK);
    CHECK_EQ(twin_unpack_open(&unpack, &packed, &target, SLOT_LEN, &image), TWIN_OK);
    CHECK(image.header.img_size > packed.header.img_size);
    for (uint32_t off = 0; off < image.total_len; off += sizeof(buf)) {
        uint32_t left = image.total_len - off;
        uint32_t part = left < sizeof(buf) ? left : (uint32_t)sizeof(buf);
        CHECK_EQ(twin_area_read(&unpack.area, off, buf, part), TWIN_OK);
        sim_put(&sim, target.addr + off, buf, part);
    }
    CHECK_EQ(twin_image_open(&image, &target, 0, SLOT_LEN), TWIN_OK);
    CHECK_EQ(twin_image_hash_read(&image, &twin_hash_sha256, want), TWIN_OK);
    CHECK_EQ(twin_image_hash_compute(&image, &twin_hash_sha256, have), TWIN_OK);
    CHECK(memcmp(want, have, TWIN_SHA256_LEN) == 0);
}

int main(void)
{
    sim_init(&sim, 2 * SLOT_LEN, 4096, 1, 0xff);
    check_vector("comp-lzma2.bin");
    check_vector("comp-lzma2armthumb.bin");
    check_vector("comp-lzma2armthumb-64k.bin");
    check_vector("comp-lzma2-inplace.bin");
    sim_free(&sim);
    return check_report();
}
