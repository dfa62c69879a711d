/*
 * server.c - the smallest SMP server: one echo request comes as a line of the serial console, its
 * answer goes out as one. Exit status 0: it is the right one. SPDX-License-Identifier: Apache-2.0
 */
#include "ram_flash.h"
#include "twin/console.h"
#include "twin/grp_os.h"
#include "twin/srv_image.h"
#include <stdio.h>

static const uint8_t echo[] = "\x0a\0\0\x05\0\0\x01\0\xa1\x61\x64\x61\x78";   /* {"d": "x"} */
static const uint8_t wanted[] = "\x0b\0\0\x05\0\0\x01\0\xa1\x61\x72\x61\x78"; /* {"r": "x"} */

/* The bytes that a terminal would see as the answer; 0: none. */
static size_t serve(const uint8_t *bytes, size_t count, uint8_t *line, size_t room)
{
    static uint8_t request[256], reply[256];
    static const struct twin_slots slots = RAM_SLOTS;
    static const struct twin_srv_os_config os = {.bootloader = "MCUboot"};
    static const struct twin_srv_image_config images = {.slots = &slots};
    static struct twin_srv_image_state image_state;
    static const struct twin_srv_entry groups[] = {TWIN_SRV_OS(&os),
                                                   TWIN_SRV_IMAGE(&images, &image_state)};
    const struct twin_srv_config config = {
        .groups = groups, .group_count = 2, .buf_size = sizeof(request), .buf_count = 1};
    struct twin_srv server;
    struct twin_console_decoder decoder;
    size_t len, line_len = 0;

    memset(cells, 0xff, sizeof(cells));
    twin_console_decoder_init(&decoder, request, sizeof(request));
    if (twin_srv_init(&server, &config) != TWIN_OK) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (twin_console_decode(&decoder, bytes[i]) == TWIN_CONSOLE_PACKET) {
            struct twin_span packet = decoder.packet;

            len = twin_srv_handle(&server, &packet, reply, sizeof(reply));
            if (twin_console_encode((struct twin_span){reply, len}, line, room, &line_len) !=
                TWIN_OK) {
                return 0;
            }
        }
    }
    return line_len;
}

int main(void)
{
    uint8_t ask[64], answer[64], expected[64];
    size_t ask_len, answer_len, expected_len;
    struct twin_span request = {echo, sizeof(echo) - 1}, reply = {wanted, sizeof(wanted) - 1};

    if (twin_console_encode(request, ask, sizeof(ask), &ask_len) != TWIN_OK ||
        twin_console_encode(reply, expected, sizeof(expected), &expected_len) != TWIN_OK) {
        return 1;
    }
    answer_len = serve(ask, ask_len, answer, sizeof(answer));
    printf("server: asked %.*s", (int)ask_len - 2, (const char *)ask + 2);
    printf("server: answered %.*s", (int)answer_len - 2, (const char *)answer + 2);
    return answer_len != expected_len || memcmp(answer, expected, expected_len) != 0;
}
