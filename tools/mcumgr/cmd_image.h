/*
 * cmd_image.h - what the verbs of images share. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "commands.h"
#include "twin/grp_image.h"

/* Read the device's list of images. Errors as mcumgr_request(). */
int image_list_read(struct session *session, struct twin_image_state_rsp *state);

/* Print it as the Go tool does, or as JSON. */
int image_list_print(const struct session *session, const struct twin_image_state_rsp *state);

/*
 * Erase a slot of the device; CLI_I64_NONE: the one that does not run. It has to answer a first
 * question within -t; the erase may take 60 s. Errors as mcumgr_request().
 */
int image_erase(struct session *session, int64_t slot);
