/*
 * dump_yaml.c - the content of an image as YAML. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/dump.h"
#include "twin/base64.h"
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define BASE64_LINE 57 /* bytes that a line of 76 characters carries */

/* Bytes as a block of base64 lines, indented. */
static void add_binary(struct twin_buf *out, struct twin_span bytes, int indent)
{
    char line[TWIN_BASE64_LEN(BASE64_LINE)];

    if (bytes.len == 0) {
        twin_buf_text(out, "!!binary \"\"\n");
        return;
    }
    twin_buf_text(out, "!!binary |\n");
    for (size_t done = 0; done < bytes.len; done += BASE64_LINE) {
        size_t left = bytes.len - done;
        size_t len =
            twin_base64_encode(bytes.ptr + done, left < BASE64_LINE ? left : BASE64_LINE, line);
        twin_buf_text(out, "%*s%.*s\n", indent, "", (int)len, line);
    }
}

/* A file name as it is where YAML reads that as text, else between quotes. */
static void add_name(struct twin_buf *out, const char *name)
{
    bool plain = isalpha((unsigned char)name[0]) && strchr(name, '.') != NULL;

    for (const char *c = name; *c != '\0'; c++) {
        plain = plain && (isalnum((unsigned char)*c) || strchr("._-", *c) != NULL);
    }
    if (plain) {
        twin_buf_text(out, "%s", name);
        return;
    }
    twin_buf_text(out, "'");
    for (const char *c = name; *c != '\0'; c++) {
        twin_buf_text(out, *c == '\'' ? "''" : "%c", *c);
    }
    twin_buf_text(out, "'");
}

static void add_area(struct twin_buf *out, const struct twin_view *view, const char *name,
                     size_t off)
{
    twin_buf_text(out, "  %s:\n    magic: %u\n    tlv_tot: %u\n", name,
                  twin_view_get_u16(view, view->bytes.ptr + off),
                  twin_view_get_u16(view, view->bytes.ptr + off + 2));
}

static void add_tlvs(struct twin_buf *out, const struct twin_view *view, const char *name,
                     bool is_protected)
{
    struct twin_view_tlv tlv;
    size_t cursor = 0;
    bool any = false;

    while (twin_view_next(view, &cursor, &tlv)) {
        if (tlv.is_protected != is_protected) {
            continue;
        }
        if (!any) {
            twin_buf_text(out, "  %s:\n", name);
            any = true;
        }
        twin_buf_text(out, "  - type: %u\n    type_name: %s\n    len: %zu\n    data: ", tlv.type,
                      twin_tlv_name(tlv.type), tlv.value.len);
        add_binary(out, tlv.value, 6);
    }
    if (!any) {
        twin_buf_text(out, "  %s: []\n", name);
    }
}

static void add_trailer(struct twin_buf *out, const struct twin_dump *dump)
{
    const struct twin_slot_trailer *trailer = &dump->trailer;

    if (!dump->has_rest) {
        twin_buf_text(out, "trailer: {}\n");
        return;
    }
    twin_buf_text(out, "trailer:\n  magic: ");
    add_binary(out, (struct twin_span){dump->rest_magic, TWIN_SLOT_MAGIC_LEN}, 4);
    if (!trailer->present) {
        return;
    }
    twin_buf_text(out,
                  "  image_ok: %u\n  copy_done: %u\n  swap_info: %u\n  swap_size: %" PRIu32 "\n",
                  trailer->image_ok, trailer->copy_done, trailer->swap_info, trailer->swap_size);
    if (twin_dump_key_field_len(dump) != 0) {
        twin_buf_text(out, "  key_field_len: %" PRIu32 "\n", twin_dump_key_field_len(dump));
    }
}

void twin_dump_yaml(const struct twin_dump *dump, struct twin_buf *out)
{
    const struct twin_view *view = &dump->view;
    const struct twin_image_header *header = &view->header;
    char version[TWIN_VERSION_STR_MAX];

    twin_version_print_full(&dump->view.header.version, version);
    twin_buf_text(out, "filename: ");
    add_name(out, dump->filename);
    twin_buf_text(out, "\nheader:\n  magic: %u\n  load_addr: %" PRIu32 "\n", TWIN_IMAGE_MAGIC,
                  header->load_addr);
    twin_buf_text(out, "  hdr_size: %u\n  protected_tlv_size: %u\n", header->hdr_size,
                  header->protect_tlv_size);
    twin_buf_text(out, "  img_size: %" PRIu32 "\n  flags: %" PRIu32 "\n  version: %s\n",
                  header->img_size, header->flags, version);
    twin_buf_text(out, "tlv_area:\n");
    if (header->protect_tlv_size != 0) {
        add_area(out, view, "tlv_hdr_prot", view->payload_off + view->payload_len);
    } else {
        twin_buf_text(out, "  tlv_hdr_prot: {}\n");
    }
    add_tlvs(out, view, "tlvs_prot", true);
    add_area(out, view, "tlv_hdr", view->hashed_len);
    add_tlvs(out, view, "tlvs", false);
    add_trailer(out, dump);
}
