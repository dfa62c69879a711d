/*
 * layout_text.c - a message as text: lines, lists, tables. SPDX-License-Identifier: Apache-2.0
 */
#include "report/layout_priv.h"
#include "report/map.h"
#include <stdlib.h>
#include <string.h>

static void add_value(struct twin_buf *out, const struct member *member,
                      const struct twin_report_style *style)
{
    if (!member->is_there && member->type != TWIN_F_BOOL) {
        twin_buf_text(out, "%s", style->absent);
        return;
    }
    switch (member->type) {
    case TWIN_F_U32:
        twin_buf_text(out, "%lu", (unsigned long)*(const uint32_t *)member->at);
        break;
    case TWIN_F_U64:
        twin_buf_text(out, "%llu", (unsigned long long)*(const uint64_t *)member->at);
        break;
    case TWIN_F_I64:
        twin_buf_text(out, "%lld", (long long)*(const int64_t *)member->at);
        break;
    case TWIN_F_BOOL:
        twin_buf_text(out, "%s", *(const bool *)member->at ? "true" : "false");
        break;
    case TWIN_F_TSTR:
        twin_report_text(out, *(const struct twin_span *)member->at, style->keep);
        break;
    case TWIN_F_BSTR:
        twin_buf_hex(out, *(const struct twin_span *)member->at);
        break;
    default: /* containers have lines of their own */
        break;
    }
}

static const char *title_of(const struct twin_column *column)
{
    return column->title != NULL ? column->title : column->key;
}

/* "TITLE: VALUE" */
static void add_line(struct twin_buf *out, const struct member *member,
                     const struct twin_report_style *style)
{
    const char *title = title_of(&member->column);

    twin_buf_text(out, "%s%s", title, *title != '\0' ? ": " : "");
    add_value(out, member, style);
    twin_buf_text(out, "\n");
}

static void add_padded(struct twin_buf *out, const struct member *member, int width,
                       const struct twin_report_style *style)
{
    struct twin_buf cell = {0};

    add_value(&cell, member, style);
    twin_buf_text(out, "%*.*s", width, (int)cell.len, cell.len > 0 ? (const char *)cell.data : "");
    out->failed = out->failed || cell.failed;
    twin_buf_free(&cell);
}

static void add_row(struct twin_buf *out, const struct layout *layout, const void *message,
                    const struct twin_report_style *style)
{
    struct member member;

    for (size_t i = 0; twin_layout_member(layout, i, message, &member); i++) {
        if (!member.column.json_only) {
            twin_buf_text(out, " ");
            add_padded(out, &member, member.column.width, style);
        }
    }
    twin_buf_text(out, "\n");
}

static void add_titles(struct twin_buf *out, const struct member *map, const struct layout *layout)
{
    struct twin_column column;

    twin_buf_text(out, "  %*s", map->column.width, title_of(&map->column));
    for (size_t i = 0; twin_layout_column(layout, i, &column); i++) {
        if (!column.json_only) {
            twin_buf_text(out, " %*s", column.width, title_of(&column));
        }
    }
    twin_buf_text(out, "\n");
}

static void add_table(struct twin_buf *out, const struct member *member,
                      const struct twin_report_style *style)
{
    const struct layout layout = twin_layout_items(member);
    struct twin_map map;

    twin_map_read(&map, *(const struct twin_span *)member->at, member->type, layout.msg,
                  style->keep);
    out->failed = out->failed || map.failed;
    add_titles(out, member, &layout);
    for (size_t i = 0; i < map.count; i++) {
        twin_buf_text(out, "  %*s", member->column.width, map.rows[i].name);
        add_row(out, &layout, map.rows[i].item, style);
    }
    twin_map_free(&map);
}

/* The values of a map, one a line before its name; sorted by name. */
static void add_named_values(struct twin_buf *out, const struct member *member,
                             const struct twin_report_style *style)
{
    struct twin_map map;

    twin_map_read(&map, *(const struct twin_span *)member->at, member->type, NULL, style->keep);
    out->failed = out->failed || map.failed;
    for (size_t i = 0; i < map.count; i++) {
        const struct member value = twin_layout_value(member, map.rows[i].item);
        add_padded(out, &value, member->column.width, style);
        twin_buf_text(out, " %s\n", map.rows[i].name);
    }
    if (map.count == 0) {
        twin_buf_text(out, "    (empty)\n");
    }
    twin_map_free(&map);
}

static int by_text(const void *a, const void *b)
{
    const struct twin_span *x = &((const union twin_msg_value *)a)->span;
    const struct twin_span *y = &((const union twin_msg_value *)b)->span;
    const size_t len = x->len < y->len ? x->len : y->len;
    const int order = len > 0 ? memcmp(x->ptr, y->ptr, len) : 0;

    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* The values of a list, one a line below its title; texts are sorted. */
static void add_values(struct twin_buf *out, const struct member *member,
                       const struct twin_report_style *style)
{
    const struct twin_span list = *(const struct twin_span *)member->at;
    const uint8_t type = member->type % TWIN_F_LIST;
    union twin_msg_value *values =
        calloc(list.len + 1, sizeof(values[0])); /* a byte each, or more */
    struct twin_items items = twin_msg_items(list);
    size_t count = 0;

    while (values != NULL && twin_msg_next_value(&items, type, &values[count])) {
        count++;
    }
    if (type == TWIN_F_TSTR && count > 0) {
        qsort(values, count, sizeof(values[0]), by_text);
    }
    twin_buf_text(out, "%s:%s\n", title_of(&member->column), count == 0 ? " none" : "");
    for (size_t i = 0; i < count; i++) {
        const struct member value = twin_layout_value(member, &values[i]);
        twin_buf_text(out, "    ");
        add_value(out, &value, style);
        twin_buf_text(out, "\n");
    }
    out->failed = out->failed || values == NULL;
    free(values);
}

/* "TITLE=VALUE TITLE=VALUE": what is not there is left out, but not the first. */
static void add_pairs(struct twin_buf *out, const struct layout *layout, const void *message,
                      const struct twin_report_style *style)
{
    struct member member;

    for (size_t i = 0; twin_layout_member(layout, i, message, &member); i++) {
        if ((i == 0 || member.is_there) && !twin_layout_is_container(&member)) {
            twin_buf_text(out, "%s%s=", i == 0 ? "" : " ", title_of(&member.column));
            add_value(out, &member, style);
        }
    }
}

/* The items of a list, one a line; their own lists stand below them. */
static void add_list(struct twin_buf *out, const struct member *list, int indent,
                     const struct twin_report_style *style)
{
    const struct layout layout = twin_layout_items(list);
    struct twin_items items = twin_msg_items(*(const struct twin_span *)list->at);
    uint64_t item[ITEM_MAX / sizeof(uint64_t)];
    struct member member;

    out->failed = out->failed || (layout.msg != NULL && layout.msg->size > ITEM_MAX);
    while (!out->failed && layout.msg != NULL && twin_msg_next(&items, layout.msg, item)) {
        twin_buf_text(out, "%*s", indent, "");
        add_pairs(out, &layout, item, style);
        twin_buf_text(out, "\n");
        for (size_t i = 0; twin_layout_member(&layout, i, item, &member); i++) {
            if (member.type == TWIN_F_LIST) {
                add_list(out, &member, indent + 2, style);
            }
        }
    }
}

void twin_layout_text(struct twin_buf *out, const struct twin_msg *msg,
                      const struct twin_column *columns, const void *message,
                      const struct twin_report_style *style)
{
    const struct layout layout = {msg, columns};
    struct member member;

    for (size_t i = 0; twin_layout_member(&layout, i, message, &member); i++) {
        if (member.column.json_only) {
            continue;
        }
        if (member.type == TWIN_F_MAP) {
            add_table(out, &member, style);
        } else if (twin_layout_is_map(&member)) {
            add_named_values(out, &member, style);
        } else if (member.type == TWIN_F_LIST) {
            add_list(out, &member, 0, style);
        } else if (twin_layout_is_container(&member)) {
            add_values(out, &member, style);
        } else {
            add_line(out, &member, style);
        }
    }
}
