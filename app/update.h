/*
 * update.h - the SMP server on the board's serial port: how this device is updated.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "monitor.h"
#include "serve.h"

struct update {
    struct serve serve;
    struct twin_srv_config config;
    const struct monitor *monitor;
    uint32_t refused; /* requests, because a patient was connected */
};

/*
 * Begin. update and monitor must live as long as the program.
 *
 * Returns TWIN_OK; TWIN_E_ARG if the board's slots are not usable.
 */
TWIN_MUST_CHECK twin_err_t update_init(struct update *update, struct monitor *monitor);

/* Serve what has arrived; restart the device when a client has asked for that. */
void update_run(struct update *update, uint32_t now_ms);
