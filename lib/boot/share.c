/*
 * share.c - tells the application what bootloader has started it. Spec: docs/spec-image.md section
 * 5. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/share.h"
#include "twin/record.h"

static twin_err_t add_byte(const struct twin_shared *shared, uint16_t type, uint8_t value)
{
    return twin_shared_add(shared, type, (struct twin_span){&value, 1});
}

static uint8_t signature_type(const struct twin_sig_alg *alg)
{
    return alg->tlv == TWIN_TLV_ECDSA ? 2 : alg->tlv == TWIN_TLV_ED25519 ? 3 : 1;
}

static twin_err_t add_version(const struct twin_shared *shared, const struct twin_version *version)
{
    uint8_t raw[TWIN_VERSION_LEN] = {version->major, version->minor};

    twin_put_le16(&raw[2], version->revision);
    twin_put_le32(&raw[4], version->build);
    return twin_shared_add(shared, TWIN_SHARED_VERSION, (struct twin_span){raw, sizeof(raw)});
}

static twin_err_t add_image(const struct twin_shared *shared, const struct twin_slots *slots)
{
    struct twin_record list[TWIN_RECORD_PLACES];
    uint8_t raw[TWIN_RECORD_LEN], size[4];
    const unsigned count = twin_records_read(slots, list);

    twin_put_le32(size, twin_slots_image_max(slots));
    TWIN_TRY(twin_shared_add(shared, (uint16_t)(TWIN_SHARED_MAX_SIZE + slots->image),
                             (struct twin_span){size, sizeof(size)}));
    if (count == 0) {
        return TWIN_OK;
    }
    twin_record_put(&list[count - 1], raw);
    return twin_shared_add(shared, (uint16_t)(TWIN_SHARED_RECORD + slots->image),
                           (struct twin_span){raw, sizeof(raw)});
}

twin_err_t twin_boot_share(const struct twin_shared *shared, const struct twin_boot_config *config,
                           const struct twin_map *map, const struct twin_boot_handover *handover,
                           const struct twin_boot_about *about)
{
    TWIN_TRY(twin_shared_begin(shared));
    TWIN_TRY(add_byte(shared, TWIN_SHARED_MODE, config->slots->mode->id));
    TWIN_TRY(add_byte(shared, TWIN_SHARED_SIGNATURE, signature_type(config->alg)));
    TWIN_TRY(add_byte(shared, TWIN_SHARED_RECOVERY, about->recovery));
    TWIN_TRY(add_byte(shared, TWIN_SHARED_SLOT, handover->slot));
    TWIN_TRY(add_version(shared, &about->version));
    for (unsigned i = 0; i < map->count; i++) {
        TWIN_TRY(add_image(shared, &map->images[i]));
    }
    return TWIN_OK;
}
