/*
 * msg_items.c - going through a list or a map that a message brought.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "msg_priv.h"

struct twin_span twin_msg_item_span(struct twin_cbor_reader *r)
{
    const size_t start = r->off;

    twin_cbor_skip(r);
    return (struct twin_span){&r->buf[start], r->off - start};
}

struct twin_items twin_msg_items(struct twin_span list)
{
    struct twin_items items = {.priv.r = {.buf = list.ptr, .len = list.len}};
    uint64_t count;

    items.priv.is_map = twin_cbor_get_head(&items.priv.r, &count) == TWIN_CBOR_MAP;
    items.priv.left = (uint32_t)count;
    return items;
}

bool twin_msg_step(struct twin_items *items, struct twin_cbor_reader *value)
{
    struct twin_cbor_reader *r = &items->priv.r;

    if (!twin_cbor_next(r, &items->priv.left)) {
        return false;
    }
    items->key = *r;
    if (items->priv.is_map) {
        twin_cbor_skip(r);
    }
    *value = *r;
    twin_cbor_skip(r);
    return !r->failed;
}
