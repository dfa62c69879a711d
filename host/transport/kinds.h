/*
 * kinds.h - the transports that the table in link.c names.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "transport/link.h"

extern const struct twin_transport twin_transport_serial, twin_transport_udp;
