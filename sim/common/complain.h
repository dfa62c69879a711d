/*
 * complain.h - what a program that runs devices says when it cannot go on.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/* Say on stderr what could not be done with what, and why: errno. Always returns -1. */
int complain(const char *what, const char *with_what);
