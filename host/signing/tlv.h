/*
 * tlv.h - the TLV types of images, and areas of TLVs being built.
 *
 * Spec: docs/spec-image.md section 1.2. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"
#include "twin/image.h"

enum {
    TLV_KEYHASH = 0x01,
    TLV_PUBKEY = 0x02,
    TLV_SHA256 = 0x10,
    TLV_SHA384 = 0x11,
    TLV_SHA512 = 0x12,
    TLV_RSA2048 = 0x20,
    TLV_ECDSA = 0x22,
    TLV_RSA3072 = 0x23,
    TLV_ED25519 = 0x24,
    TLV_SIG_PURE = 0x25,
    TLV_ENC_RSA2048 = 0x30,
    TLV_ENC_KW = 0x31,
    TLV_ENC_EC256 = 0x32,
    TLV_ENC_X25519 = 0x33,
    TLV_ENC_X25519_SHA512 = 0x34,
    TLV_DEPENDENCY = 0x40,
    TLV_SEC_CNT = 0x50,
    TLV_BOOT_RECORD = 0x60,
    TLV_DECOMP_SIZE = 0x70,
    TLV_DECOMP_SHA = 0x71,
    TLV_DECOMP_SIGNATURE = 0x72,
    TLV_COMP_DEC_SIZE = 0x73,
    TLV_UUID_VID = 0x74,
    TLV_UUID_CID = 0x75,
    TLV_VENDOR_MIN = 0xa0,
    TLV_VENDOR_MAX = 0xfffe
};

/* What is known about a predefined type. */
struct tlv_info {
    uint16_t type;
    const char *name;          /* as dumpinfo prints it */
    bool is_protected;         /* the area where it belongs */
    bool repeatable;           /* may occur more than once */
    uint16_t len_min, len_max; /* bytes of the value */
};

/* NULL for a type that is not predefined. */
const struct tlv_info *tlv_info(uint16_t type);

/* One area. An empty one is not written at all. */
struct tlv_area {
    uint16_t magic; /* TWIN_TLV_MAGIC or TWIN_TLV_MAGIC_PROT */
    bool big_endian;
    struct twin_buf entries;
};

void tlv_add(struct tlv_area *area, uint16_t type, const void *value, size_t len);
void tlv_add_u32(struct tlv_area *area, uint16_t type, uint32_t value);

/* Bytes the area has in the image, its own header included; 0 if it is empty. */
size_t tlv_area_len(const struct tlv_area *area);

/* Put header and entries behind out. */
void tlv_area_append(const struct tlv_area *area, struct twin_buf *out);
