/*
 * run.h - the step loop of the bootloader. A board with one image links run_image.c, one with
 * several run_images.c. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/boot.h"

/* What is to be started, valid from then on; NULL: nothing can be. */
const struct twin_boot_handover *boot_run(const struct twin_boot_config *config);
