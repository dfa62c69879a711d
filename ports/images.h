/*
 * images.h - the image group of a device that serves SMP. A board with one image links
 * images_one.c, one with several images_all.c. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "board.h"
#include "twin/server.h"

/*
 * Its row in the table of groups.
 *
 * map      as the running image sees it; must live as long as the server.
 * running  the slot that it runs from; of the first image.
 * first    the first slot with an image to speak of (twin/srv_image.h).
 */
struct twin_srv_entry images_entry(const struct twin_map *map, unsigned running, unsigned first);
