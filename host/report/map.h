/*
 * report/map.h - what a device lists under names: a MAP field as rows, sorted by name.
 *
 * A device may name things with anything, twice or with bytes that no terminal shows. Here each
 * row has a name of its own, fit to be printed and to be a key in JSON.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "report/text.h"
#include "twin/msg.h"

struct twin_map_row {
    const char *name; /* that no other row has: of equal ones the second is NAME#2 */
    const void *item; /* its message, or its value */
    struct {
        char *own, *shown; /* the same text, unless it was given a number */
        size_t index;      /* in the device's order */
    } priv;
};

struct twin_map {
    struct twin_map_row *rows;
    size_t count;
    bool failed; /* memory ran out: there are no rows */
    void *items;
};

/*
 * Read the items of a MAP field.
 *
 * field  the member that twin_msg_read() filled; names and items point into what it points to.
 * type   of the field: MAP, or MAP_OF something; then items are a union twin_msg_value.
 * item   what a MAP is of; else NULL.
 * keep   what a name may consist of; TWIN_TEXT_UTF8 for JSON.
 *
 * Release it with twin_map_free() in any case.
 */
void twin_map_read(struct twin_map *map, struct twin_span field, uint8_t type,
                   const struct twin_msg *item, enum twin_text_keep keep);
void twin_map_free(struct twin_map *map);
