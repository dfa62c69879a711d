/*
 * dump_data.c - what an image holds, as JSON and as YAML: one tree of the fields, whose texts are
 * as the language writes them. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/dump_data.h"
#include "twin/base64.h"
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define BASE64_LINE 57 /* bytes that a line of 76 characters carries */
#define STEP        2  /* characters that inner maps are indented by */

/* The text of a buffer as a leaf; frees the buffer. YAML takes file names that are no UTF-8. */
static json_t *leaf(struct twin_buf *text)
{
    const char *chars = text->len > 0 ? (const char *)text->data : "";
    json_t *json = text->failed ? NULL : json_stringn_nocheck(chars, text->len);

    twin_buf_free(text);
    return json;
}

static json_t *bytes_leaf(struct twin_span bytes, bool yaml)
{
    char line[TWIN_BASE64_LEN(BASE64_LINE)];
    struct twin_buf text = {0};

    if (!yaml) {
        twin_buf_hex(&text, bytes);
    } else {
        twin_buf_text(&text, bytes.len > 0 ? "!!binary |" : "!!binary \"\"");
    }
    for (size_t done = 0; done < bytes.len && yaml; done += BASE64_LINE) {
        size_t left = bytes.len - done;
        size_t len =
            twin_base64_encode(bytes.ptr + done, left < BASE64_LINE ? left : BASE64_LINE, line);
        twin_buf_text(&text, "\n%.*s", (int)len, line);
    }
    return leaf(&text);
}

static json_t *json_name(const char *name)
{
    json_t *json = json_string(name);
    struct twin_buf text = {0};

    for (const char *c = name; *c != '\0' && json == NULL; c++) {
        twin_buf_text(&text, "%c", (unsigned char)*c < 0x80 ? *c : '?');
    }
    return json != NULL ? json : leaf(&text);
}

/* As it is where YAML reads that as text, else between quotes. */
static json_t *yaml_name(const char *name)
{
    bool plain = isalpha((unsigned char)name[0]) && strchr(name, '.') != NULL;
    struct twin_buf text = {0};

    for (const char *c = name; *c != '\0'; c++) {
        plain = plain && (isalnum((unsigned char)*c) || strchr("._-", *c) != NULL);
    }
    twin_buf_text(&text, plain ? "" : "'");
    for (const char *c = name; *c != '\0'; c++) {
        twin_buf_text(&text, *c == '\'' ? "''" : "%c", *c);
    }
    twin_buf_text(&text, plain ? "" : "'");
    return leaf(&text);
}

/* What memory ran out for is NULL, and so is whatever it would have become a part of. */
static json_t *whole(json_t *json, int lost)
{
    if (lost != 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static json_t *area(const struct twin_view *view, size_t off)
{
    return json_pack("{s:i, s:i}", "magic", (int)twin_view_get_u16(view, view->bytes.ptr + off),
                     "tlv_tot", (int)twin_view_get_u16(view, view->bytes.ptr + off + 2));
}

static json_t *tlvs(const struct twin_view *view, bool is_protected, bool yaml)
{
    json_t *list = json_array();
    struct twin_view_tlv tlv;
    size_t cursor = 0;
    int lost = 0;

    while (twin_view_next(view, &cursor, &tlv)) {
        if (tlv.is_protected == is_protected) {
            lost |= json_array_append_new(
                list, json_pack("{s:i, s:s, s:i, s:o}", "type", (int)tlv.type, "type_name",
                                twin_tlv_name(tlv.type), "len", (int)tlv.value.len, "data",
                                bytes_leaf(tlv.value, yaml)));
        }
    }
    return whole(list, lost);
}

static json_t *areas(const struct twin_view *view, bool yaml)
{
    bool has_protected = view->header.protect_tlv_size != 0;

    return json_pack("{s:o, s:o, s:o, s:o}", "tlv_hdr_prot",
                     has_protected ? area(view, view->payload_off + view->payload_len)
                                   : json_object(),
                     "tlvs_prot", tlvs(view, true, yaml), "tlv_hdr", area(view, view->hashed_len),
                     "tlvs", tlvs(view, false, yaml));
}

static json_t *header(const struct twin_image_header *header)
{
    char version[TWIN_VERSION_STR_MAX];

    twin_version_print_full(&header->version, version);
    return json_pack("{s:I, s:I, s:i, s:i, s:I, s:I, s:s}", "magic", (json_int_t)TWIN_IMAGE_MAGIC,
                     "load_addr", (json_int_t)header->load_addr, "hdr_size", (int)header->hdr_size,
                     "protected_tlv_size", (int)header->protect_tlv_size, "img_size",
                     (json_int_t)header->img_size, "flags", (json_int_t)header->flags, "version",
                     version);
}

static json_t *trailer(const struct twin_dump_rest *rest, bool yaml)
{
    const struct twin_slot_trailer *fields = &rest->trailer;
    json_t *json = json_object();
    int lost = 0;

    if (rest->present) {
        lost |= json_object_set_new(json, "magic", bytes_leaf(rest->magic, yaml));
    }
    if (fields->present) {
        lost |= json_object_set_new(json, "image_ok", json_integer(fields->image_ok));
        lost |= json_object_set_new(json, "copy_done", json_integer(fields->copy_done));
        lost |= json_object_set_new(json, "swap_info", json_integer(fields->swap_info));
        lost |= json_object_set_new(json, "swap_size", json_integer(fields->swap_size));
    }
    if (rest->key_field_len != 0) {
        lost |= json_object_set_new(json, "key_field_len", json_integer(rest->key_field_len));
    }
    return whole(json, lost);
}

/* ---- YAML ---- */

static void add_map(struct twin_buf *out, const json_t *map, int indent, bool behind_dash);

static void add_value(struct twin_buf *out, const json_t *value, int indent)
{
    const json_t *entry;
    size_t i;

    if (json_is_integer(value)) {
        twin_buf_text(out, " %" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
    } else if (json_is_string(value)) {
        twin_buf_text(out, " ");
        for (const char *c = json_string_value(value); *c != '\0'; c++) {
            twin_buf_text(out, "%c%*s", *c, *c == '\n' ? indent + STEP : 0, "");
        }
        twin_buf_text(out, "\n");
    } else if (json_object_size(value) + json_array_size(value) == 0) {
        twin_buf_text(out, json_is_object(value) ? " {}\n" : " []\n");
    } else if (json_is_object(value)) {
        twin_buf_text(out, "\n");
        add_map(out, value, indent + STEP, false);
    } else {
        twin_buf_text(out, "\n");
        json_array_foreach(value, i, entry)
        {
            twin_buf_text(out, "%*s- ", indent, "");
            add_map(out, entry, indent + STEP, true);
        }
    }
}

/* Calls itself as deep as the tree above is. */
static void add_map(struct twin_buf *out, const json_t *map, int indent, bool behind_dash)
{
    json_t *fields = (json_t *)(uintptr_t)map; /* only read */
    const char *key;
    json_t *value;

    json_object_foreach(fields, key, value)
    {
        twin_buf_text(out, "%*s%s:", behind_dash ? 0 : indent, "", key);
        add_value(out, value, indent);
        behind_dash = false;
    }
}

void twin_dump_data(const struct twin_view *view, const char *name,
                    const struct twin_dump_rest *rest, bool yaml, struct twin_buf *out)
{
    json_t *json = json_pack(
        "{s:o, s:o, s:o, s:o}", "filename", yaml ? yaml_name(name) : json_name(name), "header",
        header(&view->header), "tlv_area", areas(view, yaml), "trailer", trailer(rest, yaml));

    char *text = yaml ? NULL : json_dumps(json, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    if (yaml) {
        add_map(out, json, 0, false);
    } else if (text != NULL) {
        twin_buf_add(out, text, strlen(text));
    }
    out->failed = out->failed || json == NULL || (!yaml && text == NULL);
    free(text);
    json_decref(json);
}
