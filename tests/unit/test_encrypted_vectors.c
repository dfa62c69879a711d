/*
 * test_encrypted_vectors.c - images that the reference's imgtool has encrypted: each is the payload
 * again with the key of its device; and as updates in swap-move, what the reference's loader did
 * with them, ours does, and what runs is the payload. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/image_vectors.h"
#include "support/rig.h"
#include <openssl/core_names.h>

#define SECTOR   4096u
#define FILE_MAX 0x20000
#define OWN_MAX  1300 /* an RSA key in DER */

/* Builds of the reference: a part of their names, and what ours has for it. */
static const struct wrapping {
    const char *name; /* ends the name, or an - is behind it */
    const struct twin_unwrap_alg *alg;
} wrappings[] = {
    {"encec256", &twin_unwrap_ec256},
    {"enckw", &twin_unwrap_kw},
    {"encrsa", &twin_unwrap_rsa2048},
    {"encx25519", &twin_unwrap_x25519},
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

/* The private key of a device, as its bootloader has it. */
static size_t private_key(const char *name, uint8_t own[OWN_MAX])
{
    FILE *file = open_vector("keys/", name, ".pem");
    EVP_PKEY *pkey = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    size_t len = OWN_MAX;
    BIGNUM *number = NULL;

    if (EVP_PKEY_is_a(pkey, "EC")) {
        CHECK(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1);
        len = (size_t)BN_bn2binpad(number, own, 32);
        BN_free(number);
    } else if (EVP_PKEY_is_a(pkey, "RSA")) {
        uint8_t *end = own;
        len = (size_t)i2d_PrivateKey(pkey, &end);
    } else {
        CHECK(EVP_PKEY_get_raw_private_key(pkey, own, &len) == 1);
    }
    EVP_PKEY_free(pkey);
    fclose(file);
    return len;
}

static size_t from_hex(const char *hex, uint8_t own[OWN_MAX])
{
    size_t len = strlen(hex) / 2;

    for (size_t i = 0; i < len; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1]};
        own[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return len;
}

/* The secret of the device that the image is for. */
static struct twin_span secret_of(const json_t *vector, uint8_t own[OWN_MAX])
{
    const char *hex = text(vector, "kek_hex"), *name = text(vector, "enc_key");

    if (hex != NULL) {
        return (struct twin_span){own, from_hex(hex, own)};
    }
    if (name != NULL && strncmp(name, "pub/", 4) == 0) { /* of a file with the public half */
        char stem[32];
        snprintf(stem, sizeof(stem), "%s", name + 4);
        *strchr(stem, '.') = '\0';
        return (struct twin_span){own, private_key(stem, own)};
    }
    return (struct twin_span){own, private_key(name == NULL ? "ecdsa-p256" : name, own)};
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
    uint8_t own[OWN_MAX], der[KEY_MAX];
    const struct twin_span secret = secret_of(vector, own);
    const char *key = text(vector, "key");
    const struct key_kind *kind = kind_of(key == NULL ? "ecdsa-p256" : key);
    const uint8_t key_len =
        (twin_get_le32(&bytes[16]) & TWIN_IMAGE_ENCRYPTED_AES256) != 0 ? 32 : 16;
    struct rig rig;

    rig_make_encrypted(&rig, &shape, &rig_swap_move, key_len);
    rig_reset(&rig);
    const uint32_t secondary = rig.slots.area[TWIN_SECONDARY].addr;
    sim_blank(&rig.sim, secondary, rig.slots.area[TWIN_SECONDARY].len);
    sim_put(&rig.sim, secondary, bytes, len);
    (void)!twin_slots_request(&rig.slots, true); /* an image with a trailer has its own */
    struct twin_pubkey keys[] = {rig.key.public, load_key(kind, der)};
    rig.config.keys = &keys[1];
    rig.config.alg = kind->alg;
    rig.decrypt = (struct twin_decrypt){alg, secret, key_len};
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

/* ---- Without a bootloader ---- */

static const struct twin_unwrap_alg *const algs[] = {&twin_unwrap_kw, &twin_unwrap_ec256,
                                                     &twin_unwrap_rsa2048, &twin_unwrap_x25519,
                                                     &twin_unwrap_x25519_sha512};

static twin_err_t read_memory(void *ctx, uint32_t addr, void *buf, size_t len)
{
    memcpy(buf, (const uint8_t *)ctx + addr, len);
    return TWIN_OK;
}

/* The kinds of keys in it; one that it is not encrypted with leaves it alone. */
static unsigned check_alone(const json_t *vector)
{
    static uint8_t bytes[FILE_MAX], payload[FILE_MAX];
    const uint32_t len = (uint32_t)read_vector(text(vector, "file"), bytes);
    const struct twin_flash flash = {.ctx = bytes, .read = read_memory};
    const struct twin_area area = {&flash, 0, len};
    uint8_t own[OWN_MAX];
    const struct twin_span secret = secret_of(vector, own);
    const uint8_t key_len =
        (twin_get_le32(&bytes[16]) & TWIN_IMAGE_ENCRYPTED_AES256) != 0 ? 32 : 16;
    struct twin_image image;
    unsigned opened = 0;

    CHECK_EQ(twin_image_open(&image, &area, 0, len), TWIN_OK);
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
        struct twin_cipher cipher;
        CHECK_EQ(
            twin_cipher_open(&cipher, &image, &(struct twin_decrypt){algs[i], secret, key_len}),
            TWIN_OK);
        if (cipher.begin != cipher.end) {
            twin_cipher_run(&cipher, 0, bytes, len);
            opened++;
        }
    }
    if (text(vector, "payload") != NULL) {
        const size_t payload_len = read_vector(text(vector, "payload"), payload);
        CHECK_EQ(memcmp(&bytes[image.header.hdr_size], payload, payload_len), 0);
    }
    return opened;
}

/* --clear leaves the payload as it is, so that it is the cipher that changes it. */
static bool is_clear(const json_t *vector)
{
    return strstr(text(vector, "name"), "clear") != NULL;
}

static unsigned check_all_alone(const json_t *list)
{
    unsigned count = 0;
    size_t i;
    json_t *vector;

    json_array_foreach(list, i, vector)
    {
        const char *name = text(vector, "name"), *key = text(vector, "enc_key");
        bool is_encrypted = key != NULL || text(vector, "kek_hex") != NULL;
        if (is_encrypted &&
            !(name != NULL && (is_clear(vector) || strstr(name, "quirk") != NULL))) {
            CHECK_EQ(check_alone(vector), 1);
            count++;
        }
    }
    return count;
}

/* ---- */

static unsigned check_list(const json_t *list)
{
    unsigned count = 0;
    size_t i;
    json_t *vector;

    json_array_foreach(list, i, vector)
    {
        const struct twin_unwrap_alg *alg =
            wrapping_of(text(json_object_get(vector, "bootutil"), "build"));
        const char *key = text(vector, "key");
        if (alg != NULL && (key == NULL || kind_of(key) != NULL)) {
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
    CHECK(images >= 12); /* and six more where Ed25519 could be fetched */
    CHECK_EQ(synthetic, 2);
    CHECK_EQ(check_all_alone(json_object_get(manifest, "vectors")), 24);
    CHECK_EQ(check_all_alone(json_object_get(manifest, "synthetic")), 2);
    json_decref(manifest);
    return check_report();
}
