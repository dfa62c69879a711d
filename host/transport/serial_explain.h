/*
 * serial_explain.h - why a serial port cannot be used, and what to do about it.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "transport/link.h"

/* The error for an errno value of opening the port or of asking for its settings. Returns
 * TWIN_ERROR_LINK. */
enum twin_error_code twin_serial_explain(const char *dev, int why, struct twin_error *error);
