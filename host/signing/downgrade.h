/*
 * downgrade.h - would a loader that forbids downgrades let one image replace another?
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/error.h"
#include "signing/view.h"

/* What the loader compares. Equal ones may replace each other. */
enum twin_downgrade_rule {
    TWIN_DOWNGRADE_VERSION, /* major, minor and revision */
    TWIN_DOWNGRADE_BUILD,   /* and the build number */
    TWIN_DOWNGRADE_COUNTER, /* the security counter; an image without one may be replaced by any */
    TWIN_DOWNGRADE_COUNT
};
extern const char *const twin_downgrade_rule_names[TWIN_DOWNGRADE_COUNT + 1]; /* ends with NULL */

/* TWIN_ERROR_VERIFY: no, and the error says what is below what. */
enum twin_error_code twin_downgrade_check(const struct twin_view *next,
                                          const struct twin_view *installed,
                                          enum twin_downgrade_rule rule, struct twin_error *error);
