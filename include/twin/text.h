/*
 * twin/text.h - text from a device, made fit for a terminal, a log or a script.
 *
 * A device may send anything: control characters that move the cursor, line ends that forge a line,
 * characters that reverse the direction of writing, bytes that are not text at all.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"

TWIN_C_BEGIN

/* What is kept as it is. All else becomes \n, \r, \t, or \xNN for each of its bytes. */
enum twin_text_keep {
    TWIN_TEXT_ASCII,     /* printable ASCII */
    TWIN_TEXT_PRINTABLE, /* whatever UTF-8 shows as a character, in its place */
    TWIN_TEXT_UTF8       /* all that is UTF-8, but NUL: for formats that escape by themselves */
};

#define TWIN_TEXT_GROWTH 4 /* bytes that one byte can become */

/*
 * Write text as one line.
 *
 * text  as it was received.
 * out   room for cap bytes, at least 1; ends with NUL. Text that does not fit is cut, never within
 *       a character or an escape. TWIN_TEXT_GROWTH * text.len + 1 bytes are enough for all of it.
 *
 * Returns the bytes written, NUL not counted.
 */
size_t twin_text_clean(struct twin_span text, enum twin_text_keep keep, char *out, size_t cap);

TWIN_C_END
