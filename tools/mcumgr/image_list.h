/*
 * image_list.h - read and print the device's list of images.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "mcumgr.h"
#include "twin/grp_image.h"

/* Read the list. Errors as session_request(). */
int image_list_read(struct session *session, struct twin_image_state_rsp *state);

/* Print it as the Go tool does, or as JSON. */
void image_list_print(const struct session *session, const struct twin_image_state_rsp *state);
