/*
 * serial_explain.h - why a serial port cannot be used, and what to do about it.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "transport/link.h"

/* Fill in a problem for an errno value of opening the port or of asking for its settings. */
void twin_serial_explain(const char *dev, int why, struct transport_problem *problem);
