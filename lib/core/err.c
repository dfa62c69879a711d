/*
 * err.c - the text of each error. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/err.h"

static const char *const texts[] = {
#define X(name, value, text) [value] = text,
    TWIN_ERR_LIST(X)
#undef X
};

const char *twin_err_str(twin_err_t err)
{
    unsigned i = (unsigned)err;

    return i < sizeof(texts) / sizeof(texts[0]) ? texts[i] : "unknown error";
}
