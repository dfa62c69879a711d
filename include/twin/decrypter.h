/*
 * twin/decrypter.h - for a bootloader whose updates are encrypted.
 *
 * It stands between the bootloader and its flash: what is read of an encrypted image is plain, and
 * what a swap copies out of the primary is encrypted again, with the key that this image came with.
 * The bootloader is the same with and without. Plain images are taken, too.
 *
 *     struct twin_boot_config config = ...; // changed here: its slots are the decrypter's from now
 *     struct twin_boot_decrypter decrypter;
 *     twin_boot_decrypter_init(&decrypter, &boot, &config, &decrypt);
 *     twin_boot_init(&boot, &config);
 *     ... twin_boot_step(&boot) until it ends ...
 *     twin_boot_decrypter_end(&decrypter);
 *
 * The program defines twin_image_flags_refused (twin/image.h) without those of encryption.
 * Keys of images are found in the images, at every start anew; they are never written to flash.
 * For the modes that swap or overwrite.
 *
 * A device with several images has a decrypter for each, initialised with its slots in config; the
 * map that the bootloader gets is made of copies of what the slots in config are then.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/boot.h"
#include "twin/cipher.h"

TWIN_C_BEGIN

struct twin_boot_decrypter;

/* One area's flash, as the bootloader sees it. */
struct twin_boot_decrypter_layer {
    struct twin_flash flash;
    struct twin_boot_decrypter *owner;
};

struct twin_boot_decrypter {
    struct {
        const struct twin_boot *boot; /* NULL: none is at work */
        const struct twin_decrypt *decrypt;
        const struct twin_slots *stored; /* the port's */
        struct twin_slots slots;         /* what the bootloader sees */
        struct twin_boot_decrypter_layer layers[TWIN_SLOT_COUNT];
        struct twin_cipher ciphers[2]; /* of the leaving image and of the arriving one */
        bool is_open[2];
        uint8_t type, looks; /* for which state of the bootloader these are */
        uint32_t swap_size, move;
    } priv;
};

/*
 * Begin. All must live as long as the decrypter; the slots have room for keys of
 * decrypt->key_len.
 *
 * Returns TWIN_OK; TWIN_E_ARG for slots without, or with another room; TWIN_E_UNSUPPORTED for a
 * mode whose images run from where they are stored: they cannot be encrypted there.
 */
TWIN_MUST_CHECK twin_err_t twin_boot_decrypter_init(struct twin_boot_decrypter *decrypter,
                                                    const struct twin_boot *boot,
                                                    struct twin_boot_config *config,
                                                    const struct twin_decrypt *decrypt);

/* Before anything is started: forget all keys. twin_boot_recover() comes before it. */
void twin_boot_decrypter_end(struct twin_boot_decrypter *decrypter);

TWIN_C_END
