/*
 * downgrade.c - may one image replace another? SPDX-License-Identifier: Apache-2.0
 */
#include "signing/downgrade.h"
#include "cli/cli.h"
#include "signing/imagefile.h"
#include <inttypes.h>
#include <stdio.h>

const char *const downgrade_rule_names[DOWNGRADE_COUNT + 1] = {
    [DOWNGRADE_VERSION] = "version",
    [DOWNGRADE_BUILD] = "build",
    [DOWNGRADE_COUNTER] = "counter",
    [DOWNGRADE_COUNT] = NULL,
};

static bool version_allowed(const struct twin_version *next, const struct twin_version *installed,
                            bool with_build, char why[DOWNGRADE_WHY_MAX])
{
    int order = with_build ? twin_version_compare_build(next, installed)
                           : twin_version_compare(next, installed);
    char low[TWIN_VERSION_STR_MAX], high[TWIN_VERSION_STR_MAX];

    twin_version_print_full(next, low);
    twin_version_print_full(installed, high);
    snprintf(why, DOWNGRADE_WHY_MAX, "version %s is below the installed %s", low, high);
    return order >= 0;
}

/* Only from the protected area: another could be put in without breaking the signature. */
static bool get_counter(const struct view *view, uint32_t *counter)
{
    struct view_tlv tlv;
    bool found = view_find(view, TLV_SEC_CNT, true, &tlv) && tlv.value.len == sizeof(*counter);

    *counter = found ? view_get_u32(view, tlv.value.ptr) : 0;
    return found;
}

static bool counter_allowed(const struct view *next, const struct view *installed,
                            char why[DOWNGRADE_WHY_MAX])
{
    uint32_t have, wanted;
    bool has_wanted = get_counter(installed, &wanted);

    if (!has_wanted) {
        return true;
    }
    if (!get_counter(next, &have)) {
        snprintf(why, DOWNGRADE_WHY_MAX,
                 "it has no security counter, and the installed one has %" PRIu32, wanted);
        return false;
    }
    snprintf(why, DOWNGRADE_WHY_MAX, "security counter %" PRIu32 " is below the installed %" PRIu32,
             have, wanted);
    return have >= wanted;
}

bool downgrade_allowed(const struct view *next, const struct view *installed,
                       enum downgrade_rule rule, char why[DOWNGRADE_WHY_MAX])
{
    return rule == DOWNGRADE_COUNTER
               ? counter_allowed(next, installed, why)
               : version_allowed(&next->header.version, &installed->header.version,
                                 rule == DOWNGRADE_BUILD, why);
}

int downgrade_check_file(struct twin_span next, const char *installed, enum downgrade_rule rule,
                         bool *allowed, char why[DOWNGRADE_WHY_MAX])
{
    struct image_file file;
    struct view next_view, view;
    int rc = image_file_read(installed, 0, 0, CLI_USAGE, &file);
    enum view_fault fault =
        rc == CLI_DONE ? view_open(&view, (struct twin_span){file.bytes.data, file.bytes.len})
                       : VIEW_OK;

    *allowed = false;
    if (fault != VIEW_OK) {
        rc = cli_fail(CLI_REFUSED, "--replaces %s: %s", installed, view_fault_text[fault]);
    }
    if (rc == CLI_DONE) {
        *allowed = view_open(&next_view, next) == VIEW_OK &&
                   downgrade_allowed(&next_view, &view, rule, why);
    }
    twin_buf_free(&file.bytes);
    return rc;
}
