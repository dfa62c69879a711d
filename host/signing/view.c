/*
 * view.c - an image in memory, taken apart. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/view.h"
#include <string.h>

#define FIND_MAX (1024 * 1024) /* bytes in which an image is looked for */

uint16_t twin_view_get_u16(const struct twin_view *view, const uint8_t *at)
{
    return view->big_endian ? twin_get_be16(at) : twin_get_le16(at);
}

uint32_t twin_view_get_u32(const struct twin_view *view, const uint8_t *at)
{
    uint32_t first = twin_view_get_u16(view, at), second = twin_view_get_u16(view, at + 2);

    return view->big_endian ? first << 16 | second : second << 16 | first;
}

/* A header in the byte order that lib/image reads. */
static void to_little_endian(const uint8_t *big, uint8_t raw[TWIN_IMAGE_HEADER_LEN])
{
    static const uint8_t lens[] = {4, 4, 2, 2, 4, 4, 1, 1, 2, 4, 4}; /* of the fields */

    for (size_t field = 0, at = 0; field < sizeof(lens); at += lens[field++]) {
        for (size_t i = 0; i < lens[field]; i++) {
            raw[at + i] = big[at + lens[field] - 1 - i];
        }
    }
}

static enum twin_fault read_header(struct twin_view *view)
{
    const struct twin_span bytes = view->bytes;
    struct twin_image_header *header = &view->header;
    uint8_t raw[TWIN_IMAGE_HEADER_LEN];

    if (bytes.len < sizeof(uint32_t)) {
        return TWIN_FAULT_SHORT;
    }
    view->big_endian = bytes.ptr[0] == TWIN_IMAGE_MAGIC >> 24;
    if (twin_view_get_u32(view, bytes.ptr) != TWIN_IMAGE_MAGIC) {
        return TWIN_FAULT_MAGIC;
    }
    if (bytes.len < sizeof(raw)) {
        return TWIN_FAULT_SHORT;
    }
    memcpy(raw, bytes.ptr, sizeof(raw));
    if (view->big_endian) {
        to_little_endian(bytes.ptr, raw);
    }
    if (twin_image_header_parse(raw, header) == TWIN_OK) {
        return TWIN_FAULT_NONE;
    }
    uint64_t len = (uint64_t)header->hdr_size + header->img_size + header->protect_tlv_size;
    return len > UINT32_MAX ? TWIN_FAULT_CUT : TWIN_FAULT_HEADER;
}

/* An area's own header: its magic, and its length including that header. */
static enum twin_fault read_area(const struct twin_view *view, size_t off, uint16_t *magic,
                                 uint16_t *len)
{
    if (off > view->bytes.len || view->bytes.len - off < TWIN_TLV_HEADER_LEN) {
        return TWIN_FAULT_CUT;
    }
    *magic = twin_view_get_u16(view, view->bytes.ptr + off);
    *len = twin_view_get_u16(view, view->bytes.ptr + off + 2);
    if (*magic != TWIN_TLV_MAGIC && *magic != TWIN_TLV_MAGIC_PROT) {
        return TWIN_FAULT_TLV_MAGIC;
    }
    if (*len < TWIN_TLV_HEADER_LEN) {
        return TWIN_FAULT_TLV_OVERRUN;
    }
    return *len > view->bytes.len - off ? TWIN_FAULT_CUT : TWIN_FAULT_NONE;
}

static enum twin_fault read_areas(struct twin_view *view)
{
    const struct twin_image_header *header = &view->header;
    uint16_t magic, len;

    if (header->img_size > view->bytes.len) {
        return TWIN_FAULT_CUT; /* also keeps the sums below from running over */
    }
    view->payload_off = header->hdr_size;
    view->payload_len = header->img_size;
    view->hashed_len = view->payload_off + view->payload_len;
    enum twin_fault fault = read_area(view, view->hashed_len, &magic, &len);
    if (fault != TWIN_FAULT_NONE) {
        return fault;
    }
    if (header->protect_tlv_size != (magic == TWIN_TLV_MAGIC_PROT ? len : 0)) {
        return TWIN_FAULT_PROT_SIZE;
    }
    if (magic == TWIN_TLV_MAGIC_PROT) {
        view->hashed_len += len;
        fault = read_area(view, view->hashed_len, &magic, &len);
        if (fault == TWIN_FAULT_NONE && magic != TWIN_TLV_MAGIC) {
            return TWIN_FAULT_TLV_MAGIC;
        }
    }
    view->end = view->hashed_len + len;
    return fault;
}

/* In big endian images a predefined type is still a byte followed by 0. */
static uint16_t read_type(const struct twin_view *view, const uint8_t *at)
{
    bool predefined = at[1] == 0 && twin_tlv_info(at[0]) != NULL;

    return view->big_endian && predefined ? at[0] : twin_view_get_u16(view, at);
}

bool twin_view_next(const struct twin_view *view, size_t *cursor, struct twin_view_tlv *tlv)
{
    size_t prot_off = view->payload_off + view->payload_len;

    if (*cursor == 0) {
        *cursor = prot_off + TWIN_TLV_HEADER_LEN;
    }
    if (*cursor == view->hashed_len) {
        *cursor += TWIN_TLV_HEADER_LEN; /* from the protected area into the other */
    }
    tlv->is_protected = *cursor < view->hashed_len;
    size_t area_end = tlv->is_protected ? view->hashed_len : view->end;
    if (*cursor >= area_end || area_end - *cursor < TWIN_TLV_HEADER_LEN) {
        return false;
    }
    const uint8_t *at = view->bytes.ptr + *cursor;
    tlv->type = read_type(view, at);
    tlv->value.ptr = at + TWIN_TLV_HEADER_LEN;
    tlv->value.len = twin_view_get_u16(view, at + 2);
    if (tlv->value.len > area_end - *cursor - TWIN_TLV_HEADER_LEN) {
        return false;
    }
    *cursor += TWIN_TLV_HEADER_LEN + tlv->value.len;
    return true;
}

bool twin_view_find(const struct twin_view *view, uint16_t type, bool is_protected,
                    struct twin_view_tlv *tlv)
{
    size_t cursor = 0;

    while (twin_view_next(view, &cursor, tlv)) {
        if (tlv->type == type && tlv->is_protected == is_protected) {
            return true;
        }
    }
    return false;
}

static bool find_kind(const struct twin_view *view, bool (*is_kind)(uint16_t type),
                      struct twin_view_tlv *tlv)
{
    size_t cursor = 0;

    while (twin_view_next(view, &cursor, tlv)) {
        if (is_kind(tlv->type)) {
            return true;
        }
    }
    return false;
}

bool twin_view_find_hash(const struct twin_view *view, struct twin_view_tlv *tlv)
{
    return find_kind(view, twin_tlv_is_hash, tlv);
}

bool twin_view_find_wrapped_key(const struct twin_view *view, struct twin_view_tlv *tlv)
{
    return find_kind(view, twin_tlv_wraps_key, tlv);
}

bool twin_view_is_signed(const struct twin_view *view)
{
    struct twin_view_tlv tlv;

    return find_kind(view, twin_tlv_is_signature, &tlv);
}

static enum twin_fault check_tlv(const struct twin_view *view, const struct twin_view_tlv *tlv)
{
    const struct twin_tlv_info *info = twin_tlv_info(tlv->type);
    struct twin_view_tlv first;

    if (info == NULL) {
        return TWIN_FAULT_NONE;
    }
    if (info->is_protected != tlv->is_protected) {
        return TWIN_FAULT_TLV_PLACE;
    }
    if (tlv->value.len < info->len_min || tlv->value.len > info->len_max) {
        return TWIN_FAULT_TLV_LENGTH;
    }
    if (!info->repeatable && twin_view_find(view, tlv->type, tlv->is_protected, &first) &&
        first.value.ptr != tlv->value.ptr) {
        return TWIN_FAULT_TLV_REPEAT;
    }
    return TWIN_FAULT_NONE;
}

enum twin_fault twin_view_open(struct twin_view *view, struct twin_span bytes)
{
    struct twin_view_tlv tlv;
    size_t cursor = 0;

    memset(view, 0, sizeof(*view));
    view->bytes = bytes;
    enum twin_fault fault = read_header(view);
    if (fault == TWIN_FAULT_NONE) {
        fault = read_areas(view);
    }
    if (fault != TWIN_FAULT_NONE) {
        return fault;
    }
    while (twin_view_next(view, &cursor, &tlv)) {
    }
    return cursor == view->end ? TWIN_FAULT_NONE : TWIN_FAULT_TLV_OVERRUN;
}

enum twin_fault twin_view_check_tlvs(const struct twin_view *view, uint16_t *culprit)
{
    struct twin_view_tlv tlv;
    size_t cursor = 0;

    while (twin_view_next(view, &cursor, &tlv)) {
        enum twin_fault fault = check_tlv(view, &tlv);
        if (fault != TWIN_FAULT_NONE) {
            *culprit = tlv.type;
            return fault;
        }
    }
    return TWIN_FAULT_NONE;
}

size_t twin_view_find_image(struct twin_span bytes)
{
    for (size_t at = TWIN_VIEW_STEP; at <= FIND_MAX && at + TWIN_IMAGE_HEADER_LEN <= bytes.len;
         at += TWIN_VIEW_STEP) {
        struct twin_view view = {.bytes = {bytes.ptr + at, bytes.len - at}};
        if (read_header(&view) == TWIN_FAULT_NONE) {
            return at;
        }
    }
    return 0;
}

bool twin_view_is_erased(struct twin_span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] != bytes.ptr[0]) {
            return false;
        }
    }
    return bytes.len > 0 && (bytes.ptr[0] == 0xff || bytes.ptr[0] == 0);
}
