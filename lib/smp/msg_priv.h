/*
 * msg_priv.h - what the two ways of taking a message in have in common.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"

/* Read the value of a field into its member; false if it is not what the field wants. */
typedef bool (*twin_msg_take_fn)(struct twin_cbor_reader *value, const struct twin_field *field,
                                 void *member);

/*
 * Read a map, each known key's value with `take`. What it does not want is absent; all_vital: and
 * a fault.
 */
void twin_msg_walk(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out,
                   twin_msg_take_fn take, bool all_vital);
