/*
 * serve.c - see serve.h. SPDX-License-Identifier: Apache-2.0
 */
#include "serve.h"
#include "twin/grp_os.h"

#define RESET_DELAY_MS 250 /* time for the reply to leave */

/* The line buffer must hold what clients may send while one request is worked on. */
_Static_assert(CONFIG_TWIN_SMP_BUF_COUNT *TWIN_CONSOLE_ENCODED_MAX(CONFIG_TWIN_SMP_BUF_SIZE) <=
                   TWIN_BOARD_SMP_BUFFER,
               "fewer or smaller SMP buffers, or a larger line buffer");

twin_err_t serve_init(struct serve *serve, const struct twin_srv_config *config)
{
    serve->answered = 0;
    serve->resetting = false;
    twin_console_decoder_init(&serve->decoder, serve->request, sizeof(serve->request));
    return twin_srv_init(&serve->server, config);
}

static void send_framed(struct serve *serve, struct twin_span packet)
{
    size_t len;

    if (twin_console_encode(packet, serve->frame, sizeof(serve->frame), &len) == TWIN_OK) {
        twin_board_write(TWIN_BOARD_SMP, serve->frame, len);
    }
}

static void send_plain(struct serve *serve, struct twin_span packet)
{
    (void)serve;
    twin_board_packet_write(packet.ptr, packet.len);
}

typedef void (*send_fn)(struct serve *serve, struct twin_span packet);

static void answer(struct serve *serve, struct twin_span packet, send_fn send, uint32_t now_ms)
{
    size_t len;

    while ((len = twin_srv_handle(&serve->server, &packet, serve->reply, sizeof(serve->reply))) !=
           0) {
        serve->answered++;
        send(serve, (struct twin_span){serve->reply, len});
    }
    if (serve->server.reset_requested && !serve->resetting) {
        serve->resetting = true;
        serve->reset_at_ms = now_ms + RESET_DELAY_MS;
    }
}

static void serve_line(struct serve *serve, uint32_t now_ms)
{
    uint8_t bytes[64];
    size_t len = twin_board_read(TWIN_BOARD_SMP, bytes, sizeof(bytes));

    for (size_t i = 0; i < len; i++) {
        if (twin_console_decode(&serve->decoder, bytes[i]) == TWIN_CONSOLE_PACKET) {
            answer(serve, serve->decoder.packet, send_framed, now_ms);
        }
    }
}

/* The room for framing is free here: a plain packet has none. */
static void serve_packet(struct serve *serve, uint32_t now_ms)
{
    size_t len = twin_board_packet_read(serve->frame, sizeof(serve->request));

    if (len != 0) {
        answer(serve, (struct twin_span){serve->frame, len}, send_plain, now_ms);
    }
}

bool serve_run(struct serve *serve, uint32_t now_ms)
{
    serve_line(serve, now_ms);
    serve_packet(serve, now_ms);
    return serve->resetting && (int32_t)(now_ms - serve->reset_at_ms) >= 0;
}

_Noreturn void serve_restart(const struct serve *serve)
{
    if (serve->server.boot_mode == TWIN_OS_BOOT_MODE_RECOVERY) {
        twin_board_reset_to_recovery();
    }
    twin_board_reset();
}
