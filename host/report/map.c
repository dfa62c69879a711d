/*
 * map.c - a MAP field as rows with names. SPDX-License-Identifier: Apache-2.0
 */
#include "report/map.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 24 /* room for any number of 64 bits */

/* ---- Names ---- */

/* A number that is a key. Below zero it is one more than 64 bits hold at the most. */
static void number_text(const struct twin_cbor_number *value, char text[NUMBER_MAX])
{
    const bool is_lowest = value->is_negative && value->magnitude == UINT64_MAX;

    snprintf(text, NUMBER_MAX, "%s%llu", value->is_negative ? "-" : "",
             (unsigned long long)value->magnitude + (value->is_negative && !is_lowest));
    text[strlen(text) - 1] += is_lowest; /* ...615 to ...616 */
}

/* The key as text, whatever it is; malloc'ed, NULL without memory. */
static char *key_text(struct twin_cbor_reader key, enum twin_text_keep keep)
{
    char number[NUMBER_MAX] = "?";
    struct twin_span text = twin_span_text(number);
    struct twin_cbor_reader as_number = key;
    struct twin_cbor_number value;
    uint64_t len;

    const enum twin_cbor_major major = twin_cbor_get_head(&key, &len);
    if ((major == TWIN_CBOR_TSTR || major == TWIN_CBOR_BSTR) && len != TWIN_CBOR_INDEFINITE) {
        text = (struct twin_span){&key.buf[key.off], (size_t)len};
    } else if (twin_cbor_get_number(&as_number, &value)) {
        number_text(&value, number);
        text = twin_span_text(number);
    }
    const size_t cap = TWIN_TEXT_GROWTH * text.len + 1;
    char *copy = malloc(cap);
    if (copy != NULL) {
        twin_text_clean(text, keep, copy, cap);
    }
    return copy;
}

static int by_own_name(const void *a_, const void *b_)
{
    const struct twin_map_row *a = a_, *b = b_;
    const int order = strcmp(a->priv.own, b->priv.own);

    return order != 0 ? order : (a->priv.index > b->priv.index) - (a->priv.index < b->priv.index);
}

static int by_name(const void *a_, const void *b_)
{
    const struct twin_map_row *a = a_, *b = b_;

    return strcmp(a->name, b->name);
}

static int is_named(const void *name, const void *row)
{
    return strcmp(name, ((const struct twin_map_row *)row)->priv.own);
}

/* NAME#2, or with the next number that makes it a name of no other row; malloc'ed, or NULL. */
static char *numbered(const struct twin_map *map, const char *name, unsigned *number)
{
    const size_t cap = strlen(name) + NUMBER_MAX;
    char *text = malloc(cap);

    if (text == NULL) {
        return NULL;
    }
    do { /* as often as there are rows, at most */
        ++*number;
        snprintf(text, cap, "%s#%u", name, *number);
    } while (bsearch(text, map->rows, map->count, sizeof(map->rows[0]), is_named) != NULL);
    return text;
}

/* Each row needs a name of its own: of equal ones the first keeps it. */
static void number_equal_names(struct twin_map *map)
{
    unsigned number = 1;

    qsort(map->rows, map->count, sizeof(map->rows[0]), by_own_name);
    for (size_t i = 0; i < map->count; i++) {
        struct twin_map_row *row = &map->rows[i];
        if (i > 0 && strcmp(row->priv.own, map->rows[i - 1].priv.own) == 0) {
            row->priv.shown = numbered(map, row->priv.own, &number);
        } else {
            row->priv.shown = row->priv.own;
            number = 1;
        }
        map->failed = map->failed || row->priv.shown == NULL;
        row->name = row->priv.shown;
    }
    if (!map->failed) {
        qsort(map->rows, map->count, sizeof(map->rows[0]), by_name);
    }
}

/* ---- Rows ---- */

void twin_map_read(struct twin_map *map, struct twin_span field, uint8_t type,
                   const struct twin_msg *item, enum twin_text_keep keep)
{
    const size_t count_max = field.len / 2 + 1; /* an item takes two bytes at least */
    const size_t item_size = item != NULL ? item->size : sizeof(union twin_msg_value);
    struct twin_items items = twin_msg_items(field);

    *map = (struct twin_map){.rows = calloc(count_max, sizeof(map->rows[0])),
                             .items = calloc(count_max, item_size)};
    map->failed = map->rows == NULL || map->items == NULL;
    while (!map->failed) {
        struct twin_map_row *row = &map->rows[map->count];
        uint8_t *out = (uint8_t *)map->items + map->count * item_size;
        if (item != NULL ? !twin_msg_next(&items, item, out)
                         : !twin_msg_next_value(&items, type % TWIN_F_LIST, out)) {
            break;
        }
        row->priv.own = key_text(items.key, keep);
        row->priv.index = map->count;
        row->item = out;
        map->failed = row->priv.own == NULL;
        map->count++;
    }
    if (!map->failed) {
        number_equal_names(map);
    }
    if (map->failed) {
        twin_map_free(map);
        map->failed = true;
    }
}

void twin_map_free(struct twin_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        if (map->rows[i].priv.shown != map->rows[i].priv.own) {
            free(map->rows[i].priv.shown);
        }
        free(map->rows[i].priv.own);
    }
    free(map->rows);
    free(map->items);
    *map = (struct twin_map){0};
}
