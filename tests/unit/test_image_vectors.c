/*
 * test_image_vectors.c - verifying images: everything that the reference signer made, and its
 * malformed ones. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/image_vectors.h"
#include "support/simflash.h"
#include "twin/image.h"

#define FLASH_LEN (256u * 1024u)

static struct sim_flash sim;
static struct twin_area area;

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
    uint8_t der[KEY_MAX];
    struct twin_pubkey key = load_key(kind, der);

    TWIN_TRY(twin_image_open(&image, &area, 0, max_len));
    return twin_image_verify(&image, &key, 1, kind->alg);
}

/* Good is what both the reference's verify and its loader took, with the image in the clear. */
static bool reference_takes(const json_t *vector)
{
    const json_t *verify = json_object_get(vector, "verify");
    const char *result = text(json_object_get(vector, "bootutil"), "result");

    /* Of its loader there is no build for P-384; and here is none for a signature of the image
     * itself instead of its hash. */
    if (result == NULL && strcmp(text(vector, "key"), "ecdsa-p384") == 0) {
        result = "boot";
    }
    return json_integer_value(json_object_get(verify, "rc")) == 0 && result != NULL &&
           strcmp(result, "boot") == 0 && text(vector, "enc_key") == NULL &&
           strstr(text(vector, "name"), "-pure") == NULL;
}

static void check_vectors(const json_t *list)
{
    unsigned taken = 0, refused = 0, other_keys = 0;
    size_t i;
    json_t *vector;

    json_array_foreach(list, i, vector)
    {
        const struct key_kind *kind = kind_of(text(vector, "key"));
#ifdef TEST_ED25519 /* the one image for a build with the longer hash */
        static const struct key_kind longer = {"ed25519", &twin_sig_ed25519_sha512};
        kind = strcmp(text(vector, "name"), "ed25519-sha512") == 0 ? &longer : kind;
#endif
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

int main(void)
{
    json_t *manifest = load_manifest();

    sim_init(&sim, FLASH_LEN, 4096, 4, 0xff);
    area = (struct twin_area){&sim.flash, 0, FLASH_LEN};
    check_vectors(json_object_get(manifest, "vectors"));
    check_negative(json_object_get(manifest, "negative"));
    json_decref(manifest);
    sim_free(&sim);
    return check_report();
}
