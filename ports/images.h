/*
 * images.h - the image group of a device that serves SMP. A board with one image links
 * images_one.c, one with several images_all.c. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/server.h"

/* Its row in the table of groups. nothing_runs: this is not an image that runs, and none can be
 * started (recovery). */
struct twin_srv_entry images_entry(bool nothing_runs);
