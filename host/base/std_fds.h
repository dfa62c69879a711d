/*
 * std_fds.h - descriptors 0 to 2 exist, whoever started the program.
 *
 * A program that is started with one of them closed would get that number for the next file that it
 * opens: a serial port, say, and then progress texts go out on the line to the device.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/* Put /dev/null on each of 0 to 2 that is closed. The first thing that main() does. */
void twin_std_fds_open(void);
