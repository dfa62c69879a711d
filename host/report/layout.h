/*
 * report/layout.h - a message from a device as a reader sees it: JSON, lines of text, tables.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Kind and place of each field are in the message's own table (twin/msg.h); a table of columns adds
 * what only readers care about. Plain messages need none (NULL):
 *
 *     buf_size: 384                                   {"buf_size":384,"buf_count":4}
 *     buf_count: 4
 *
 * A LIST needs the message that its items are. In text each item is one line, lists in it stand
 * below:
 *
 *     static const struct twin_column columns[] = {
 *         {.key = "images", .item = &twin_image_slot_info_image_msg, .columns = image},
 *         {.key = NULL}};
 *
 *     image=0 max_image_size=483328                   {"images":[{"image":0,"slots":[...]}]}
 *       slot=0 size=491520
 *
 * A MAP too: it is a table in text, one row a name (report/map.h), an object of objects in JSON.
 *
 * A LIST_OF or MAP_OF says itself what it holds. In text a list is a line for each value below its
 * title, texts sorted, "none" without any; a map a line for each value (`width` characters) and its
 * name, sorted by name, "(empty)" without any:
 *
 *     stat groups:                                    {"stat_list":["app","smp"]}
 *         app
 *         smp
 *
 *              12 requests                             {"fields":{"requests":12}}
 *
 * What the device did not tell, or not in a way that can be understood, is `absent` of the reader's
 * style in a line or a cell, and left out behind an item's first field. A missing boolean is false.
 */
#pragma once
#include "report/text.h"
#include "twin/msg.h"

/* What JSON has in place of a field that the device did not tell. */
enum twin_absent {
    TWIN_ABSENT_NULL,     /* null; booleans are false */
    TWIN_ABSENT_EMPTY,    /* 0 or "" */
    TWIN_ABSENT_LEFT_OUT, /* nothing */
};

/* How one field is shown. */
struct twin_column {
    const char *key;   /* of the message's field, and in JSON; NULL ends a table */
    const char *title; /* in text; NULL: the key; "": the value stands alone on its line */
    int width;         /* in a table: characters, at least; of a MAP those of the names */
    bool json_only;
    enum twin_absent absent;
    const struct twin_msg *item;       /* LIST and MAP: what the items are */
    const struct twin_column *columns; /* and how they are shown; NULL: see below */
};

/*
 * A message as JSON, an object.
 *
 * columns  what is shown, in this order; NULL: all fields of the message, by key.
 *
 * NULL without memory.
 */
json_t *twin_layout_json(const struct twin_msg *msg, const struct twin_column *columns,
                         const void *message);

/* Append the same as text: lines. */
void twin_layout_text(struct twin_buf *out, const struct twin_msg *msg,
                      const struct twin_column *columns, const void *message,
                      const struct twin_report_style *style);
