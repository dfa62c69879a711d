/*
 * downgrade.c - may one image replace another? SPDX-License-Identifier: Apache-2.0
 */
#include "signing/downgrade.h"
#include <inttypes.h>

const char *const twin_downgrade_rule_names[TWIN_DOWNGRADE_COUNT + 1] = {
    [TWIN_DOWNGRADE_VERSION] = "version",
    [TWIN_DOWNGRADE_BUILD] = "build",
    [TWIN_DOWNGRADE_COUNTER] = "counter",
    [TWIN_DOWNGRADE_COUNT] = NULL,
};

static enum twin_error_code check_version(const struct twin_version *next,
                                          const struct twin_version *installed, bool with_build,
                                          struct twin_error *error)
{
    int order = with_build ? twin_version_compare_build(next, installed)
                           : twin_version_compare(next, installed);
    char low[TWIN_VERSION_STR_MAX], high[TWIN_VERSION_STR_MAX];

    twin_version_print_full(next, low);
    twin_version_print_full(installed, high);
    return order >= 0 ? TWIN_ERROR_NONE
                      : twin_error_set(error, TWIN_ERROR_VERIFY,
                                       "version %s is below the installed %s", low, high);
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

static enum twin_error_code check_counter(const struct twin_view *next,
                                          const struct twin_view *installed,
                                          struct twin_error *error)
{
    uint32_t have, wanted;

    if (!get_counter(installed, &wanted)) {
        return TWIN_ERROR_NONE;
    }
    if (!get_counter(next, &have)) {
        return twin_error_set(error, TWIN_ERROR_VERIFY,
                              "it has no security counter, and the installed one has %" PRIu32,
                              wanted);
    }
    return have >= wanted
               ? TWIN_ERROR_NONE
               : twin_error_set(error, TWIN_ERROR_VERIFY,
                                "security counter %" PRIu32 " is below the installed %" PRIu32,
                                have, wanted);
}

enum twin_error_code twin_downgrade_check(const struct twin_view *next,
                                          const struct twin_view *installed,
                                          enum twin_downgrade_rule rule, struct twin_error *error)
{
    return rule == TWIN_DOWNGRADE_COUNTER
               ? check_counter(next, installed, error)
               : check_version(&next->header.version, &installed->header.version,
                               rule == TWIN_DOWNGRADE_BUILD, error);
}
