/*
 * decrypt_all.c - as decrypt.c, on a board with several images. SPDX-License-Identifier: Apache-2.0
 */
#include "decrypt.h"
#include "twin/decrypter.h"

static struct twin_boot_decrypter decrypters[TWIN_IMAGES_MAX];
static unsigned count; /* of those in use */

const struct twin_map *boot_decrypts_all(const struct twin_boot *boot, const struct twin_map *map,
                                         const struct twin_boot_config *config)
{
    static struct twin_slots slots[TWIN_IMAGES_MAX];
    static struct twin_map decrypted;

    decrypted = (struct twin_map){slots, map->count};
    count = 0;
    for (unsigned i = 0; i < map->count; i++) {
        struct twin_boot_config of_image = *config;
        of_image.slots = &map->images[i];
        if (twin_boot_decrypter_init(&decrypters[count], boot, &of_image, &boot_decrypt) ==
            TWIN_OK) {
            count++;
        }
        slots[i] = *of_image.slots;
    }
    return &decrypted;
}

void boot_forget_keys(void)
{
    while (count > 0) {
        twin_boot_decrypter_end(&decrypters[--count]);
    }
}
