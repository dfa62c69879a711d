/*
 * tlv.c - the TLV types of images, and areas of TLVs being built.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "signing/tlv.h"

#define UNPROTECTED false
#define PROTECTED   true
#define ONCE        false
#define MANY        true

static const struct twin_tlv_info infos[] = {
    {TWIN_TLV_KEYHASH, "KEYHASH", UNPROTECTED, MANY, 32, 64},
    {TWIN_TLV_PUBKEY, "PUBKEY", UNPROTECTED, MANY, 44, 398},
    {TWIN_TLV_SHA256, "SHA256", UNPROTECTED, ONCE, 32, 32},
    {TWIN_TLV_SHA384, "SHA384", UNPROTECTED, ONCE, 48, 48},
    {TWIN_TLV_SHA512, "SHA512", UNPROTECTED, ONCE, 64, 64},
    {TWIN_TLV_RSA2048, "RSA2048", UNPROTECTED, MANY, 256, 256},
    {TWIN_TLV_ECDSA, "ECDSASIG", UNPROTECTED, MANY, 8, 104},
    {TWIN_TLV_RSA3072, "RSA3072", UNPROTECTED, MANY, 384, 384},
    {TWIN_TLV_ED25519, "ED25519", UNPROTECTED, MANY, 64, 64},
    {TWIN_TLV_SIG_PURE, "SIG_PURE", UNPROTECTED, ONCE, 1, 1},
    {TWIN_TLV_ENC_RSA2048, "ENCRSA2048", UNPROTECTED, ONCE, 256, 256},
    {TWIN_TLV_ENC_KW, "ENCKW", UNPROTECTED, ONCE, 24, 40},
    {TWIN_TLV_ENC_EC256, "ENCEC256", UNPROTECTED, ONCE, 113, 129},
    {TWIN_TLV_ENC_X25519, "ENCX25519", UNPROTECTED, ONCE, 80, 96},
    {TWIN_TLV_ENC_X25519_SHA512, "ENCX25519_SHA512", UNPROTECTED, ONCE, 112, 128},
    {TWIN_TLV_DEPENDENCY, "DEPENDENCY", PROTECTED, MANY, 12, 12},
    {TWIN_TLV_SEC_CNT, "SEC_CNT", PROTECTED, ONCE, 4, 4},
    {TWIN_TLV_BOOT_RECORD, "BOOT_RECORD", PROTECTED, ONCE, 1, 200},
    {TWIN_TLV_DECOMP_SIZE, "DECOMP_SIZE", PROTECTED, ONCE, 4, 4},
    {TWIN_TLV_DECOMP_SHA, "DECOMP_SHA", PROTECTED, ONCE, 32, 64},
    {TWIN_TLV_DECOMP_SIGNATURE, "DECOMP_SIGNATURE", PROTECTED, ONCE, 8, 384},
    {TWIN_TLV_COMP_DEC_SIZE, "COMP_DEC_SIZE", PROTECTED, ONCE, 4, 4},
    {TWIN_TLV_UUID_VID, "UUID_VID", PROTECTED, ONCE, 16, 16},
    {TWIN_TLV_UUID_CID, "UUID_CID", PROTECTED, ONCE, 16, 16},
};

const struct twin_tlv_info *twin_tlv_info(uint16_t type)
{
    for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++) {
        if (infos[i].type == type) {
            return &infos[i];
        }
    }
    return NULL;
}

const char *twin_tlv_name(uint16_t type)
{
    const struct twin_tlv_info *info = twin_tlv_info(type);

    return info != NULL ? info->name : "UNKNOWN";
}

static void add_head(struct twin_tlv_area *area, uint16_t type, size_t len)
{
    if (twin_tlv_info(type) != NULL) {
        /* A predefined type is a byte and a reserved byte in either byte order. */
        uint8_t bytes[2] = {(uint8_t)type, 0};
        twin_buf_add(&area->entries, bytes, sizeof(bytes));
    } else {
        twin_buf_add_u16(&area->entries, area->big_endian, type);
    }
    twin_buf_add_u16(&area->entries, area->big_endian, (uint16_t)len);
}

void twin_tlv_add(struct twin_tlv_area *area, uint16_t type, const void *value, size_t len)
{
    add_head(area, type, len);
    twin_buf_add(&area->entries, value, len);
}

void twin_tlv_add_u32(struct twin_tlv_area *area, uint16_t type, uint32_t value)
{
    add_head(area, type, sizeof(value));
    twin_buf_add_u32(&area->entries, area->big_endian, value);
}

size_t twin_tlv_area_len(const struct twin_tlv_area *area)
{
    return area->entries.len == 0 ? 0 : TWIN_TLV_HEADER_LEN + area->entries.len;
}

void twin_tlv_area_append(const struct twin_tlv_area *area, struct twin_buf *out)
{
    if (area->entries.len > 0) {
        twin_buf_add_u16(out, area->big_endian, area->magic);
        twin_buf_add_u16(out, area->big_endian, (uint16_t)twin_tlv_area_len(area));
    }
    twin_buf_append(out, &area->entries);
}
