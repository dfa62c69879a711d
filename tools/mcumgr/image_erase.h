/*
 * image_erase.h - erase a slot, for the verbs that do so. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "mcumgr.h"

/*
 * Erase a slot of the device; CLI_I64_NONE: the one that does not run. It has to answer a first
 * question within -t; the erase may take 60 s. Returns CLI_DONE, or the exit code after the
 * message.
 */
int image_erase(struct session *session, int64_t slot);
