/*
 * msg_priv.h - what all functions that take a message in have in common.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"

/* By what rules a message is taken in. */
struct twin_msg_rules {
    /* Read the value of a field into its member; false if it is not what the field wants. */
    bool (*take)(struct twin_cbor_reader *value, const struct twin_field *field, void *member);
    uint8_t vital; /* fields with one of these flags are not to be left out then */
};
#define TWIN_ALL_VITAL (TWIN_OPTIONAL | TWIN_REQUIRED | TWIN_VITAL)

/* Read a map, each known key's value by these rules. */
void twin_msg_walk(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out,
                   const struct twin_msg_rules *rules);

/* Pass over one item, and give its bytes, those of tags before it included. */
struct twin_span twin_msg_item_span(struct twin_cbor_reader *r);

/* Go to the next item, if there is one. value: out, a reader of it; items->key is then its key. */
bool twin_msg_step(struct twin_items *items, struct twin_cbor_reader *value);

/* What twin_msg_decode takes. */
bool twin_msg_take_exact(struct twin_cbor_reader *value, const struct twin_field *field,
                         void *member);
