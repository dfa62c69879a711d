/*
 * check.h - the whole unit-test framework: CHECK counts, check_report() prints and gives the exit
 * status. A failed check does not stop the program. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Weak, so that all files of a test program share them: what a support file finds counts too. */
__attribute__((weak)) unsigned check_passed, check_failed;

/* Who only wants to know whether a check fails sets CHECK_STOP and does not wait for the rest. */
static inline void check_has_failed(void)
{
    check_failed++;
    if (getenv("CHECK_STOP") != NULL) {
        _Exit(1);
    }
}

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (cond) {                                                                                \
            check_passed++;                                                                        \
        } else {                                                                                   \
            check_has_failed();                                                                    \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #cond);                     \
        }                                                                                          \
    } while (0)

/* Two integers are equal; prints both when not. */
#define CHECK_EQ(got, want)                                                                        \
    do {                                                                                           \
        long long check_got = (long long)(got), check_want = (long long)(want);                    \
        if (check_got == check_want) {                                                             \
            check_passed++;                                                                        \
        } else {                                                                                   \
            check_has_failed();                                                                    \
            fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #got, check_got,  \
                    check_want);                                                                   \
        }                                                                                          \
    } while (0)

#define CHECK_MEM(got, want, len) CHECK(memcmp((got), (want), (len)) == 0)

/* To be returned from main. */
static inline int check_report(void)
{
    printf("%u checks passed, %u failed\n", check_passed, check_failed);
    return check_failed != 0;
}
