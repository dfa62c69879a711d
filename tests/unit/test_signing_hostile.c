/*
 * test_signing_hostile.c - what the bootloader refuses, a verification refuses, and says why.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "signing/verify.h"
#include "support/hostile_image.h"
#include <string.h>

static struct hostile_keys keys;
static struct twin_error error; /* the last one */

static void adopt(struct twin_key *key, const struct test_key *from, const char *name)
{
    const uint8_t *der = from->der;
    EVP_PKEY *pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &der, (long)sizeof(from->der));

    CHECK_EQ(twin_key_adopt(key, pkey, false, name, &error), 0);
}

static bool is_good(const struct hostile_making *making, const struct twin_key *known, size_t count,
                    struct twin_verify_result *result)
{
    static uint8_t bytes[HOSTILE_BYTES_MAX];
    uint32_t len = hostile_image_make(making, &keys, bytes);
    const struct twin_verify_input input = {
        .bytes = {bytes, len}, .keys = known, .key_count = count};

    return twin_verify_image(&input, result, &error) == TWIN_ERROR_NONE;
}

static void check_images(const struct twin_key *known)
{
    for (size_t i = 0; i < hostile_image_count; i++) {
        const struct hostile_image *image = &hostile_images[i];
        struct twin_verify_result result;
        bool good = is_good(&image->making, known, 1, &result);
        if (good != (image->want == TWIN_OK)) {
            fprintf(stderr, "%s: %s\n", image->what, good ? "taken" : error.why);
        }
        CHECK_EQ(good, image->want == TWIN_OK);
        CHECK(good || (result.fault != TWIN_FAULT_NONE && error.code == TWIN_ERROR_VERIFY));
    }
}

/* Two known keys: each signs once, however many others may. */
static void check_two_keys(const struct twin_key known[2])
{
    static const struct hostile_making both = {
        .entries = {SOUND, {1, 32, OTHER, false}, {0x20, 256, SIG_OTHER, false}}};
    static const struct hostile_making second_bad = {
        .entries = {SOUND, {1, 32, OTHER, false}, {0x20, 256, SIG, false}}};
    static const struct hostile_making twice = {.entries = {SOUND, KEY_TLV, SIG_TLV}};
    struct twin_verify_result result;

    CHECK(is_good(&both, known, 2, &result));
    CHECK_EQ(result.signatures, 2);
    CHECK(is_good(&both, &known[1], 1, &result));
    CHECK_EQ(result.foreign_signatures, 1);
    CHECK(!is_good(&second_bad, known, 2, &result));
    CHECK(is_good(&second_bad, known, 1, &result));
    CHECK(!is_good(&twice, known, 2, &result));
    CHECK(strcmp(error.why, "two signatures name ours") == 0);
}

int main(void)
{
    struct twin_key known[2] = {0};

    test_key_make(&keys.ours, 1);
    test_key_make(&keys.other, 2);
    adopt(&known[0], &keys.ours, "ours");
    adopt(&known[1], &keys.other, "other");
    check_images(known);
    check_two_keys(known);
    twin_key_free(&known[0]);
    twin_key_free(&known[1]);
    return check_report();
}
