/*
 * replay.h - what a fuzz harness provides, to libFuzzer or to replay.c.
 *
 * A harness aborts when something does not hold that always must.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
