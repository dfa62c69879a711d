/*
 * dump.c - the content of an image, for people and as JSON. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/dump.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE       60 /* characters of a frame */
#define PER_ROW    8
#define UNKNOWN_32 0xffffffffu

enum twin_fault twin_dump_open(struct twin_dump *dump, const char *path, struct twin_span bytes)
{
    const char *slash = strrchr(path, '/');

    memset(dump, 0, sizeof(*dump));
    dump->filename = slash != NULL ? slash + 1 : path;
    enum twin_fault fault = twin_view_open(&dump->view, bytes);
    if (fault == TWIN_FAULT_NONE) {
        twin_slot_trailer_read(&dump->view, &dump->trailer);
        dump->has_rest = bytes.len > dump->view.end;
        memcpy(dump->rest_magic, bytes.ptr + bytes.len - TWIN_SLOT_MAGIC_LEN, TWIN_SLOT_MAGIC_LEN);
    }
    return fault;
}

uint32_t twin_dump_key_field_len(const struct twin_dump *dump)
{
    uint32_t encrypted = TWIN_IMAGE_ENCRYPTED_AES128 | TWIN_IMAGE_ENCRYPTED_AES256;

    return (dump->view.header.flags & encrypted) != 0
               ? 2 * twin_align_up(16, dump->trailer.max_align)
               : 0;
}

const char *twin_tlv_name(uint16_t type)
{
    const struct twin_tlv_info *info = twin_tlv_info(type);

    return info != NULL ? info->name : "UNKNOWN";
}

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

static void human_header(const struct twin_dump *dump, struct twin_buf *out)
{
    const struct twin_image_header *header = &dump->view.header;
    char version[TWIN_VERSION_STR_MAX];

    twin_version_print_full(&dump->view.header.version, version);
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

static void human_payload(const struct twin_dump *dump, struct twin_buf *out)
{
    char content[LINE];
    int len =
        snprintf(content, sizeof(content), "FW image (size: 0x%zx Bytes)", dump->view.payload_len);
    int left = (LINE - len) / 2 - 1;

    add_row(out, "Payload (offset: 0x%zx)", dump->view.payload_off);
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

static void human_area(const struct twin_dump *dump, bool is_protected, struct twin_buf *out)
{
    const struct twin_view *view = &dump->view;
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

static void human_trailer(const struct twin_dump *dump, struct twin_buf *out)
{
    const struct twin_slot_trailer *trailer = &dump->trailer;

    add_row(out, "Image trailer (offset: unknown)", 0);
    twin_buf_text(out, "(Note: some fields may not be used, depending on the update \n"
                       "strategy)\n\nswap status: (len: unknown)\nenc. keys:   ");
    if (trailer->present && twin_dump_key_field_len(dump) != 0) {
        twin_buf_text(out, "(len: 0x%" PRIx32 ", if BOOT_SWAP_SAVE_ENCTLV is unset)\n",
                      twin_dump_key_field_len(dump));
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
    for (size_t i = 0; i < TWIN_SLOT_MAGIC_LEN; i++) {
        twin_buf_text(out, "%s0x%02x ", i == PER_ROW ? "\n             " : "", dump->rest_magic[i]);
    }
    twin_buf_text(out, "\n\n");
}

void twin_dump_human(const struct twin_dump *dump, struct twin_buf *out)
{
    twin_buf_text(out, "Printing content of signed image: %s \n\n", dump->filename);
    human_header(dump, out);
    human_payload(dump, out);
    if (dump->view.header.protect_tlv_size != 0) {
        human_area(dump, true, out);
    }
    human_area(dump, false, out);
    if (dump->has_rest) {
        human_trailer(dump, out);
    }
    add_row(out, "End of Image ", 0);
}

static json_t *json_hex(struct twin_span bytes)
{
    struct twin_buf text = {0};

    for (size_t i = 0; i < bytes.len; i++) {
        twin_buf_text(&text, "%02x", bytes.ptr[i]);
    }
    json_t *json = json_stringn((const char *)text.data, text.len);
    twin_buf_free(&text);
    return json != NULL ? json : json_string("");
}

static json_t *json_area(const struct twin_view *view, size_t off)
{
    return json_pack("{s:i, s:i}", "magic", (int)twin_view_get_u16(view, view->bytes.ptr + off),
                     "tlv_tot", (int)twin_view_get_u16(view, view->bytes.ptr + off + 2));
}

static json_t *json_tlvs(const struct twin_view *view, bool is_protected)
{
    json_t *list = json_array();
    struct twin_view_tlv tlv;
    size_t cursor = 0;

    while (twin_view_next(view, &cursor, &tlv)) {
        if (tlv.is_protected == is_protected) {
            json_array_append_new(list, json_pack("{s:i, s:s, s:i, s:o}", "type", (int)tlv.type,
                                                  "type_name", twin_tlv_name(tlv.type), "len",
                                                  (int)tlv.value.len, "data", json_hex(tlv.value)));
        }
    }
    return list;
}

static json_t *json_trailer(const struct twin_dump *dump)
{
    const struct twin_slot_trailer *trailer = &dump->trailer;
    json_t *json = json_object();

    if (!dump->has_rest) {
        return json;
    }
    json_object_set_new(json, "magic",
                        json_hex((struct twin_span){dump->rest_magic, TWIN_SLOT_MAGIC_LEN}));
    if (trailer->present) {
        json_object_set_new(json, "image_ok", json_integer(trailer->image_ok));
        json_object_set_new(json, "copy_done", json_integer(trailer->copy_done));
        json_object_set_new(json, "swap_info", json_integer(trailer->swap_info));
        json_object_set_new(json, "swap_size", json_integer(trailer->swap_size));
        if (twin_dump_key_field_len(dump) != 0) {
            json_object_set_new(json, "key_field_len", json_integer(twin_dump_key_field_len(dump)));
        }
    }
    return json;
}

void twin_dump_json(const struct twin_dump *dump, struct twin_buf *out)
{
    const struct twin_view *view = &dump->view;
    const struct twin_image_header *header = &view->header;
    char version[TWIN_VERSION_STR_MAX];
    bool prot = header->protect_tlv_size != 0;

    twin_version_print_full(&dump->view.header.version, version);
    json_t *json = json_pack(
        "{s:s, s:{s:I, s:I, s:i, s:i, s:I, s:I, s:s}, s:{s:o, s:o, s:o, s:o}, s:o}", "filename",
        dump->filename, "header", "magic", (json_int_t)TWIN_IMAGE_MAGIC, "load_addr",
        (json_int_t)header->load_addr, "hdr_size", (int)header->hdr_size, "protected_tlv_size",
        (int)header->protect_tlv_size, "img_size", (json_int_t)header->img_size, "flags",
        (json_int_t)header->flags, "version", version, "tlv_area", "tlv_hdr_prot",
        prot ? json_area(view, view->payload_off + view->payload_len) : json_object(), "tlvs_prot",
        json_tlvs(view, true), "tlv_hdr", json_area(view, view->hashed_len), "tlvs",
        json_tlvs(view, false), "trailer", json_trailer(dump));
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    if (text != NULL) {
        twin_buf_add(out, text, strlen(text));
    }
    free(text);
    json_decref(json);
}
