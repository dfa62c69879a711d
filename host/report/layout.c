/*
 * layout.c - the members of a message, and all of it as JSON. Columns name those of the lists in
 * them: it is recursion over const tables, as deep as they are. SPDX-License-Identifier: Apache-2.0
 */
#include "report/layout_priv.h"
#include "report/map.h"
#include <string.h>

bool twin_layout_column(const struct layout *layout, size_t index, struct twin_column *column)
{
    const struct twin_msg *msg = layout->msg;

    *column = (struct twin_column){.key = NULL};
    if (layout->columns != NULL) {
        *column = layout->columns[index];
    } else if (msg != NULL && index < msg->field_count) {
        column->key = msg->fields[index].key;
    }
    return column->key != NULL;
}

bool twin_layout_member(const struct layout *layout, size_t index, const void *message,
                        struct member *member)
{
    const struct twin_field *fields = layout->msg->fields;
    unsigned at = 0;

    if (!twin_layout_column(layout, index, &member->column)) {
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

struct layout twin_layout_items(const struct member *member)
{
    return (struct layout){member->column.item, member->column.columns};
}

bool twin_layout_is_container(const struct member *member)
{
    return member->type >= TWIN_F_LIST;
}

bool twin_layout_is_map(const struct member *member)
{
    return member->type >= TWIN_F_MAP;
}

struct member twin_layout_value(const struct member *container, const void *at)
{
    return (struct member){.type = container->type % TWIN_F_LIST, .at = at, .is_there = true};
}

/* ---- JSON ---- */

static json_t *to_json(const struct layout *layout, const void *message);

static json_t *member_json(const struct member *member);

static json_t *list_json(const struct member *member)
{
    const struct layout layout = twin_layout_items(member);
    struct twin_items items = twin_msg_items(*(const struct twin_span *)member->at);
    uint64_t item[ITEM_MAX / sizeof(uint64_t)];
    json_t *array = layout.msg == NULL || layout.msg->size <= ITEM_MAX ? json_array() : NULL;

    while (array != NULL && layout.msg != NULL && twin_msg_next(&items, layout.msg, item)) {
        twin_report_json_append(&array, to_json(&layout, item));
    }
    return array;
}

static json_t *values_json(const struct member *member)
{
    struct twin_items items = twin_msg_items(*(const struct twin_span *)member->at);
    json_t *array = json_array();
    union twin_msg_value value;

    while (array != NULL && twin_msg_next_value(&items, member->type % TWIN_F_LIST, &value)) {
        const struct member item = twin_layout_value(member, &value);
        twin_report_json_append(&array, member_json(&item));
    }
    return array;
}

static json_t *map_json(const struct member *member)
{
    const struct layout layout = twin_layout_items(member);
    json_t *object = json_object();
    struct twin_map map;

    twin_map_read(&map, *(const struct twin_span *)member->at, member->type, layout.msg,
                  TWIN_TEXT_UTF8);
    for (size_t i = 0; i < map.count; i++) {
        const struct member value = twin_layout_value(member, map.rows[i].item);
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
    if (!member->is_there && !twin_layout_is_container(member) && member->type != TWIN_F_BOOL &&
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
        return twin_layout_is_map(member)         ? map_json(member)
               : member->type == TWIN_F_LIST      ? list_json(member)
               : twin_layout_is_container(member) ? values_json(member)
                                                  : json_null();
    }
}

static json_t *to_json(const struct layout *layout, const void *message)
{
    json_t *object = json_object();
    struct member member;

    for (size_t i = 0; twin_layout_member(layout, i, message, &member); i++) {
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
