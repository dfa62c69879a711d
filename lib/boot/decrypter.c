/*
 * decrypter.c - flash as if no image in it were encrypted.
 *
 * Of every byte that the bootloader reads is known where it belongs: the mode says where a sector
 * of either image stands, at each point of a swap. So is where its header and its TLVs are, and in
 * them is its key; nothing need be kept for a start after a power cut.
 * Outside the primary images are encrypted, inside they are not. In counter mode both directions
 * are the same; so only reading is changed, and a copy out of the primary reads what is to be
 * written. Spec: docs/spec-image.md section 3. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/decrypter.h"
#include "boot_priv.h"
#include "twin/bytes.h"

/* One of the two images, as it is stored, but in one piece. */
struct stored {
    const struct twin_boot_decrypter *decrypter;
    bool arriving; /* or leaving */
};

/* Are these the slots that it gave to the bootloader, or a copy of them? */
static bool is_ours(const struct twin_boot_decrypter *decrypter, const struct twin_slots *slots)
{
    return slots != NULL &&
           slots->area[TWIN_PRIMARY].flash == &decrypter->priv.layers[TWIN_PRIMARY].flash;
}

/* Is an image being moved, or was it planned? Then the mode says where its sectors are. */
static bool is_swap(const struct twin_boot_decrypter *decrypter)
{
    const struct twin_boot *boot = decrypter->priv.boot;

    return boot != NULL && is_ours(decrypter, boot->priv.slots) &&
           boot->priv.mode->place_of != NULL && boot->priv.swap_size != 0;
}

/* Where the update is that nobody has looked at yet, or the image that an update replaced. */
static uint32_t rest_sector(const struct twin_boot_decrypter *decrypter)
{
    const struct twin_slots *slots = decrypter->priv.stored;
    uint8_t magic[4];

    return twin_area_read(&slots->area[TWIN_SECONDARY], 0, magic, sizeof(magic)) == TWIN_OK &&
                   twin_get_le32(magic) == TWIN_IMAGE_MAGIC
               ? 0
               : slots->mode->update_sector;
}

static struct place place_of(const struct twin_boot_decrypter *decrypter, bool arriving,
                             uint32_t sector)
{
    const struct twin_boot *boot = decrypter->priv.boot;

    if (is_swap(decrypter)) {
        return boot->priv.mode->place_of(boot, arriving, sector);
    }
    return arriving ? (struct place){TWIN_SECONDARY, sector + rest_sector(decrypter)}
                    : (struct place){TWIN_PRIMARY, sector};
}

/* A flash driver's read function. */
static twin_err_t read_stored(void *ctx, uint32_t addr, void *buf, size_t len)
{
    const struct stored *stored = ctx;
    const struct twin_slots *slots = stored->decrypter->priv.stored;
    uint8_t *to = buf;

    while (len > 0) {
        const struct place place =
            place_of(stored->decrypter, stored->arriving, addr / slots->sector_bytes);
        const uint32_t off = addr % slots->sector_bytes, left = slots->sector_bytes - off;
        const uint32_t part = len < left ? (uint32_t)len : left;
        TWIN_TRY(twin_area_read(&slots->area[place.slot], place.sector * slots->sector_bytes + off,
                                to, part));
        addr += part;
        to += part;
        len -= part;
    }
    return TWIN_OK;
}

/* ---- Keys ---- */

static void forget(struct twin_boot_decrypter *decrypter)
{
    twin_erase_secret(decrypter->priv.ciphers, sizeof(decrypter->priv.ciphers));
    decrypter->priv.is_open[false] = decrypter->priv.is_open[true] = false;
}

/* Is it in the middle of its moves? Then the images are the same from one to the next. */
static bool is_moving(const struct twin_boot *boot)
{
    return boot->priv.next == twin_boot_swap_run;
}

/* Keys are of the images that the bootloader had in mind when it looked for them. */
static void forget_others(struct twin_boot_decrypter *decrypter)
{
    const struct twin_boot *boot = decrypter->priv.boot;

    if (!is_swap(decrypter)) {
        return;
    }
    if (decrypter->priv.type != boot->priv.type || decrypter->priv.looks != boot->priv.looks ||
        decrypter->priv.swap_size != boot->priv.swap_size ||
        (decrypter->priv.move != boot->priv.move && !is_moving(boot))) {
        forget(decrypter);
    }
    decrypter->priv.type = boot->priv.type;
    decrypter->priv.looks = boot->priv.looks;
    decrypter->priv.swap_size = boot->priv.swap_size;
    decrypter->priv.move = boot->priv.move;
}

/* The key of an image. What is no image is taken as it stands. */
static twin_err_t find_key(struct twin_boot_decrypter *decrypter, bool arriving,
                           const struct twin_cipher **found)
{
    struct twin_cipher *cipher = &decrypter->priv.ciphers[arriving];
    const uint32_t most = twin_slots_image_max(decrypter->priv.stored);
    struct stored stored = {decrypter, arriving};
    struct twin_flash flash = {.ctx = &stored, .read = read_stored};
    const struct twin_area area = {&flash, 0, most};
    struct twin_image image;

    forget_others(decrypter);
    *found = cipher;
    if (decrypter->priv.is_open[arriving]) {
        return TWIN_OK;
    }
    cipher->begin = cipher->end = 0;
    twin_err_t err = twin_image_open(&image, &area, 0, most);
    if (err == TWIN_OK) {
        err = twin_cipher_open(cipher, &image, decrypter->priv.decrypt);
    }
    decrypter->priv.is_open[arriving] = err != TWIN_E_IO;
    return err == TWIN_E_IO ? err : TWIN_OK;
}

/* ---- What is read ---- */

struct owner {
    bool arriving;
    uint32_t sector; /* of the image */
};

/* Whose sector stands here? */
static bool find_owner(const struct twin_boot_decrypter *decrypter, struct place at,
                       struct owner *owner)
{
    const struct twin_slots *slots = decrypter->priv.stored;
    const uint32_t count = is_swap(decrypter) ? twin_boot_sector_count(decrypter->priv.boot)
                                              : slots->area[TWIN_PRIMARY].len / slots->sector_bytes;

    for (uint32_t i = 0; i < 2 * count; i++) {
        /* From the same sector of the image down: it is seldom far. */
        *owner = (struct owner){i % 2 == 0, (at.sector % count + count - i / 2) % count};
        const struct place place = place_of(decrypter, owner->arriving, owner->sector);
        if (place.slot == at.slot && place.sector == at.sector) {
            return true;
        }
    }
    return false;
}

/* Does this read change what is stored? A move reads what it is to write. */
static bool is_changed(const struct twin_boot_decrypter *decrypter, uint8_t slot)
{
    const struct twin_boot *boot = decrypter->priv.boot;

    if (is_swap(decrypter) && is_moving(boot) && boot->priv.stage == SWAP_STAGE_COPY) {
        const struct move move = boot->priv.mode->move_at(boot, boot->priv.move);
        return (move.from.slot == TWIN_PRIMARY) != (move.to.slot == TWIN_PRIMARY);
    }
    /* While a trailer is erased it is looked whether its sectors are blank. */
    return slot != TWIN_PRIMARY && (boot == NULL || boot->priv.next != twin_boot_swap_erasing);
}

/* A part of one sector. */
static twin_err_t change(struct twin_boot_decrypter *decrypter, uint8_t slot, uint32_t off,
                         uint8_t *data, uint32_t len)
{
    const struct twin_slots *slots = decrypter->priv.stored;
    const uint32_t in_sector = off % slots->sector_bytes;
    const struct twin_cipher *cipher;
    struct owner owner;

    if (!find_owner(decrypter, (struct place){slot, off / slots->sector_bytes}, &owner)) {
        return TWIN_OK;
    }
    off = owner.sector * slots->sector_bytes + in_sector;
    /* A trailer can be read although the image cannot. */
    if (off >= twin_slots_image_max(slots)) {
        return TWIN_OK;
    }
    TWIN_TRY(find_key(decrypter, owner.arriving, &cipher));
    twin_cipher_run(cipher, off, data, len);
    return TWIN_OK;
}

static twin_err_t read(void *ctx, uint32_t addr, void *buf, size_t len)
{
    const struct twin_boot_decrypter_layer *layer = ctx;
    struct twin_boot_decrypter *decrypter = layer->owner;
    const uint8_t slot = (uint8_t)(layer - decrypter->priv.layers);
    const struct twin_area *area = &decrypter->priv.stored->area[slot];
    const uint32_t sector = decrypter->priv.stored->sector_bytes;
    uint32_t off = addr - area->addr;
    uint8_t *data = buf;

    TWIN_TRY(area->flash->read(area->flash->ctx, addr, buf, len));
    while (len > 0 && is_changed(decrypter, slot)) {
        const uint32_t left = sector - off % sector;
        const uint32_t part = len < left ? (uint32_t)len : left;
        TWIN_TRY(change(decrypter, slot, off, data, part));
        off += part;
        data += part;
        len -= part;
    }
    return TWIN_OK;
}

static const struct twin_flash *below(const void *ctx)
{
    const struct twin_boot_decrypter_layer *layer = ctx;
    const struct twin_boot_decrypter *decrypter = layer->owner;

    return decrypter->priv.stored->area[layer - decrypter->priv.layers].flash;
}

static twin_err_t write(void *ctx, uint32_t addr, const void *buf, size_t len)
{
    const struct twin_flash *flash = below(ctx);

    return flash->write(flash->ctx, addr, buf, len);
}

static twin_err_t erase(void *ctx, uint32_t addr, uint32_t len)
{
    const struct twin_flash *flash = below(ctx);

    return flash->erase(flash->ctx, addr, len);
}

/* ---- */

twin_err_t twin_boot_decrypter_init(struct twin_boot_decrypter *decrypter,
                                    const struct twin_boot *boot, struct twin_boot_config *config,
                                    const struct twin_decrypt *decrypt)
{
    const struct twin_slots *slots = config->slots;

    if (slots->key_room != TWIN_KEY_ROOM(decrypt->key_len, slots->max_align)) {
        return TWIN_E_ARG;
    }
    if (config->mode->place_of == NULL && slots->mode->id != TWIN_MODE_OVERWRITE) {
        return TWIN_E_UNSUPPORTED;
    }
    *decrypter = (struct twin_boot_decrypter){
        .priv = {.boot = boot, .decrypt = decrypt, .stored = slots, .slots = *slots}};
    for (unsigned i = 0; i < TWIN_SLOT_COUNT; i++) {
        struct twin_boot_decrypter_layer *layer = &decrypter->priv.layers[i];
        if (slots->area[i].flash != NULL) {
            layer->flash = *slots->area[i].flash;
            layer->flash.ctx = layer;
            layer->flash.read = read;
            layer->flash.write = write;
            layer->flash.erase = erase;
            layer->owner = decrypter;
            decrypter->priv.slots.area[i].flash = &layer->flash;
        }
    }
    config->slots = &decrypter->priv.slots;
    return TWIN_OK;
}

void twin_boot_decrypter_end(struct twin_boot_decrypter *decrypter)
{
    forget(decrypter);
    twin_erase_stack();
    decrypter->priv.boot = NULL;
}
