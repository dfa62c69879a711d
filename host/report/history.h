/*
 * report/history.h - what became of updates, in words. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "report/text.h"
#include "twin/grp_history.h"

/* Append a sentence without an end: "version 1.2.0 was refused: its signature does not match". */
void twin_report_history(struct twin_buf *out, const struct twin_history_item *item,
                         enum twin_text_keep keep);

/*
 * For programs: image, outcome and reason by name (a number if it is not known here), starts,
 * version, new; what the device does not know is left out. NULL without memory.
 */
json_t *twin_report_history_json(const struct twin_history_item *item);
