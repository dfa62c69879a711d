/*
 * cmd_update_health.h - the user's own check of a device that was updated.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/*
 * Run a shell command; its standard output goes to ours for talk, so that --json stays one object.
 *
 * consequence  what it means for the device when it fails; no full stop at the end.
 *
 * Returns CLI_DONE when it ends with 0, or what to exit with after the message.
 */
int health_check(const char *command, const char *consequence);
