/*
 * downgrade.h - would a loader that forbids downgrades let one image replace another?
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/view.h"

/* What the loader compares. Equal ones may replace each other. */
enum twin_downgrade_rule {
    TWIN_DOWNGRADE_VERSION, /* major, minor and revision */
    TWIN_DOWNGRADE_BUILD,   /* and the build number */
    TWIN_DOWNGRADE_COUNTER, /* the security counter; an image without one may be replaced by any */
    TWIN_DOWNGRADE_COUNT
};
extern const char *const twin_downgrade_rule_names[TWIN_DOWNGRADE_COUNT + 1]; /* ends with NULL */

#define TWIN_DOWNGRADE_WHY_MAX 120

/* why: out, for the message when the answer is no. */
bool twin_downgrade_allowed(const struct twin_view *next, const struct twin_view *installed,
                            enum twin_downgrade_rule rule, char why[TWIN_DOWNGRADE_WHY_MAX]);

/*
 * The same for an image in memory and a file.
 *
 * allowed  out; valid with CLI_DONE.
 *
 * Returns CLI_DONE, or an exit code after the message if there is no image in the file.
 */
int twin_downgrade_check_file(struct twin_span next, const char *installed,
                              enum twin_downgrade_rule rule, bool *allowed,
                              char why[TWIN_DOWNGRADE_WHY_MAX]);
