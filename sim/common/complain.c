/*
 * complain.c - see complain.h. SPDX-License-Identifier: Apache-2.0
 */
#include "complain.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

int complain(const char *what, const char *with_what)
{
    fprintf(stderr, "%s: %s %s: %s\n", program_invocation_short_name, what, with_what,
            strerror(errno));
    return -1;
}
