/*
 * dump.c - what an image holds, for people; dump_data.c has the other forms.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "signing/dump.h"
#include "signing/dump_data.h"
#include <inttypes.h>
#include <stdio.h>

#define LINE          60 /* characters of a frame */
#define PER_ROW       8
#define UNKNOWN_32    0xffffffffu
#define IMAGE_KEY_LEN 16 /* bytes of a key in the trailer, whatever its length */

/* A line of LINE characters: text, then # to the end. */
static void add_row(struct twin_buf *out, const char *format, size_t number)
{
    char text[LINE + 1];
    int len = snprintf(text, sizeof(text), format, number);

    twin_buf_text(out, "#### %s ", text);
    twin_buf_fill(out, '#', len + 6 < LINE ? (size_t)(LINE - len - 6) : 0);
    twin_buf_text(out, "\n");
}

static void add_rule(struct twin_buf *out)
{
    twin_buf_fill(out, '#', LINE);
    twin_buf_text(out, "\n");
}

static void add_flags(struct twin_buf *out, uint32_t flags)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {
        {0x1, "PIC"},
        {TWIN_IMAGE_ENCRYPTED_AES128, "ENCRYPTED_AES128"},
        {TWIN_IMAGE_ENCRYPTED_AES256, "ENCRYPTED_AES256"},
        {TWIN_IMAGE_NON_BOOTABLE, "NON_BOOTABLE"},
        {TWIN_IMAGE_RAM_LOAD, "RAM_LOAD"},
        {TWIN_IMAGE_ROM_FIXED, "ROM_FIXED"},
        {TWIN_IMAGE_LZMA1, "COMPRESSED_LZMA1"},
        {TWIN_IMAGE_LZMA2, "COMPRESSED_LZMA2"},
        {TWIN_IMAGE_THUMB_FILTER, "COMPRESSED_ARM_THUMB"},
    };
    const char *between = "";

    twin_buf_text(out, "flags:              ");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((flags & names[i].bit) != 0) {
            twin_buf_text(out, "%s%s (0x%" PRIx32 ")", between, names[i].name, names[i].bit);
            between = "\n                    ";
        }
    }
    twin_buf_text(out, flags == 0 ? "0x0\n" : "\n");
}

static void human_header(const struct twin_view *view, struct twin_buf *out)
{
    const struct twin_image_header *header = &view->header;
    char version[TWIN_VERSION_STR_MAX];

    twin_version_print_full(&header->version, version);
    add_row(out, "Image header (offset: 0x%zx)", 0);
    twin_buf_text(out, "magic:              0x%x\n", TWIN_IMAGE_MAGIC);
    twin_buf_text(out, "load_addr:          0x%" PRIx32 "\n", header->load_addr);
    twin_buf_text(out, "hdr_size:           0x%x\n", header->hdr_size);
    twin_buf_text(out, "protected_tlv_size: 0x%x\n", header->protect_tlv_size);
    twin_buf_text(out, "img_size:           0x%" PRIx32 "\n", header->img_size);
    add_flags(out, header->flags);
    twin_buf_text(out, "version:            %s\n", version);
    add_rule(out);
}

static void human_payload(const struct twin_view *view, struct twin_buf *out)
{
    char content[LINE];
    int len = snprintf(content, sizeof(content), "FW image (size: 0x%zx Bytes)", view->payload_len);
    int left = (LINE - len) / 2 - 1;

    add_row(out, "Payload (offset: 0x%zx)", view->payload_off);
    twin_buf_text(out, "|%*s|\n", LINE - 2, "");
    twin_buf_text(out, "|%*s%s%*s|\n", left, "", content, LINE - 2 - left - len, "");
    twin_buf_text(out, "|%*s|\n", LINE - 2, "");
    add_rule(out);
}

static void human_tlv(const struct twin_view_tlv *tlv, struct twin_buf *out)
{
    twin_buf_text(out, "        ---------------------------------------------\n");
    twin_buf_text(out, "        type: %s (0x%x)\n", twin_tlv_name(tlv->type), tlv->type);
    twin_buf_text(out, "        len:  0x%zx\n        data: ", tlv->value.len);
    for (size_t i = 0; i < tlv->value.len; i++) {
        twin_buf_text(out, "%s0x%02x ", i > 0 && i % PER_ROW == 0 ? "\n              " : "",
                      tlv->value.ptr[i]);
    }
    twin_buf_text(out, "\n");
}

static void human_area(const struct twin_view *view, bool is_protected, struct twin_buf *out)
{
    size_t off = is_protected ? view->payload_off + view->payload_len : view->hashed_len;
    size_t cursor = 0;
    struct twin_view_tlv tlv;
    bool any = false;

    add_row(out, is_protected ? "Protected TLV area (offset: 0x%zx)" : "TLV area (offset: 0x%zx)",
            off);
    twin_buf_text(out, "magic:     0x%x\n", twin_view_get_u16(view, view->bytes.ptr + off));
    twin_buf_text(out, "area size: 0x%x\n", twin_view_get_u16(view, view->bytes.ptr + off + 2));
    while (twin_view_next(view, &cursor, &tlv)) {
        if (tlv.is_protected == is_protected) {
            human_tlv(&tlv, out);
            any = true;
        }
    }
    twin_buf_text(out, any ? "" : "\n");
    add_rule(out);
}

static void human_status(const char *name, uint8_t value, struct twin_buf *out)
{
    static const char *const names[] = {[1] = "SET", [2] = "BAD", [3] = "UNSET", [4] = "ANY"};
    bool known = value > 0 && value < sizeof(names) / sizeof(names[0]);

    twin_buf_text(out, "%-12s %s (0x%x)\n", name, known ? names[value] : "INVALID", value);
}

static void human_rest(const struct twin_dump_rest *rest, struct twin_buf *out)
{
    const struct twin_slot_trailer *trailer = &rest->trailer;

    add_row(out, "Image trailer (offset: unknown)", 0);
    twin_buf_text(out, "(Note: some fields may not be used, depending on the update \n"
                       "strategy)\n\nswap status: (len: unknown)\nenc. keys:   ");
    if (rest->key_field_len != 0) {
        twin_buf_text(out, "(len: 0x%" PRIx32 ", if BOOT_SWAP_SAVE_ENCTLV is unset)\n",
                      rest->key_field_len);
    } else {
        twin_buf_text(out, "Image not encrypted\n");
    }
    if (trailer->present && trailer->swap_size == UNKNOWN_32) {
        twin_buf_text(out, "swap size:   unknown\n");
    } else if (trailer->present) {
        twin_buf_text(out, "swap size:   0x%" PRIx32 " octal: %" PRIu32 "\n", trailer->swap_size,
                      trailer->swap_size);
    }
    if (trailer->present) {
        human_status("swap_info:", trailer->swap_info, out);
        human_status("copy_done:", trailer->copy_done, out);
        human_status("image_ok:", trailer->image_ok, out);
    }
    twin_buf_text(out, "boot magic:  ");
    for (size_t i = 0; i < rest->magic.len; i++) {
        twin_buf_text(out, "%s0x%02x ", i == PER_ROW ? "\n             " : "", rest->magic.ptr[i]);
    }
    twin_buf_text(out, "\n\n");
}

static void human(const struct twin_view *view, const char *name, const struct twin_dump_rest *rest,
                  struct twin_buf *out)
{
    twin_buf_text(out, "Printing content of signed image: %s \n\n", name);
    human_header(view, out);
    human_payload(view, out);
    if (view->header.protect_tlv_size != 0) {
        human_area(view, true, out);
    }
    human_area(view, false, out);
    if (rest->present) {
        human_rest(rest, out);
    }
    add_row(out, "End of Image ", 0);
}

static void read_rest(const struct twin_view *view, struct twin_dump_rest *rest)
{
    const uint32_t encrypted = TWIN_IMAGE_ENCRYPTED_AES128 | TWIN_IMAGE_ENCRYPTED_AES256;
    const struct twin_span bytes = view->bytes;

    rest->present = bytes.len > view->end;
    rest->magic = (struct twin_span){bytes.ptr + bytes.len - TWIN_MAGIC_LEN, TWIN_MAGIC_LEN};
    twin_slot_trailer_read(view, &rest->trailer);
    if (rest->trailer.present && (view->header.flags & encrypted) != 0) {
        rest->key_field_len = 2 * twin_align_up(IMAGE_KEY_LEN, rest->trailer.max_align);
    }
}

void twin_dump(const struct twin_view *view, const char *name, enum twin_dump_form form,
               struct twin_buf *out)
{
    struct twin_dump_rest rest = {0};

    read_rest(view, &rest);
    if (form == TWIN_DUMP_HUMAN) {
        human(view, name, &rest, out);
    } else {
        twin_dump_data(view, name, &rest, form == TWIN_DUMP_YAML, out);
    }
}
