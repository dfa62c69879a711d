/*
 * view.c - an image in memory, taken apart. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/view.h"
#include "signing/trailer.h"
#include <string.h>

#define AES_FLAGS  (TWIN_IMAGE_ENCRYPTED_AES128 | TWIN_IMAGE_ENCRYPTED_AES256)
#define LZMA_FLAGS (TWIN_IMAGE_LZMA1 | TWIN_IMAGE_LZMA2)
#define FIND_MAX   (1024 * 1024) /* bytes in which an image is looked for */

/* Of swap_info, whose upper half is the number of the image. */
enum { SWAP_TYPE_TEST = 2, SWAP_TYPE_REVERT = 4 };

const char *const view_fault_text[] = {
    [VIEW_OK] = "no fault",
    [VIEW_SHORT] = "The file is too short for an image",
    [VIEW_MAGIC] = "Invalid image magic; is this an MCUboot image?",
    [VIEW_HEADER] = "The header contradicts itself",
    [VIEW_CUT] = "The file ends before the image does; was it cut?",
    [VIEW_TLV_MAGIC] = "Invalid TLV info magic; is this an MCUboot image?",
    [VIEW_PROT_SIZE] = "Header and protected TLV area differ about its length",
    [VIEW_TLV_OVERRUN] = "A TLV is longer than its area",
    [VIEW_TLV_PLACE] = "A TLV stands in the wrong area",
    [VIEW_TLV_LENGTH] = "A TLV has an impossible length",
    [VIEW_TLV_REPEAT] = "A TLV stands there twice",
};

uint16_t view_get_u16(const struct view *view, const uint8_t *at)
{
    return view->big_endian ? twin_get_be16(at) : twin_get_le16(at);
}

uint32_t view_get_u32(const struct view *view, const uint8_t *at)
{
    uint32_t first = view_get_u16(view, at), second = view_get_u16(view, at + 2);

    return view->big_endian ? first << 16 | second : second << 16 | first;
}

static enum view_fault read_header(struct view *view)
{
    const uint8_t *raw = view->bytes.ptr;
    struct twin_image_header *header = &view->header;

    if (view->bytes.len < 4) {
        return VIEW_SHORT;
    }
    view->big_endian = raw[0] == TWIN_IMAGE_MAGIC >> 24;
    if (view_get_u32(view, raw) != TWIN_IMAGE_MAGIC) {
        return VIEW_MAGIC;
    }
    if (view->bytes.len < TWIN_IMAGE_HEADER_LEN) {
        return VIEW_SHORT;
    }
    header->load_addr = view_get_u32(view, raw + 4);
    header->hdr_size = view_get_u16(view, raw + 8);
    header->protect_tlv_size = view_get_u16(view, raw + 10);
    header->img_size = view_get_u32(view, raw + 12);
    header->flags = view_get_u32(view, raw + 16);
    header->version.major = raw[20];
    header->version.minor = raw[21];
    header->version.revision = view_get_u16(view, raw + 22);
    header->version.build = view_get_u32(view, raw + 24);
    if (header->hdr_size < TWIN_IMAGE_HEADER_LEN || (header->flags & AES_FLAGS) == AES_FLAGS ||
        (header->flags & LZMA_FLAGS) == LZMA_FLAGS) {
        return VIEW_HEADER;
    }
    return VIEW_OK;
}

/* An area's own header: its magic, and its length including that header. */
static enum view_fault read_area(const struct view *view, size_t off, uint16_t *magic,
                                 uint16_t *len)
{
    if (off > view->bytes.len || view->bytes.len - off < TWIN_TLV_HEADER_LEN) {
        return VIEW_CUT;
    }
    *magic = view_get_u16(view, view->bytes.ptr + off);
    *len = view_get_u16(view, view->bytes.ptr + off + 2);
    if (*magic != TWIN_TLV_MAGIC && *magic != TWIN_TLV_MAGIC_PROT) {
        return VIEW_TLV_MAGIC;
    }
    if (*len < TWIN_TLV_HEADER_LEN) {
        return VIEW_TLV_OVERRUN;
    }
    return *len > view->bytes.len - off ? VIEW_CUT : VIEW_OK;
}

static enum view_fault read_areas(struct view *view)
{
    const struct twin_image_header *header = &view->header;
    uint16_t magic, len;

    if (header->img_size > view->bytes.len) {
        return VIEW_CUT; /* also keeps the sums below from running over */
    }
    view->payload_off = header->hdr_size;
    view->payload_len = header->img_size;
    view->hashed_len = view->payload_off + view->payload_len;
    enum view_fault fault = read_area(view, view->hashed_len, &magic, &len);
    if (fault != VIEW_OK) {
        return fault;
    }
    if (header->protect_tlv_size != (magic == TWIN_TLV_MAGIC_PROT ? len : 0)) {
        return VIEW_PROT_SIZE;
    }
    if (magic == TWIN_TLV_MAGIC_PROT) {
        view->hashed_len += len;
        fault = read_area(view, view->hashed_len, &magic, &len);
        if (fault == VIEW_OK && magic != TWIN_TLV_MAGIC) {
            return VIEW_TLV_MAGIC;
        }
    }
    view->end = view->hashed_len + len;
    return fault;
}

/* In big endian images a predefined type is still a byte followed by 0. */
static uint16_t read_type(const struct view *view, const uint8_t *at)
{
    bool predefined = at[1] == 0 && tlv_info(at[0]) != NULL;

    return view->big_endian && predefined ? at[0] : view_get_u16(view, at);
}

bool view_next(const struct view *view, size_t *cursor, struct view_tlv *tlv)
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
    tlv->value.len = view_get_u16(view, at + 2);
    if (tlv->value.len > area_end - *cursor - TWIN_TLV_HEADER_LEN) {
        return false;
    }
    *cursor += TWIN_TLV_HEADER_LEN + tlv->value.len;
    return true;
}

bool view_find(const struct view *view, uint16_t type, bool is_protected, struct view_tlv *tlv)
{
    size_t cursor = 0;

    while (view_next(view, &cursor, tlv)) {
        if (tlv->type == type && tlv->is_protected == is_protected) {
            return true;
        }
    }
    return false;
}

static enum view_fault check_tlv(const struct view *view, const struct view_tlv *tlv)
{
    const struct tlv_info *info = tlv_info(tlv->type);
    struct view_tlv first;

    if (info == NULL) {
        return VIEW_OK;
    }
    if (info->is_protected != tlv->is_protected) {
        return VIEW_TLV_PLACE;
    }
    if (tlv->value.len < info->len_min || tlv->value.len > info->len_max) {
        return VIEW_TLV_LENGTH;
    }
    if (!info->repeatable && view_find(view, tlv->type, tlv->is_protected, &first) &&
        first.value.ptr != tlv->value.ptr) {
        return VIEW_TLV_REPEAT;
    }
    return VIEW_OK;
}

enum view_fault view_open(struct view *view, struct twin_span bytes)
{
    struct view_tlv tlv;
    size_t cursor = 0;

    memset(view, 0, sizeof(*view));
    view->bytes = bytes;
    enum view_fault fault = read_header(view);
    if (fault == VIEW_OK) {
        fault = read_areas(view);
    }
    if (fault != VIEW_OK) {
        return fault;
    }
    while (view_next(view, &cursor, &tlv)) {
    }
    return cursor == view->end ? VIEW_OK : VIEW_TLV_OVERRUN;
}

enum view_fault view_check_tlvs(const struct view *view, uint16_t *culprit)
{
    struct view_tlv tlv;
    size_t cursor = 0;

    while (view_next(view, &cursor, &tlv)) {
        enum view_fault fault = check_tlv(view, &tlv);
        if (fault != VIEW_OK) {
            *culprit = tlv.type;
            return fault;
        }
    }
    return VIEW_OK;
}

/* The alignment that the magic at the end stands for; 0 if it is none. */
static uint32_t find_align(const struct view *view)
{
    const uint8_t *found = view->bytes.ptr + view->bytes.len - MAGIC_LEN;
    uint8_t magic[MAGIC_LEN];

    for (uint32_t align = 8; align <= 32; align *= 2) {
        for (int big = 0; big < 2; big++) {
            trailer_magic(align, big != 0, magic);
            if (memcmp(found, magic, MAGIC_LEN) == 0) {
                return align;
            }
        }
    }
    return 0;
}

/*
 * A field of the trailer, which is `back` bytes before the end of the file; NULL where the image
 * reaches that far: a trailer for a loader that only copies has less fields.
 */
static const uint8_t *trailer_field(const struct view *view, size_t back)
{
    return view->bytes.len - view->end >= back ? view->bytes.ptr + view->bytes.len - back : NULL;
}

static uint8_t trailer_byte(const struct view *view, size_t back)
{
    const uint8_t *at = trailer_field(view, back);

    return at != NULL ? *at : 0xff;
}

/* Fill in the fields. Returns how many bytes they take. */
static size_t read_fields(const struct view *view, uint32_t align, struct view_trailer *trailer)
{
    uint32_t image_ok = trailer_image_ok(align);
    const uint8_t *swap_size = trailer_field(view, image_ok + 3 * align);

    trailer->present = true;
    trailer->max_align = align;
    memcpy(trailer->magic, view->bytes.ptr + view->bytes.len - MAGIC_LEN, MAGIC_LEN);
    trailer->image_ok = trailer_byte(view, image_ok);
    trailer->copy_done = trailer_byte(view, image_ok + align);
    trailer->swap_info = trailer_byte(view, image_ok + 2 * align);
    trailer->swap_size = swap_size != NULL ? view_get_u32(view, swap_size) : UINT32_MAX;
    return image_ok + (swap_size != NULL ? 3 : 1) * align;
}

void view_trailer_read(const struct view *view, struct view_trailer *trailer)
{
    size_t rest = view->bytes.len - view->end;
    uint32_t align = rest >= MAGIC_LEN ? find_align(view) : 0;

    memset(trailer, 0, sizeof(*trailer));
    if (align != 0 && rest >= trailer_image_ok(align)) {
        size_t fields = read_fields(view, align, trailer);
        rest -= fields < rest ? fields : rest;
    }
    for (size_t i = 0; i < rest && trailer->other == 0; i++) {
        uint8_t byte = view->bytes.ptr[view->end + i];
        trailer->other = byte == 0x00 || byte == 0xff ? 0 : view->end + i;
    }
}

bool view_trailer_in_progress(const struct view_trailer *trailer)
{
    uint8_t type = trailer->swap_info & 0x0f;

    return trailer->present && trailer->copy_done != 1 && type >= SWAP_TYPE_TEST &&
           type <= SWAP_TYPE_REVERT;
}

size_t view_find_image(struct twin_span bytes)
{
    for (size_t at = VIEW_STEP; at <= FIND_MAX && at + TWIN_IMAGE_HEADER_LEN <= bytes.len;
         at += VIEW_STEP) {
        struct view view = {.bytes = {bytes.ptr + at, bytes.len - at}};
        if (read_header(&view) == VIEW_OK) {
            return at;
        }
    }
    return 0;
}

bool view_is_erased(struct twin_span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] != bytes.ptr[0]) {
            return false;
        }
    }
    return bytes.len > 0 && (bytes.ptr[0] == 0xff || bytes.ptr[0] == 0);
}
