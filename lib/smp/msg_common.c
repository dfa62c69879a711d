/*
 * msg_common.c - messages that belong to no group. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/msg.h"

static const struct twin_field result_err[] = {
    TWIN_FIELD(twin_result_err, group, "group", TWIN_F_I64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_result_err, rc, "rc", TWIN_F_I64, TWIN_REQUIRED),
};

/* An error that cannot be read is no success. */
static const struct twin_field result[] = {
    TWIN_FIELD(twin_result, rc, "rc", TWIN_F_I64, TWIN_VITAL),
    TWIN_FIELD(twin_result, rsn, "rsn", TWIN_F_TSTR, TWIN_OPTIONAL),
    TWIN_FIELD(twin_result, err, "err", TWIN_F_MAP, TWIN_VITAL),
};

const struct twin_msg twin_empty_msg = {.size = sizeof(struct twin_empty)};
const struct twin_msg twin_result_msg = TWIN_MSG(twin_result, result);
const struct twin_msg twin_result_err_msg = TWIN_MSG(twin_result_err, result_err);
