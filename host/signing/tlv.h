/*
 * tlv.h - the TLV types of images, and areas of TLVs being built.
 *
 * Spec: docs/spec-image.md section 1.2. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"
#include "twin/image.h"

/* What is known about a predefined type. */
struct twin_tlv_info {
    uint16_t type;
    const char *name;          /* as dumpinfo prints it */
    bool is_protected;         /* the area where it belongs */
    bool repeatable;           /* may occur more than once */
    uint16_t len_min, len_max; /* bytes of the value */
};

/* NULL for a type that is not predefined. */
const struct twin_tlv_info *twin_tlv_info(uint16_t type);

/* Its name; "UNKNOWN" for a type that is not predefined. */
const char *twin_tlv_name(uint16_t type);

/* One area. An empty one is not written at all. Memory that runs out fails `entries`, and then the
 * buffer that the area is put behind. */
struct twin_tlv_area {
    uint16_t magic; /* TWIN_TLV_MAGIC or TWIN_TLV_MAGIC_PROT */
    bool big_endian;
    struct twin_buf entries;
};

/* Add an entry; its value has at most 65535 bytes. */
void twin_tlv_add(struct twin_tlv_area *area, uint16_t type, const void *value, size_t len);
void twin_tlv_add_u32(struct twin_tlv_area *area, uint16_t type, uint32_t value);

/* Bytes the area has in the image, its own header included; 0 if it is empty. */
size_t twin_tlv_area_len(const struct twin_tlv_area *area);

/* Put header and entries behind out. */
void twin_tlv_area_append(const struct twin_tlv_area *area, struct twin_buf *out);
