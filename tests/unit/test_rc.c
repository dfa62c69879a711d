/*
 * test_rc.c - the text of each code of the groups that only a client knows: a word of it, in the
 * order of the codes. Spec: docs/spec-smp.md section 2. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/groups.h"

#define CODES_MAX 18

static const struct {
    uint16_t group;
    const char *words[CODES_MAX]; /* [0] is code 1; NULL at the end */
} rows[] = {
    {2, {"unknown", "group", "group or value", "size", "to the end"}},
    {3,
     {"unknown", "too long", "no such", "be read", "first part", "be written", "be deleted",
      "loaded or saved"}},
    {8,
     {"unknown", "name", "no such file", "directory", "be opened", "be reached", "be read",
      "be cut", "be deleted", "be written", "does not follow", "beyond the end", "kind of hash",
      "no file system", "read-only", "empty", "be closed"}},
    {9, {"unknown", "too long", "empty"}},
    {10, {"unknown", "too many", "heap", "beyond the last"}},
    {63, {"unknown", "be opened", "layout", "be erased"}},
};

int main(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t code = 1;
        CHECK(twin_group_rc_str(rows[i].group, 0) == NULL);
        for (; rows[i].words[code - 1] != NULL; code++) {
            const char *text = twin_group_rc_str(rows[i].group, code);
            CHECK(text != NULL && strstr(text, rows[i].words[code - 1]) != NULL);
        }
        CHECK(twin_group_rc_str(rows[i].group, code) == NULL);
    }
    return check_report();
}
