/*
 * layout.c - a message as JSON and as text. Columns name those of the lists in them: it is
 * recursion over const tables, as deep as they are. SPDX-License-Identifier: Apache-2.0
 */
#include "report/layout.h"
#include "report/map.h"
#include <stdlib.h>
#include <string.h>

#define ITEM_MAX 256 /* bytes of the largest item of a list */

/* A message, and what is shown of it. */
struct layout {
    const struct twin_msg *msg;
    const struct twin_column *columns; /* NULL: all fields */
};

/* One field of a message, and how it is shown. */
struct member {
    struct twin_column column;
    uint8_t type; /* of the field, as in its table */
    const void *at;
    bool is_there;
};

/* The column at `index`. False behind the last one. */
static bool get_column(const struct layout *layout, size_t index, struct twin_column *column)
{
    const struct twin_msg *msg = layout->msg;

    *column = (struct twin_column){.key = NULL};
    if (layout->columns != NULL) {
        *column = layout->columns[index];
    } else if (index < msg->field_count) {
        column->key = msg->fields[index].key;
    }
    return column->key != NULL;
}

/* What the column at `index` shows of a message. False behind the last one. */
static bool get_member(const struct layout *layout, size_t index, const void *message,
                       struct member *member)
{
    const struct twin_field *fields = layout->msg->fields;
    unsigned at = 0;

    if (!get_column(layout, index, &member->column)) {
        return false;
    }
    while (strcmp(fields[at].key, member->column.key) != 0) {
        at++; /* a column that the message does not have is a mistake in a const table */
    }
    member->type = fields[at].type;
    member->at = (const uint8_t *)message + fields[at].offset;
    member->is_there = (*(const uint32_t *)message >> at & 1) != 0;
    return true;
}

static struct layout items_of(const struct member *member)
{
    return (struct layout){member->column.item, member->column.columns};
}

static bool is_container(const struct member *member)
{
    return member->type >= TWIN_F_LIST;
}

static bool is_map(const struct member *member)
{
    return member->type >= TWIN_F_MAP;
}

/* An item of a LIST_OF or MAP_OF, as if it were a member. */
static struct member value_in(const struct member *container, const void *at)
{
    return (struct member){.type = container->type % TWIN_F_LIST, .at = at, .is_there = true};
}

/* ---- JSON ---- */

static json_t *to_json(const struct layout *layout, const void *message);

static json_t *member_json(const struct member *member);

static json_t *list_json(const struct member *member)
{
    const struct layout layout = items_of(member);
    struct twin_msg_items items = twin_msg_items(*(const struct twin_span *)member->at);
    uint64_t item[ITEM_MAX / sizeof(uint64_t)];
    json_t *array = layout.msg->size <= ITEM_MAX ? json_array() : NULL;

    while (array != NULL && twin_msg_next(&items, layout.msg, item)) {
        twin_report_json_append(&array, to_json(&layout, item));
    }
    return array;
}

static json_t *values_json(const struct member *member)
{
    struct twin_msg_items items = twin_msg_items(*(const struct twin_span *)member->at);
    json_t *array = json_array();
    union twin_msg_value value;

    while (array != NULL && twin_msg_next_value(&items, member->type % TWIN_F_LIST, &value)) {
        const struct member item = value_in(member, &value);
        twin_report_json_append(&array, member_json(&item));
    }
    return array;
}

static json_t *map_json(const struct member *member)
{
    const struct layout layout = items_of(member);
    json_t *object = json_object();
    struct twin_map map;

    twin_map_read(&map, *(const struct twin_span *)member->at, member->type, layout.msg,
                  TWIN_TEXT_UTF8);
    for (size_t i = 0; i < map.count; i++) {
        const struct member value = value_in(member, map.rows[i].item);
        twin_report_json_set(&object, map.rows[i].name,
                             layout.msg != NULL ? to_json(&layout, map.rows[i].item)
                                                : member_json(&value));
    }
    if (map.failed) {
        json_decref(object);
        object = NULL;
    }
    twin_map_free(&map);
    return object;
}

static json_t *member_json(const struct member *member)
{
    if (!member->is_there && !is_container(member) && member->type != TWIN_F_BOOL &&
        member->column.absent == TWIN_ABSENT_NULL) {
        return json_null();
    }
    switch (member->type) {
    case TWIN_F_U32:
        return json_integer(*(const uint32_t *)member->at);
    case TWIN_F_U64:
        return twin_report_json_unsigned(*(const uint64_t *)member->at);
    case TWIN_F_I64:
        return json_integer(*(const int64_t *)member->at);
    case TWIN_F_BOOL:
        return json_boolean(*(const bool *)member->at);
    case TWIN_F_TSTR:
        return twin_report_json_text(*(const struct twin_span *)member->at);
    case TWIN_F_BSTR:
        return twin_report_json_hex(*(const struct twin_span *)member->at);
    default:
        return is_map(member)                ? map_json(member)
               : member->type == TWIN_F_LIST ? list_json(member)
               : is_container(member)        ? values_json(member)
                                             : NULL;
    }
}

static json_t *to_json(const struct layout *layout, const void *message)
{
    json_t *object = json_object();
    struct member member;

    for (size_t i = 0; get_member(layout, i, message, &member); i++) {
        if (member.is_there || member.column.absent != TWIN_ABSENT_LEFT_OUT) {
            twin_report_json_set(&object, member.column.key, member_json(&member));
        }
    }
    return object;
}

json_t *twin_layout_json(const struct twin_msg *msg, const struct twin_column *columns,
                         const void *message)
{
    return to_json(&(struct layout){msg, columns}, message);
}

/* ---- Text ---- */

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

    for (size_t i = 0; get_member(layout, i, message, &member); i++) {
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
    for (size_t i = 0; get_column(layout, i, &column); i++) {
        if (!column.json_only) {
            twin_buf_text(out, " %*s", column.width, title_of(&column));
        }
    }
    twin_buf_text(out, "\n");
}

static void add_table(struct twin_buf *out, const struct member *member,
                      const struct twin_report_style *style)
{
    const struct layout layout = items_of(member);
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
        const struct member value = value_in(member, map.rows[i].item);
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
    struct twin_msg_items items = twin_msg_items(list);
    size_t count = 0;

    while (values != NULL && twin_msg_next_value(&items, type, &values[count])) {
        count++;
    }
    if (type == TWIN_F_TSTR && count > 0) {
        qsort(values, count, sizeof(values[0]), by_text);
    }
    twin_buf_text(out, "%s:%s\n", title_of(&member->column), count == 0 ? " none" : "");
    for (size_t i = 0; i < count; i++) {
        const struct member value = value_in(member, &values[i]);
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

    for (size_t i = 0; get_member(layout, i, message, &member); i++) {
        if ((i == 0 || member.is_there) && !is_container(&member)) {
            twin_buf_text(out, "%s%s=", i == 0 ? "" : " ", title_of(&member.column));
            add_value(out, &member, style);
        }
    }
}

/* The items of a list, one a line; their own lists stand below them. */
static void add_list(struct twin_buf *out, const struct member *list, int indent,
                     const struct twin_report_style *style)
{
    const struct layout layout = items_of(list);
    struct twin_msg_items items = twin_msg_items(*(const struct twin_span *)list->at);
    uint64_t item[ITEM_MAX / sizeof(uint64_t)];
    struct member member;

    out->failed = out->failed || layout.msg->size > ITEM_MAX;
    while (!out->failed && twin_msg_next(&items, layout.msg, item)) {
        twin_buf_text(out, "%*s", indent, "");
        add_pairs(out, &layout, item, style);
        twin_buf_text(out, "\n");
        for (size_t i = 0; get_member(&layout, i, item, &member); i++) {
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

    for (size_t i = 0; get_member(&layout, i, message, &member); i++) {
        if (member.column.json_only) {
            continue;
        }
        if (member.type == TWIN_F_MAP) {
            add_table(out, &member, style);
        } else if (is_map(&member)) {
            add_named_values(out, &member, style);
        } else if (member.type == TWIN_F_LIST) {
            add_list(out, &member, 0, style);
        } else if (is_container(&member)) {
            add_values(out, &member, style);
        } else {
            add_line(out, &member, style);
        }
    }
}
