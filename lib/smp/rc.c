/*
 * rc.c - texts of the generic result codes, for people; those of a group stand in its own file. A
 * device links none of it. Spec: docs/spec-smp.md section 2. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/smp.h"

static const char *const texts[] = {
#define X(name, value, text) [value] = text,
    TWIN_SMP_RC_LIST(X)
#undef X
};

const char *twin_smp_rc_str(int64_t rc)
{
    return (uint64_t)rc < sizeof(texts) / sizeof(texts[0]) ? texts[rc] : "unknown result code";
}
