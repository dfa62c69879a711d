/*
 * test_encrypted_vectors.c - images that the reference's imgtool has encrypted, as updates in
 * swap-move: what the reference's loader did with each, ours does, and what runs is the payload.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/image_vectors.h"
#include "support/rig.h"
#include <openssl/core_names.h>

#define SECTOR   4096u
#define FILE_MAX 0x20000

/* Builds of the reference: a part of their names, and what ours has for it. */
static const struct wrapping {
    const char *name; /* ends the name, or an - is behind it */
    const struct twin_unwrap_alg *alg;
} wrappings[] = {
    {"encec256", &twin_unwrap_ec256},
    {"enckw", &twin_unwrap_kw},
};

static const struct twin_unwrap_alg *wrapping_of(const char *build)
{
    for (size_t i = 0; i < sizeof(wrappings) / sizeof(wrappings[0]); i++) {
        if (build != NULL && strstr(build, wrappings[i].name) != NULL) {
            return wrappings[i].alg;
        }
    }
    return NULL;
}

static size_t read_vector(const char *name, uint8_t bytes[FILE_MAX])
{
    FILE *file = open_vector("", name, "");
    size_t len = fread(bytes, 1, FILE_MAX, file);

    fclose(file);
    return len;
}

/* The secret of the device, as its bootloader has it. */
static size_t own_secret(const json_t *vector, uint8_t own[32])
{
    const char *hex = text(vector, "kek_hex");
    BIGNUM *number = NULL;

    if (hex != NULL) {
        size_t len = strlen(hex) / 2;
        for (size_t i = 0; i < len; i++) {
            char digits[3] = {hex[2 * i], hex[2 * i + 1]};
            own[i] = (uint8_t)strtoul(digits, NULL, 16);
        }
        return len;
    }
    FILE *file = open_vector("keys/", "ecdsa-p256", ".pem");
    EVP_PKEY *pkey = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    CHECK(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1);
    CHECK_EQ(BN_bn2binpad(number, own, 32), 32);
    BN_free(number);
    EVP_PKEY_free(pkey);
    fclose(file);
    return 32;
}

static uint32_t slot_len(const json_t *vector, size_t file_len)
{
    size_t i;
    json_t *arg;
    json_t *args = json_object_get(vector, "args");

    json_array_foreach(args, i, arg)
    {
        if (strcmp(json_string_value(arg), "-S") == 0) {
            return (uint32_t)strtoul(json_string_value(json_array_get(args, i + 1)), NULL, 0);
        }
    }
    return file_len > 0x8000 ? 0x20000 : 0x8000;
}

/* Is what runs what was encrypted? */
static void check_payload(const struct rig *rig, const json_t *vector)
{
    static uint8_t payload[FILE_MAX];
    const uint8_t *primary = &rig->sim.mem[rig->slots.area[TWIN_PRIMARY].addr];
    const char *name = text(vector, "payload");

    if (name != NULL) {
        const size_t len = read_vector(name, payload);
        CHECK(memcmp(primary + twin_get_le16(primary + 8), payload, len) == 0);
    }
}

static void check_vector(const json_t *vector, const struct twin_unwrap_alg *alg)
{
    static uint8_t bytes[FILE_MAX];
    const json_t *reference = json_object_get(vector, "bootutil");
    const size_t len = read_vector(text(vector, "file"), bytes);
    const struct rig_shape shape = {SECTOR, slot_len(vector, len) / SECTOR, 4, 128, 8, 0xff, 5000,
                                    100};
    const bool swaps = strcmp(text(reference, "performed"), "none") != 0;
    uint8_t own[32], der[KEY_MAX];
    const size_t own_len = own_secret(vector, own);
    const uint8_t key_len =
        (twin_get_le32(&bytes[16]) & TWIN_IMAGE_ENCRYPTED_AES256) != 0 ? 32 : 16;
    struct rig rig;

    rig_make_encrypted(&rig, &shape, &rig_swap_move, key_len);
    rig_reset(&rig);
    const uint32_t secondary = rig.slots.area[TWIN_SECONDARY].addr;
    sim_blank(&rig.sim, secondary, rig.slots.area[TWIN_SECONDARY].len);
    sim_put(&rig.sim, secondary, bytes, len);
    (void)!twin_slots_request(&rig.slots, true); /* an image with a trailer has its own */
    struct twin_pubkey keys[] = {rig.key.public, load_key(kind_of("ecdsa-p256"), der)};
    rig.config.keys = &keys[1];
    rig.config.alg = &twin_sig_p256;
    rig.decrypt = (struct twin_decrypt){alg, {own, own_len}, key_len};
    struct rig_boot boot = rig_boot(&rig);
    if (swaps) {
        CHECK_EQ(boot.status, TWIN_BOOT_START);
        CHECK_EQ(boot.major, (unsigned)atoi(text(reference, "version")));
        CHECK_EQ(boot.unconfirmed, strcmp(text(reference, "performed"), "test") == 0);
        check_payload(&rig, vector);
    } else { /* ours stays, but its signature is of another kind */
        CHECK_EQ(boot.status, TWIN_BOOT_STOP);
        CHECK(rig_slot_holds(&rig, TWIN_PRIMARY, 0, &rig.old));
        CHECK_EQ(rig.events[TWIN_BOOT_EV_REFUSED], 1);
    }
    CHECK_EQ(rig.sim.violations, 0);
    rig_free(&rig);
}

static unsigned check_list(const json_t *list)
{
    unsigned count = 0;
    size_t i;
    json_t *vector;

    json_array_foreach(list, i, vector)
    {
        const struct twin_unwrap_alg *alg =
            wrapping_of(text(json_object_get(vector, "bootutil"), "build"));
        if (alg != NULL) {
            check_vector(vector, alg);
            count++;
        }
    }
    return count;
}

int main(void)
{
    json_t *manifest = load_manifest();
    unsigned images = check_list(json_object_get(manifest, "vectors"));
    unsigned synthetic = check_list(json_object_get(manifest, "synthetic"));

    printf("as the reference's loader: %u\n", images + synthetic);
    CHECK_EQ(images, 7);
    CHECK_EQ(synthetic, 2);
    json_decref(manifest);
    return check_report();
}
