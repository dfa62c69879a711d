/*
 * kinds.h - the transports that the table in link.c names, and what they share.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "transport/link.h"

#define SEND_LIMIT_MS 10000 /* unless the owner sets another one */

extern const struct twin_transport twin_transport_serial, twin_transport_udp;
