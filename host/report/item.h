/*
 * report/item.h - CBOR of any shape as JSON, and back: for messages that no table describes.
 *
 *     {"name":"pump","val":"h'0a00'","steps":[1,-2,0.5],"on":true,"none":null}
 *
 * JSON has no bytes: they are text that reads h'HEX', as in CBOR's own notation, in both
 * directions. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"
#include <jansson.h>

/*
 * Read one item as JSON. Keys that are no text become text; of equal keys the last one counts. Tags
 * are left out. A number that JSON has not (above 2^63 - 1, below -2^63) is text; infinity, NaN and
 * what has no meaning in JSON are null.
 *
 * item  well-formed, strings not in pieces (twin_cbor_join).
 *
 * NULL without memory, or if item is not well-formed.
 */
json_t *twin_item_json(struct twin_span item);

/* Append a JSON value as one item: integers in their shortest form, others as double floats. */
void twin_item_cbor(struct twin_buf *out, json_t *value);
