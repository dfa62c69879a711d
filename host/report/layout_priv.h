/*
 * layout_priv.h - between the files of layouts: the members that a reader sees.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "report/layout.h"

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
bool twin_layout_column(const struct layout *layout, size_t index, struct twin_column *column);

/*
 * What the column at `index` shows of a message. False behind the last one. A list or map of
 * messages whose column does not say of which counts as one without items.
 */
bool twin_layout_member(const struct layout *layout, size_t index, const void *message,
                        struct member *member);

/* The messages in a LIST or MAP; without a msg if it is one of values. */
struct layout twin_layout_items(const struct member *member);

/* An item of a LIST_OF or MAP_OF, as if it were a member. */
struct member twin_layout_value(const struct member *container, const void *at);

bool twin_layout_is_container(const struct member *member);
bool twin_layout_is_map(const struct member *member);
