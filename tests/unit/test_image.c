/*
 * test_image.c - reading and verifying images: damaged ones, other keys, versions. What the
 * reference signer made is in test_image_vectors.c. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/signed_image.h"
#include "support/simflash.h"
#include "twin/image.h"

#define FLASH_LEN (64u * 1024u)

static struct sim_flash sim;
static struct twin_area area;

/* Every truncation and every flipped bit of an image must be noticed. */
static void check_damage(const struct test_key *key)
{
    struct test_image made;
    struct twin_image image;
    unsigned taken = 0;

    test_image_make(&made, key, 3, 200, 0);
    memset(sim.mem, 0xff, FLASH_LEN);
    for (uint32_t len = 0; len < made.len; len++) {
        sim_put(&sim, 0, made.bytes, made.len);
        taken += twin_image_open(&image, &area, 0, len) == TWIN_OK;
    }
    CHECK_EQ(taken, 0);
    for (uint32_t bit = 0; bit < made.len * 8; bit++) {
        sim_put(&sim, 0, made.bytes, made.len);
        sim.mem[bit / 8] ^= (uint8_t)(1u << bit % 8);
        taken += twin_image_open(&image, &area, 0, made.len) == TWIN_OK &&
                 twin_image_verify(&image, &key->public, 1, &twin_sig_rsa2048) == TWIN_OK;
    }
    CHECK_EQ(taken, 0);
    sim_put(&sim, 0, made.bytes, made.len);
    CHECK_EQ(twin_image_open(&image, &area, 0, made.len), TWIN_OK);
    CHECK_EQ(image.total_len, made.len);
    CHECK_EQ(twin_image_verify(&image, &key->public, 1, &twin_sig_rsa2048), TWIN_OK);
    test_image_free(&made);
}

static void check_random_tlvs(const struct test_key *key)
{
    struct test_image made;
    struct twin_image image;
    uint32_t seed = 5;
    unsigned taken = 0;

    test_image_make(&made, key, 3, 64, 0);
    for (unsigned round = 0; round < 20000; round++) {
        sim_put(&sim, 0, made.bytes, made.len);
        for (unsigned i = 0; i < 4; i++) {
            sim.mem[8 + sim_random(&seed) % (made.len - 8)] = (uint8_t)sim_random(&seed);
        }
        if (memcmp(sim.mem, made.bytes, made.len) != 0 &&
            twin_image_open(&image, &area, 0, 1024) == TWIN_OK) {
            taken += twin_image_verify(&image, &key->public, 1, &twin_sig_rsa2048) == TWIN_OK;
        }
    }
    CHECK_EQ(taken, 0);
    CHECK_EQ(sim.violations, 0);
    test_image_free(&made);
}

static void check_keys(const struct test_key *key)
{
    struct test_key other;
    struct test_image signed_image, unsigned_image;
    struct twin_image image;

    test_key_make(&other, 2);
    struct twin_pubkey both[] = {other.public, key->public};
    test_image_make(&signed_image, key, 3, 100, 0);
    test_image_make(&unsigned_image, NULL, 3, 100, 0);
    sim_put(&sim, 0, signed_image.bytes, signed_image.len);
    CHECK_EQ(twin_image_open(&image, &area, 0, 4096), TWIN_OK);
    CHECK_EQ(twin_image_verify(&image, both, 2, &twin_sig_rsa2048), TWIN_OK);
    CHECK_EQ(twin_image_verify(&image, both, 1, &twin_sig_rsa2048), TWIN_E_VERIFY);
    CHECK_EQ(twin_image_verify(&image, both, 2, &twin_sig_p256), TWIN_E_VERIFY);
    sim_put(&sim, 0, unsigned_image.bytes, unsigned_image.len);
    CHECK_EQ(twin_image_open(&image, &area, 0, 4096), TWIN_OK);
    CHECK_EQ(twin_image_verify(&image, both, 2, &twin_sig_rsa2048), TWIN_E_VERIFY);
    test_image_free(&signed_image);
    test_image_free(&unsigned_image);
}

static void check_versions(void)
{
    char out[TWIN_VERSION_STR_MAX];
    struct twin_version low = {1, 2, 3, 0}, build = {1, 2, 3, 9}, high = {1, 10, 0, 0};
    struct twin_version max = {255, 255, 65535, 4294967295u};

    CHECK(twin_version_compare(&low, &high) < 0 && twin_version_compare(&high, &low) > 0);
    CHECK_EQ(twin_version_compare(&low, &build), 0);
    CHECK_EQ(twin_version_print(&low, out), 5);
    CHECK(strcmp(out, "1.2.3") == 0);
    (void)twin_version_print(&build, out);
    CHECK(strcmp(out, "1.2.3.9") == 0);
    CHECK_EQ(twin_version_print(&max, out), strlen("255.255.65535.4294967295"));
}

int main(void)
{
    struct test_key key;

    sim_init(&sim, FLASH_LEN, 4096, 4, 0xff);
    area = (struct twin_area){&sim.flash, 0, FLASH_LEN};
    test_key_make(&key, 1);
    check_damage(&key);
    check_random_tlvs(&key);
    check_keys(&key);
    check_versions();
    sim_free(&sim);
    return check_report();
}
