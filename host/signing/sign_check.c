/*
 * sign_check.c - can an image be made by this spec? SPDX-License-Identifier: Apache-2.0
 */
#include "signing/encrypt.h"
#include "signing/sign.h"
#include <inttypes.h>
#include <string.h>

/* Characters, not bytes: those that continue a UTF-8 sequence do not count. */
static size_t character_count(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return count;
}

bool twin_sign_hash_suits(const struct twin_key_type *type, bool fixed,
                          const struct twin_hash *hash)
{
    uint8_t allowed = fixed ? type->hashes_fixed : type->hashes;

    return (allowed >> (hash - twin_hashes) & 1) != 0;
}

enum twin_error_code twin_sign_check_custom(const struct twin_sign_tlv *others, size_t count,
                                            uint16_t type, struct twin_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (others[i].type == type) {
            return twin_error_set(error, TWIN_ERROR_USAGE, "Custom TLV 0x%x already exists.", type);
        }
    }
    if (twin_tlv_info(type) != NULL) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "Custom TLV 0x%x conflicts with predefined TLV.", type);
    }
    if (type < TWIN_TLV_VENDOR_MIN || type > TWIN_TLV_VENDOR_MAX) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "Invalid custom TLV type value '0x%x', allowed value should be "
                              "between 0x00a0 and 0xfffe",
                              type);
    }
    return TWIN_ERROR_NONE;
}

/* A row of what cannot be meant. */
struct rule {
    bool is_broken;
    const char *text;
};

static enum twin_error_code check_rules(const struct rule *rules, size_t count,
                                        struct twin_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (rules[i].is_broken) {
            return twin_error_set(error, TWIN_ERROR_USAGE, "%s", rules[i].text);
        }
    }
    return TWIN_ERROR_NONE;
}

#define COUNT(rules) (sizeof(rules) / sizeof((rules)[0]))

static bool is_power(uint32_t value, uint32_t min)
{
    return value >= min && value <= 32 && (value & (value - 1)) == 0;
}

static enum twin_error_code check_values(const struct twin_sign_spec *spec,
                                         struct twin_error *error)
{
    const struct rule rules[] = {
        {spec->header_size < TWIN_IMAGE_HEADER_LEN, "a header has 32 bytes at least"},
        {spec->load_addr != 0 && spec->rom_fixed != 0,
         "an image is for a fixed address or to be loaded to one, not both"},
        {!is_power(spec->align, 1), "the alignment is not 1, 2, 4, 8, 16 or 32"},
        {!is_power(spec->max_align, 8) || spec->max_align < spec->align,
         "the alignment of the trailer is not 8, 16 or 32, or below that of the flash"},
        {spec->pad && spec->slot_size == 0, "padding needs the size of the slot"},
        {spec->sw_type != NULL && character_count(spec->sw_type) > TWIN_SW_TYPE_MAX,
         "a software type has 12 characters at most"},
        /* As many bytes as that many characters can have. */
        {spec->sw_type != NULL && strlen(spec->sw_type) > 4 * (size_t)TWIN_SW_TYPE_MAX,
         "the software type is not UTF-8"},
        {spec->compression != TWIN_COMPRESSION_NONE && spec->fixed,
         "a compressed image carries two signatures, so it cannot be signed elsewhere"},
    };

    return check_rules(rules, COUNT(rules), error);
}

static enum twin_error_code check_custom(const struct twin_sign_spec *spec,
                                         struct twin_error *error)
{
    for (size_t i = 0; i < spec->custom_count; i++) {
        const struct twin_sign_tlv *tlv = &spec->custom[i];
        if (tlv->value.len > UINT16_MAX) {
            return twin_error_set(error, TWIN_ERROR_USAGE,
                                  "the value of custom TLV 0x%x is longer than 65535 bytes",
                                  tlv->type);
        }
        if (twin_sign_check_custom(spec->custom, i, tlv->type, error) != TWIN_ERROR_NONE) {
            return error->code;
        }
    }
    return TWIN_ERROR_NONE;
}

static enum twin_error_code check_key(const struct twin_sign_spec *spec, struct twin_error *error)
{
    const struct twin_key_type *type = spec->key != NULL ? spec->key->type : NULL;

    if (type == NULL) {
        return TWIN_ERROR_NONE;
    }
    if (type->scheme == TWIN_SCHEME_NONE) {
        return twin_error_set(error, TWIN_ERROR_USAGE, "%s: a key of type %s cannot sign",
                              spec->key->name, type->name);
    }
    if (spec->pure && type->scheme != TWIN_SCHEME_EDDSA) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "a pure signature needs an Ed25519 key; %s is %s", spec->key->name,
                              type->name);
    }
    if (!twin_sign_hash_suits(type, spec->fixed, twin_sign_hash(spec))) {
        return twin_error_set(error, TWIN_ERROR_USAGE, "a key of type %s does not sign with %s",
                              type->name, twin_sign_hash(spec)->name);
    }
    return TWIN_ERROR_NONE;
}

enum twin_error_code twin_sign_check(const struct twin_sign_spec *spec, struct twin_error *error)
{
    static enum twin_error_code (*const checks[])(
        const struct twin_sign_spec *, struct twin_error *) = {check_values, check_custom,
                                                               check_key, twin_encrypt_check};
    enum twin_error_code code = TWIN_ERROR_NONE;

    for (size_t i = 0; i < COUNT(checks) && code == TWIN_ERROR_NONE; i++) {
        code = checks[i](spec, error);
    }
    return code;
}
