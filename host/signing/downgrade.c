/*
 * downgrade.c - may one image replace another? SPDX-License-Identifier: Apache-2.0
 */
#include "signing/downgrade.h"
#include "cli/cli.h"
#include "signing/image_file.h"
#include <inttypes.h>
#include <stdio.h>

const char *const twin_downgrade_rule_names[TWIN_DOWNGRADE_COUNT + 1] = {
    [TWIN_DOWNGRADE_VERSION] = "version",
    [TWIN_DOWNGRADE_BUILD] = "build",
    [TWIN_DOWNGRADE_COUNTER] = "counter",
    [TWIN_DOWNGRADE_COUNT] = NULL,
};

static bool version_allowed(const struct twin_version *next, const struct twin_version *installed,
                            bool with_build, char why[TWIN_DOWNGRADE_WHY_MAX])
{
    int order = with_build ? twin_version_compare_build(next, installed)
                           : twin_version_compare(next, installed);
    char low[TWIN_VERSION_STR_MAX], high[TWIN_VERSION_STR_MAX];

    twin_version_print_full(next, low);
    twin_version_print_full(installed, high);
    snprintf(why, TWIN_DOWNGRADE_WHY_MAX, "version %s is below the installed %s", low, high);
    return order >= 0;
}

/* Only from the protected area: another could be put in without breaking the signature. */
static bool get_counter(const struct twin_view *view, uint32_t *counter)
{
    struct twin_view_tlv tlv;
    bool found =
        twin_view_find(view, TWIN_TLV_SEC_CNT, true, &tlv) && tlv.value.len == sizeof(*counter);

    *counter = found ? twin_view_get_u32(view, tlv.value.ptr) : 0;
    return found;
}

static bool counter_allowed(const struct twin_view *next, const struct twin_view *installed,
                            char why[TWIN_DOWNGRADE_WHY_MAX])
{
    uint32_t have, wanted;
    bool has_wanted = get_counter(installed, &wanted);

    if (!has_wanted) {
        return true;
    }
    if (!get_counter(next, &have)) {
        snprintf(why, TWIN_DOWNGRADE_WHY_MAX,
                 "it has no security counter, and the installed one has %" PRIu32, wanted);
        return false;
    }
    snprintf(why, TWIN_DOWNGRADE_WHY_MAX,
             "security counter %" PRIu32 " is below the installed %" PRIu32, have, wanted);
    return have >= wanted;
}

bool twin_downgrade_allowed(const struct twin_view *next, const struct twin_view *installed,
                            enum twin_downgrade_rule rule, char why[TWIN_DOWNGRADE_WHY_MAX])
{
    return rule == TWIN_DOWNGRADE_COUNTER
               ? counter_allowed(next, installed, why)
               : version_allowed(&next->header.version, &installed->header.version,
                                 rule == TWIN_DOWNGRADE_BUILD, why);
}

int twin_downgrade_check_file(struct twin_span next, const char *installed,
                              enum twin_downgrade_rule rule, bool *allowed,
                              char why[TWIN_DOWNGRADE_WHY_MAX])
{
    struct twin_image_file file;
    struct twin_view next_view, view;
    int rc = twin_image_file_read(installed, 0, 0, CLI_USAGE, &file);
    enum twin_fault fault =
        rc == CLI_DONE ? twin_view_open(&view, (struct twin_span){file.bytes.data, file.bytes.len})
                       : TWIN_FAULT_NONE;

    *allowed = false;
    if (fault != TWIN_FAULT_NONE) {
        rc = cli_fail(CLI_REFUSED, "--replaces %s: %s", installed, twin_fault_text[fault]);
    }
    if (rc == CLI_DONE) {
        *allowed = twin_view_open(&next_view, next) == TWIN_FAULT_NONE &&
                   twin_downgrade_allowed(&next_view, &view, rule, why);
    }
    twin_buf_free(&file.bytes);
    return rc;
}
