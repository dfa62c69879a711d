/*
 * board.h - what a port gives to the bootloader and the application that run on it.
 *
 * Each folder of ports/ implements these functions for one board, or the part that its programs
 * use; boot and application are linked separately. Start here: twin_board_init(), then the loop
 * of app/main.c or the bootloader's main.c. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/boot.h"

/* Names that the device reports about itself (SMP: os info). */
struct twin_board_names {
    const char *board, *processor, *arch;
};
extern const struct twin_board_names twin_board_names;

/* Where the images are. Checked by twin_boot_init(). */
extern const struct twin_slots twin_board_slots;

/* Why the processor started. */
enum twin_board_start {
    TWIN_BOARD_START_POWER,    /* power came on */
    TWIN_BOARD_START_SOFTWARE, /* twin_board_reset() */
    TWIN_BOARD_START_WATCHDOG, /* nobody fed the watchdog */
    TWIN_BOARD_START_FAULT     /* a processor fault: bad access, bad instruction, full stack */
};

/*
 * Prepare clock, sending and memory protection. Flash is read-only from here on, except inside the
 * driver. To be called once, first.
 */
void twin_board_init(void);

/*
 * Settle why the processor started. Called once by the bootloader, before anything can reset;
 * the application only asks twin_board_start_cause(), which keeps the answer until the next reset.
 */
void twin_board_start_settle(void);
enum twin_board_start twin_board_start_cause(void);
const char *twin_board_start_text(enum twin_board_start cause); /* for people; never NULL */

/* Start to receive on the serial lines. Programs that only talk do without. */
void twin_board_receive_start(void);

/* Milliseconds since power or reset; wraps after 49 days. Call at least once in two minutes. */
uint32_t twin_board_now_ms(void);

/* Sleep until the next interrupt, at most 10 ms. Returns at once if received bytes wait. Needs
 * twin_board_receive_start(). */
void twin_board_sleep(void);

/* Rest for good when there is nothing to do; the watchdog still counts. */
void twin_board_halt(void);

/* Start over, at once. */
_Noreturn void twin_board_reset(void);

/*
 * Start an image that twin_boot_step() has chosen. The processor is handed over as after a reset,
 * except that memory protection is on and the watchdog may run.
 */
_Noreturn void twin_board_start_image(const struct twin_boot_handover *handover);

/* The serial lines. */
enum twin_board_line {
    TWIN_BOARD_SMP,    /* SMP console framing */
    TWIN_BOARD_CONSOLE /* log text for people, and commands from them */
};

#define TWIN_BOARD_SMP_BUFFER     8192 /* received bytes that wait at most; more is lost */
#define TWIN_BOARD_CONSOLE_BUFFER 256

/* Take received bytes: up to cap, 0 if there are none. Never blocks. */
size_t twin_board_read(enum twin_board_line line, uint8_t *buf, size_t cap);

/* Send bytes; blocks until the last one is with the line's hardware. */
void twin_board_write(enum twin_board_line line, const void *buf, size_t len);

/*
 * SMP packets without framing, for boards with a datagram network; others link packet_none.c.
 *
 * Take one received packet; 0 if there is none. Packets longer than cap are lost. Never blocks.
 */
size_t twin_board_packet_read(uint8_t *buf, size_t cap);

/* Send a packet to whoever sent the one that was read last. May get lost. */
void twin_board_packet_write(const void *buf, size_t len);

/*
 * The watchdog. It resets the processor when it is not fed for timeout_ms (1 to 170000).
 *
 * The bootloader starts it with CONFIG_TWIN_BOOT_WATCHDOG_MS before it hands over to an image on
 * trial, so an update that hangs before its first line of code is caught as well. From then on the
 * image feeds it: the application's main loop does, and no step of that loop may take longer.
 * Erasing a slot would, on a real part (118 pages of 85 ms are 10 s on an nRF52840): there the
 * flash driver feeds it after each page.
 *
 * Assume that a started watchdog cannot be stopped, nor its period changed: so it is on the
 * nRF52840, where a second start does nothing. For an application that does not feed, configure 0.
 */
void twin_board_watchdog_start(uint32_t timeout_ms);
void twin_board_watchdog_feed(void);

/* Stack of the running program. `used` is the most it ever held: the stack is painted at start. */
struct twin_board_stack {
    uint32_t size, used; /* bytes */
};
struct twin_board_stack twin_board_stack_use(void);
