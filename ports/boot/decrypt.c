/*
 * decrypt.c - updates may be encrypted, on a board with one image; stands in for decrypt_none.c.
 * Keys of images are in RAM from the first look at one to the hand-over.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decrypt.h"
#include "twin/decrypter.h"

static struct twin_boot_decrypter decrypter;

const struct twin_boot_config *boot_decrypts(const struct twin_boot *boot,
                                             const struct twin_boot_config *config)
{
    static struct twin_boot_config decrypted;

    decrypted = *config;
    return twin_boot_decrypter_init(&decrypter, boot, &decrypted, &boot_decrypt) == TWIN_OK
               ? &decrypted
               : config;
}

void boot_forget_keys(void)
{
    twin_boot_decrypter_end(&decrypter);
}
