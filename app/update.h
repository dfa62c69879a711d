/*
 * update.h - the SMP server on the board's serial port: how this device is updated.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "monitor.h"
#include "twin/console.h"
#include "twin/server.h"
#include "twin_config.h"

struct update {
    struct twin_srv server;
    struct twin_srv_config config;
    struct twin_console_decoder decoder;
    bool resetting; /* a client asked for it, at reset_at_ms it happens */
    uint32_t reset_at_ms;
    uint8_t request[CONFIG_TWIN_SMP_BUF_SIZE], reply[CONFIG_TWIN_SMP_BUF_SIZE];
    uint8_t frame[TWIN_CONSOLE_ENCODED_MAX(CONFIG_TWIN_SMP_BUF_SIZE)]; /* a reply as lines */
};

/*
 * Begin. update and monitor must live as long as the program.
 *
 * Returns TWIN_OK; TWIN_E_ARG if the board's slots are not usable.
 */
TWIN_MUST_CHECK twin_err_t update_init(struct update *update, struct monitor *monitor);

/* Serve what has arrived; restart the device when a client has asked for that. */
void update_run(struct update *update, uint32_t now_ms);
