/*
 * test_boot_vectors.c - what the reference's loader did with each image, ours does: built for
 * swap-move, the image in the primary, booted once. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/image_vectors.h"
#include "support/rig.h"

#define SECTOR   4096u
#define SLOT_LEN 0x8000u /* without a word about it */

/* Where ours does something else, and why. */
static const struct {
    const char *name, *why;
} differences[] = {
    {"empty-keyhash", "a key is named by its whole hash, not by a prefix of it"},
};

static bool is_different(const char *name)
{
    for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]); i++) {
        if (strcmp(name, differences[i].name) == 0) {
            printf("not as the reference: %s: %s\n", name, differences[i].why);
            return true;
        }
    }
    return false;
}

/* The size of slot that the image was made for. */
static uint32_t slot_len(const json_t *vector)
{
    size_t i;
    json_t *arg;

    json_array_foreach(json_object_get(vector, "args"), i, arg)
    {
        if (strcmp(json_string_value(arg), "-S") == 0) {
            const char *size =
                json_string_value(json_array_get(json_object_get(vector, "args"), i + 1));
            return (uint32_t)strtoul(size, NULL, 0);
        }
    }
    return SLOT_LEN;
}

/* Builds of the reference that ours can be: the signature and the alignment. */
static const struct build {
    const char *name;
    const struct twin_sig_alg *alg;
    uint8_t align;
} builds[] = {
    {"peer-move-rsa2048", &twin_sig_rsa2048, 8},
    {"peer-move-ec256", &twin_sig_p256, 8},
    {"peer-move-ec256-a16", &twin_sig_p256, 16},
    {"peer-move-ec256-a32", &twin_sig_p256, 32},
};

static const struct build *build_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof(builds) / sizeof(builds[0]); i++) {
        if (strcmp(builds[i].name, name) == 0) {
            return &builds[i];
        }
    }
    return NULL;
}

static void put_image(struct rig *rig, const char *name)
{
    const struct twin_area *primary = &rig->slots.area[TWIN_PRIMARY];
    static uint8_t bytes[0x40000];
    FILE *file = open_vector("", name, "");
    size_t len = fread(bytes, 1, sizeof(bytes), file);

    fclose(file);
    sim_blank(&rig->sim, 0, rig->sim.flash.size);
    sim_put(&rig->sim, primary->addr, bytes, len < primary->len ? len : primary->len);
}

/* A key of the build's type is enough where the image's is of another one, or there is none. */
static const char *key_of(const json_t *vector, const struct build *build)
{
    const char *key =
        text(vector, "key") != NULL ? text(vector, "key") : text(vector, "verify_key");
    const struct key_kind *kind = kind_of(key);

    return kind != NULL && kind->alg == build->alg ? key
           : build->alg == &twin_sig_rsa2048       ? "rsa-2048"
                                                   : "ecdsa-p256";
}

static void check_vector(const json_t *vector, const struct build *build)
{
    const struct rig_shape shape = {
        SECTOR, slot_len(vector) / SECTOR, 4, 128, build->align, 0xff, 100, 100};
    const json_t *reference = json_object_get(vector, "bootutil");
    const char *name = text(vector, "name"), *version = text(reference, "version");
    uint8_t der[KEY_MAX];
    struct rig rig;

    rig_make_in(&rig, &shape, &rig_swap_move);
    struct twin_pubkey key = load_key(kind_of(key_of(vector, build)), der);
    rig.config.keys = &key;
    rig.config.alg = build->alg;
    put_image(&rig, text(vector, "file"));
    sim_arm(&rig.sim, 0, SIM_CUT_BEFORE, 1);
    struct rig_boot boot = rig_boot(&rig);
    bool boots = strcmp(text(reference, "result"), "boot") == 0;
    if ((boot.status == TWIN_BOOT_START) != boots && !is_different(name)) {
        fprintf(stderr, "%s: %s, the reference says %s\n", name,
                boot.status == TWIN_BOOT_START ? "started" : "not started",
                text(reference, "result"));
        CHECK(false);
    }
    if (boot.status == TWIN_BOOT_START && boots) {
        CHECK_EQ(boot.major, (unsigned)atoi(version));
    }
    /* Pending and performed: none in all of these. */
    CHECK(strcmp(text(reference, "performed"), "none") == 0);
    CHECK_EQ(rig.sim.ops, 0);
    CHECK_EQ(rig.sim.violations, 0);
    rig_free(&rig);
}

static void check_list(const json_t *list)
{
    unsigned count = 0, others = 0;
    size_t i;
    json_t *vector;

    json_array_foreach(list, i, vector)
    {
        const struct build *build = build_of(text(json_object_get(vector, "bootutil"), "build"));
        if (build == NULL || strstr(text(vector, "file"), ".bin") == NULL) {
            others++;
            continue;
        }
        check_vector(vector, build);
        count++;
    }
    printf("as the reference's loader: %u; of other builds, or not tried with it: %u\n", count,
           others);
    CHECK(count > 0);
}

int main(void)
{
    json_t *manifest = load_manifest();

    check_list(json_object_get(manifest, "vectors"));
    check_list(json_object_get(manifest, "negative"));
    json_decref(manifest);
    return check_report();
}
