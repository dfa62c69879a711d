/*
 * shared.c - memory shared by bootloader and application, as entries. Spec: docs/spec-image.md
 * section 5. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/shared.h"
#include <string.h>

#define MAGIC      0x2016
#define HEADER_LEN 4 /* magic, length of all */
#define ENTRY_LEN  4 /* type, length of the value */

twin_err_t twin_shared_begin(const struct twin_shared *shared)
{
    if (shared->cap < HEADER_LEN) {
        return TWIN_E_SPACE;
    }
    twin_put_le16(shared->bytes, MAGIC);
    twin_put_le16(shared->bytes + 2, HEADER_LEN);
    return TWIN_OK;
}

/* Bytes in use; 0 if this is something else. */
static size_t used(const struct twin_shared *shared)
{
    if (shared->cap < HEADER_LEN || twin_get_le16(shared->bytes) != MAGIC) {
        return 0;
    }
    const size_t len = twin_get_le16(shared->bytes + 2);
    return len >= HEADER_LEN && len <= shared->cap ? len : 0;
}

bool twin_shared_find(const struct twin_shared *shared, uint16_t type, struct twin_span *value)
{
    const size_t end = used(shared);

    for (size_t at = HEADER_LEN; at + ENTRY_LEN <= end;) {
        const size_t len = twin_get_le16(shared->bytes + at + 2);
        const uint16_t found = twin_get_le16(shared->bytes + at);
        at += ENTRY_LEN;
        if (len > end - at) {
            return false;
        }
        if (found == type) {
            *value = (struct twin_span){shared->bytes + at, len};
            return true;
        }
        at += len;
    }
    return false;
}

twin_err_t twin_shared_add(const struct twin_shared *shared, uint16_t type, struct twin_span value)
{
    const size_t at = used(shared);
    struct twin_span other;

    if (at == 0) {
        return TWIN_E_FORMAT;
    }
    if (twin_shared_find(shared, type, &other)) {
        return TWIN_E_STATE;
    }
    if (value.len + ENTRY_LEN > shared->cap - at) {
        return TWIN_E_SPACE;
    }
    twin_put_le16(shared->bytes + at, type);
    twin_put_le16(shared->bytes + at + 2, (uint16_t)value.len);
    memcpy(shared->bytes + at + ENTRY_LEN, value.ptr, value.len);
    twin_put_le16(shared->bytes + 2, (uint16_t)(at + ENTRY_LEN + value.len));
    return TWIN_OK;
}
