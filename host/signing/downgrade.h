/*
 * downgrade.h - would a loader that forbids downgrades let one image replace another?
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/view.h"

/* What the loader compares. Equal ones may replace each other. */
enum downgrade_rule {
    DOWNGRADE_VERSION, /* major, minor and revision */
    DOWNGRADE_BUILD,   /* and the build number */
    DOWNGRADE_COUNTER, /* the security counter; an image without one may be replaced by any */
    DOWNGRADE_COUNT
};
extern const char *const downgrade_rule_names[DOWNGRADE_COUNT + 1]; /* ends with NULL */

#define DOWNGRADE_WHY_MAX 120

/* why: out, for the message when the answer is no. */
bool downgrade_allowed(const struct view *next, const struct view *installed,
                       enum downgrade_rule rule, char why[DOWNGRADE_WHY_MAX]);

/*
 * The same for an image in memory and a file.
 *
 * allowed  out; valid with CLI_DONE.
 *
 * Returns CLI_DONE, or an exit code after the message if there is no image in the file.
 */
int downgrade_check_file(struct twin_span next, const char *installed, enum downgrade_rule rule,
                         bool *allowed, char why[DOWNGRADE_WHY_MAX]);
