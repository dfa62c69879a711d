/*
 * kinds.h - the transports that the table in transport.c names.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "transport.h"

extern const struct transport transport_serial, transport_udp;
