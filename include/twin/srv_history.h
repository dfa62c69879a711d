/*
 * twin/srv_history.h - the history group on a device: what the bootloader wrote down of updates
 * (twin/record.h). Its commands and messages: twin/grp_history.h.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/grp_history.h"
#include "twin/server.h"
#include "twin/slots.h"

TWIN_C_BEGIN

struct twin_srv_history_config {
    const struct twin_map *map;
};

/* The group in the table of a server; config must live as long as the server. twin_srv_init()
 * returns TWIN_E_ARG if the map is missing or not usable. */
#define TWIN_SRV_HISTORY(config_)                                                                  \
    {                                                                                              \
        &twin_srv_history, 1 ? (config_) : (const struct twin_srv_history_config *)0, NULL         \
    }
extern const struct twin_srv_group twin_srv_history;

TWIN_C_END
