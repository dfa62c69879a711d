/*
 * readme_example.c - runs the example in README.md: this is the hardware that it asks for, and a
 * client on the other end of the line. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "support/simflash.h"
#include "twin/console.h"
#include "twin/mode.h"

#define SECTOR  4096u
#define SECTORS 8u

/* ---- What README.md declares ---- */

bool update_init(void);
void update_run(void);
size_t uart_read(uint8_t *bytes, size_t room);
void uart_write(const uint8_t *bytes, size_t len);
void delay_ms(uint32_t ms);
void board_reset(void);

static struct sim_flash sim;
extern const struct twin_slots slots;
const struct twin_slots slots = {
    .mode = &twin_mode_swap_offset,
    .area = {{&sim.flash, 0, SECTOR *SECTORS}, {&sim.flash, SECTOR *SECTORS, SECTOR *SECTORS}},
    .sector_bytes = SECTOR,
    .max_sectors = 128,
    .max_align = 8,
};

static uint8_t to_device[4096], from_device[4096];
static size_t to_len, to_at, from_len;
static unsigned delays_ms, resets, bytes_before_reset;

size_t uart_read(uint8_t *bytes, size_t room)
{
    size_t count = to_len - to_at < room ? to_len - to_at : room;

    memcpy(bytes, &to_device[to_at], count);
    to_at += count;
    return count;
}

void uart_write(const uint8_t *bytes, size_t len)
{
    CHECK(len <= sizeof(from_device) - from_len);
    memcpy(&from_device[from_len], bytes, len);
    from_len += len;
}

void delay_ms(uint32_t ms)
{
    delays_ms += ms;
}

void board_reset(void)
{
    resets++;
    bytes_before_reset = (unsigned)from_len;
    CHECK(delays_ms >= 250);
}

/* ---- The client ---- */

/* Put a packet on the line and let the main loop run until it is quiet. */
static void exchange(const void *packet, size_t len)
{
    size_t framed;

    to_at = from_len = 0;
    CHECK_EQ(
        twin_console_encode((struct twin_span){packet, len}, to_device, sizeof(to_device), &framed),
        TWIN_OK);
    to_len = framed;
    while (to_at < to_len) {
        update_run();
    }
    update_run();
}

/* Compare the frames that came back with the packets wanted, each of this length. */
static void check_frames(const char *const *wanted, const size_t *lens, size_t count)
{
    struct twin_console_decoder decoder;
    uint8_t room[1024];
    size_t got = 0;

    twin_console_decoder_init(&decoder, room, sizeof(room));
    for (size_t i = 0; i < from_len; i++) {
        if (twin_console_decode(&decoder, from_device[i]) != TWIN_CONSOLE_PACKET) {
            continue;
        }
        if (got < count) {
            CHECK_EQ(decoder.packet.len, lens[got]);
            CHECK_MEM(decoder.packet.ptr, wanted[got], lens[got]);
        }
        got++;
    }
    CHECK_EQ(got, count);
}

#define ECHO_A     "\x0a\0\0\x05\0\0\x01\0\xa1\x61\x64\x61\x78"
#define ECHO_B     "\x0a\0\0\x05\0\0\x02\0\xa1\x61\x64\x61\x79"
#define ECHO_A_RSP "\x0b\0\0\x05\0\0\x01\0\xa1\x61\x72\x61\x78"
#define ECHO_B_RSP "\x0b\0\0\x05\0\0\x02\0\xa1\x61\x72\x61\x79"
#define RESET      "\x0a\0\0\x01\0\0\x03\x05\xa0"
#define RESET_RSP  "\x0b\0\0\x01\0\0\x03\x05\xa0"

int main(void)
{
    const char *const echoes[] = {ECHO_A_RSP, ECHO_B_RSP}, *const reset[] = {RESET_RSP};
    const size_t lens[] = {13, 13, 9};

    sim_init(&sim, 2 * SECTOR * SECTORS, SECTOR, 8, 0xff);
    CHECK(update_init());
    exchange(ECHO_A, 13);
    check_frames(echoes, lens, 1);
    exchange(ECHO_A ECHO_B, 26);
    check_frames(echoes, lens, 2);
    CHECK_EQ(resets, 0);
    exchange(RESET, 9);
    check_frames(reset, &lens[2], 1);
    CHECK(resets > 0);
    CHECK(bytes_before_reset > 0); /* the reply went out before */
    sim_free(&sim);
    return check_report();
}
