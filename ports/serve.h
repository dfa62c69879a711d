/*
 * serve.h - an SMP server on the lines of a board: framing in and out, plain packets, and the
 * restart that a client asks for. Of the application, and of the bootloader's recovery.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "board.h"
#include "twin/console.h"
#include "twin/server.h"
#include "twin_config.h"

struct serve {
    struct twin_srv server;
    struct twin_console_decoder decoder;
    uint32_t answered; /* requests, since serve_init() */
    bool resetting;    /* a client asked for it, at reset_at_ms it happens */
    uint32_t reset_at_ms;
    uint8_t request[CONFIG_TWIN_SMP_BUF_SIZE], reply[CONFIG_TWIN_SMP_BUF_SIZE];
    uint8_t frame[TWIN_CONSOLE_ENCODED_MAX(CONFIG_TWIN_SMP_BUF_SIZE)]; /* a reply as lines */
};

/*
 * Begin, after twin_board_receive_start(). serve and config must live as long as the program; the
 * sizes of the buffers are for config to tell: CONFIG_TWIN_SMP_BUF_SIZE and _COUNT.
 *
 * Returns TWIN_OK; TWIN_E_ARG if a group cannot work with its configuration.
 */
TWIN_MUST_CHECK twin_err_t serve_init(struct serve *serve, const struct twin_srv_config *config);

/* Answer what has arrived; in each turn of the main loop. Returns whether it is time to restart:
 * a client has asked for that, and the reply has left. */
bool serve_run(struct serve *serve, uint32_t now_ms);

/* Restart as the client has asked: to the image, or to recovery. */
_Noreturn void serve_restart(const struct serve *serve);
