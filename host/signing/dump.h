/*
 * dump.h - what an image holds, as text in the reference tool's three forms. Nothing is checked:
 * that is verify.h. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/view.h"

enum twin_dump_form { TWIN_DUMP_HUMAN, TWIN_DUMP_YAML, TWIN_DUMP_JSON };

/*
 * Append header, TLVs and trailer of an image.
 *
 * name  how the text calls the image: its file without folders.
 * out   JSON has no newline at its end, the others have.
 */
void twin_dump(const struct twin_view *view, const char *name, enum twin_dump_form form,
               struct twin_buf *out);
