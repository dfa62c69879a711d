/*
 * groups.c - the table of command groups. A new group is a file with its own table, and a row here.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/server.h"

const struct twin_srv_group *const twin_srv_groups[] = {
    &twin_srv_os,
    &twin_srv_image,
    NULL,
};
