/*
 * test_image.c - reading and verifying images: everything that the reference signer made with an
 * RSA-2048 or P-256 key, and damaged images. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/signed_image.h"
#include "support/simflash.h"
#include "twin/image.h"
#include <jansson.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#define FLASH_LEN (256u * 1024u)
#define PATH_MAX_ 512

static struct sim_flash sim;
static struct twin_area area;

struct key_kind {
    const char *name; /* in the manifest; of a file keys/NAME.pem */
    const struct twin_sig_alg *alg;
};
static const struct key_kind kinds[] = {
    {"rsa-2048", &twin_sig_rsa2048},
    {"rsa-2048-other", &twin_sig_rsa2048},
    {"ecdsa-p256", &twin_sig_p256},
    {"ecdsa-p256-other", &twin_sig_p256},
};

static const struct key_kind *kind_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

static FILE *open_vector(const char *folder, const char *name, const char *suffix)
{
    char path[PATH_MAX_];

    snprintf(path, sizeof(path), "%s/image/%s%s%s", TEST_VECTORS, folder, name, suffix);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    return file;
}

static struct twin_pubkey load_key(const struct key_kind *kind, uint8_t der[300])
{
    FILE *file = open_vector("keys/", kind->name, ".pem");
    EVP_PKEY *pkey = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    uint8_t *end = der;
    int len = kind->alg == &twin_sig_rsa2048 ? i2d_PublicKey(pkey, &end) : i2d_PUBKEY(pkey, &end);

    fclose(file);
    EVP_PKEY_free(pkey);
    return (struct twin_pubkey){der, (uint32_t)len};
}

/* Put a file at the start of the flash; its length. */
static uint32_t load_image(const char *name)
{
    static uint8_t bytes[FLASH_LEN];
    FILE *file = open_vector("", name, "");
    size_t len = fread(bytes, 1, sizeof(bytes), file);

    fclose(file);
    memset(sim.mem, 0xff, FLASH_LEN);
    sim_put(&sim, 0, bytes, len);
    return (uint32_t)len;
}

static twin_err_t open_and_verify(const struct key_kind *kind, uint32_t max_len)
{
    struct twin_image image;
    uint8_t der[300];
    struct twin_pubkey key = load_key(kind, der);

    TWIN_TRY(twin_image_open(&image, &area, 0, max_len));
    return twin_image_verify(&image, &key, 1, kind->alg);
}

static const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* Good is what both the reference's verify and its loader took, with the image in the clear. */
static bool reference_takes(const json_t *vector)
{
    const json_t *verify = json_object_get(vector, "verify");
    const char *result = text(json_object_get(vector, "bootutil"), "result");

    return json_integer_value(json_object_get(verify, "rc")) == 0 && result != NULL &&
           strcmp(result, "boot") == 0 && text(vector, "enc_key") == NULL;
}

static void check_vectors(const json_t *list)
{
    unsigned taken = 0, refused = 0, other_keys = 0;
    size_t i;
    json_t *vector;

    json_array_foreach(list, i, vector)
    {
        const struct key_kind *kind = kind_of(text(vector, "key"));
        if (kind == NULL || strstr(text(vector, "file"), ".bin") == NULL) {
            other_keys++;
            continue;
        }
        uint32_t len = load_image(text(vector, "file"));
        bool good = open_and_verify(kind, len) == TWIN_OK;
        taken += good;
        refused += !good;
        if (good != reference_takes(vector)) {
            fprintf(stderr, "%s: %s\n", text(vector, "name"), good ? "taken" : "refused");
        }
        CHECK_EQ(good, reference_takes(vector));
    }
    printf("vectors: %u taken, %u refused, %u of other key types or file formats\n", taken, refused,
           other_keys);
    CHECK(taken > 0);
}

/* Malformed images that are taken all the same, and why that is right. */
static const char *const harmless[] = {
    "hash-after-signature",         /* the hash TLV may stand anywhere */
    "unprotected-security-counter", /* ignored: only protected TLVs count */
};

static bool is_harmless(const char *name)
{
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        if (strcmp(harmless[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void check_negative(const json_t *list)
{
    unsigned count = 0, other_keys = 0;
    size_t i;
    json_t *vector;

    json_array_foreach(list, i, vector)
    {
        const struct key_kind *kind = kind_of(text(vector, "verify_key"));
        if (kind == NULL) {
            other_keys++;
            continue;
        }
        uint32_t len = load_image(text(vector, "file"));
        bool good = open_and_verify(kind, len) == TWIN_OK;
        if (good != is_harmless(text(vector, "name"))) {
            fprintf(stderr, "negative %s: %s\n", text(vector, "name"), good ? "taken" : "refused");
        }
        CHECK_EQ(good, is_harmless(text(vector, "name")));
        count++;
    }
    printf("malformed images: %u, and %u of other key types\n", count, other_keys);
    CHECK(count > 0);
}

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

    test_key_make(&other);
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
    test_key_free(&other);
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
    json_error_t error;
    FILE *file = open_vector("", "manifest", ".json");
    json_t *manifest = json_loadf(file, 0, &error);

    fclose(file);
    sim_init(&sim, FLASH_LEN, 4096, 4, 0xff);
    area = (struct twin_area){&sim.flash, 0, FLASH_LEN};
    check_vectors(json_object_get(manifest, "vectors"));
    check_negative(json_object_get(manifest, "negative"));
    json_decref(manifest);
    test_key_make(&key);
    check_damage(&key);
    check_random_tlvs(&key);
    check_keys(&key);
    check_versions();
    test_key_free(&key);
    sim_free(&sim);
    return check_report();
}
