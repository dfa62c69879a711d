/*
 * cmd_image.h - what the verbs of images share. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "commands.h"
#include "firmware/firmware.h"
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

/*
 * Read and check a firmware file (firmware/firmware.h). Nobody is asked for the passphrase of a
 * key: its public half is enough, and scripts have no terminal. Returns CLI_DONE, or what to exit
 * with after the message. To be freed in any case.
 */
int image_load(struct twin_firmware *firmware, const char *path,
               const struct twin_firmware_rules *rules);
