/*
 * board.h - what a port gives to the bootloader and the application that run on it: the manual of a
 * port. tests/contract checks it on each board; ports/skeleton is a port to begin with.
 *
 * Bootloader and application are linked separately, each with the part of a port that it uses.
 * Start here: twin_board_init(), then the loop of app/main.c or of boot/main.c. There is one
 * thread; nothing here is called from an interrupt. What may block says so.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/boot.h"
#include "twin/shared.h"

/* ---- What the board is ---- */

/* Names that the device reports about itself (SMP: os info); never NULL. Used by the application.
 */
struct twin_board_names {
    const char *board, *processor, *arch;
};
extern const struct twin_board_names twin_board_names;

/*
 * Where the images are; used by both, and the same for both. Checked by the bootloader.
 *
 * Its areas name the flash driver (twin/flash.h), which has to keep these rules:
 * - Erase sets whole pages to the erased value, and nothing else.
 * - Write takes any number of write units, from memory of any alignment. A unit that is not erased
 *   is refused, also if nothing would change: TWIN_E_IO, and it stays as it is.
 * - Read takes any address and length.
 * - What is not aligned or not inside the device is refused with TWIN_E_IO,
 *   although twin_area_read() and its like never ask for that: it is the last fence before the
 *   bootloader's own pages.
 * - Each blocks until it is done. Power that fails in it leaves other pages and units alone.
 * - If erasing a page takes long (85 ms on an nRF52840), feed the watchdog after each page.
 */
extern const struct twin_map twin_board_map;
extern const struct twin_slots twin_board_slots[]; /* its images */

/* In the mode ram_load: RAM in which images run, by addresses of memory, which are also those of
 * their headers. Used by the bootloader. */
extern const struct twin_area twin_board_load_ram;

/*
 * The slot that this image runs from: 0, or 1 in modes in which that is possible; then the areas of
 * twin_board_map are as this image sees them (twin_slots_seen_from()). Used by the application;
 * boards whose images run from slot 0 link slot_first.c.
 */
unsigned twin_board_running_slot(void);

/* ---- Starting ---- */

/* Why the processor started. */
enum twin_board_start {
    TWIN_BOARD_START_POWER,    /* power came on; also the answer when nobody knows */
    TWIN_BOARD_START_SOFTWARE, /* twin_board_reset() */
    TWIN_BOARD_START_WATCHDOG, /* nobody fed the watchdog */
    TWIN_BOARD_START_FAULT,    /* a processor fault: bad access, bad instruction, full stack */
    TWIN_BOARD_START_RECOVERY  /* twin_board_reset_to_recovery() */
};

/*
 * Prepare clock, sending and protection. Both call it once, first. From here on, on parts that can:
 * - Flash is read-only, except inside the driver.
 * - The bootloader's own pages are read-only for the driver, too, also when an image runs: a memory
 *   protection unit faults (ports/common/mpu.c); a lock that holds until the next reset, such as
 *   the ACL of an nRF52840, is to be set here as well (docs/locking.md).
 */
void twin_board_init(void);

/*
 * Find out why the processor started, and remember it: a reset-reason register is read and cleared
 * here. The bootloader calls it once, before anything can reset.
 */
void twin_board_start_settle(void);

/*
 * What was found out; the same answer to both, until the next reset. A fault says so although it
 * ends in a reset by software.
 */
enum twin_board_start twin_board_start_cause(void);

/* The cause in words, for people; never NULL. start_text.c has it for all boards. */
const char *twin_board_start_text(enum twin_board_start cause);

/*
 * Start over, at once: the next start is due to TWIN_BOARD_START_SOFTWARE. The application calls it
 * when a client has asked for it; bytes being sent may be lost.
 */
_Noreturn void twin_board_reset(void);

/* The same, due to TWIN_BOARD_START_RECOVERY: a bootloader with CONFIG_TWIN_BOOT_RECOVERY then
 * serves SMP until nobody asks for anything any more; one without starts the image. */
_Noreturn void twin_board_reset_to_recovery(void);

/* Is the button held that asks for recovery? A board without one says no. Used by the bootloader
 * with CONFIG_TWIN_BOOT_RECOVERY. */
bool twin_board_button(void);

/*
 * Start an image that twin_boot_step() has chosen; the bootloader's last call. handover->image_addr
 * is the start of the payload in the flash device: on a Cortex-M its vector table. The image gets
 * the processor as after a reset, except that memory protection is on and the watchdog may run.
 */
_Noreturn void twin_board_start_image(const struct twin_boot_handover *handover);

/*
 * Memory for counting starts that fail (twin/hangs.h), the same for both, that no reset changes;
 * after power on it may hold anything. Used by the bootloader with CONFIG_TWIN_BOOT_HANGS, and then
 * by the application to say that it works. A board without such memory cannot have that option.
 */
struct twin_boot_hangs;
struct twin_boot_hangs *twin_board_hangs(void);

/*
 * Memory in which the bootloader tells the application about itself (twin/shared.h), the same for
 * both, that a hand-over does not change: TWIN_SHARED_ENOUGH bytes with CONFIG_TWIN_BOOT_SHARE,
 * else there may be none.
 */
struct twin_shared twin_board_shared(void);

/* ---- Time and rest ---- */

/*
 * Milliseconds since twin_board_init(); wraps after 49 days. It goes on during twin_board_sleep().
 * The application calls it at least once in two minutes, which is what a fast counter of 32 bits
 * needs in order not to miss a turn.
 */
uint32_t twin_board_now_ms(void);

/*
 * Sleep until an interrupt, at most 10 ms; return at once if received bytes wait. The application
 * calls it at the end of each turn of its loop, after twin_board_receive_start().
 */
void twin_board_sleep(void);

/*
 * Rest with nothing left to do, until an interrupt if there are any; callers repeat it for ever.
 * The bootloader calls it when there is nothing to start. The watchdog still counts.
 */
void twin_board_halt(void);

/* ---- The serial lines: 115200 baud, 8 bits, no parity, if the hardware has a say in it ---- */

enum twin_board_line {
    TWIN_BOARD_SMP,    /* SMP console framing */
    TWIN_BOARD_CONSOLE /* log text for people, and commands from them */
};

/* Received bytes that wait while nobody reads, on each line; more is lost. */
#define TWIN_BOARD_SMP_BUFFER     8192
#define TWIN_BOARD_CONSOLE_BUFFER 256

/* Begin to receive on both lines. The application calls it once; the bootloader only talks, but for
 * its recovery. */
void twin_board_receive_start(void);

/* Take received bytes, oldest first: up to cap, 0 if there are none. Never blocks. */
size_t twin_board_read(enum twin_board_line line, uint8_t *buf, size_t cap);

/*
 * Send bytes, both programs, also from a fault. Blocks until the last one is with the line's
 * hardware: 87 us a byte at 115200 baud. There is no flow control, and no failure to report.
 */
void twin_board_write(enum twin_board_line line, const void *buf, size_t len);

/* ---- SMP packets without framing: boards with a datagram network; others link packet_none.c ----
 */

/* Take one received packet; 0 if there is none. Packets longer than cap are lost. Never blocks. */
size_t twin_board_packet_read(uint8_t *buf, size_t cap);

/* Send a packet to whoever sent the one that was read last. May get lost. Never blocks. */
void twin_board_packet_write(const void *buf, size_t len);

/* ---- What a board adds to the SMP server; others link groups_none.c ---- */

#define TWIN_BOARD_GROUPS_MAX 2

/*
 * Groups of commands for what only this board has, files for instance (twin/grp_fs.h): rows for the
 * table of a server (twin/server.h). The application puts them behind its own.
 *
 * Returns how many, up to TWIN_BOARD_GROUPS_MAX; entries: out, the first of them.
 */
struct twin_srv_entry;
size_t twin_board_groups(const struct twin_srv_entry **entries);

/* ---- The watchdog ---- */

/*
 * Start it: it resets the processor when it is not fed for timeout_ms (1 to 170000), and the next
 * start is due to TWIN_BOARD_START_WATCHDOG.
 *
 * The bootloader starts it with CONFIG_TWIN_BOOT_WATCHDOG_MS before it hands over to an image on
 * trial, so an update that hangs before its first line of code is caught as well; with
 * CONFIG_TWIN_BOOT_WATCHDOG_EACH before every image. From then on the image feeds it: the
 * application's main loop does, and no step of that loop may take longer. Erasing a slot would, on
 * a real part (118 pages of 85 ms are 10 s on an nRF52840): there the flash driver feeds it after
 * each page.
 *
 * Assume that a started watchdog cannot be stopped, nor its period changed: so it is on the
 * nRF52840, where a second start does nothing. For an application that does not feed, configure 0.
 */
void twin_board_watchdog_start(uint32_t timeout_ms);

/* Give it its whole time again. Does nothing while it was not started. */
void twin_board_watchdog_feed(void);

/* ---- The stack ---- */

/* Stack of the running program. `used` is the most it ever held: it is painted at start. */
struct twin_board_stack {
    uint32_t size, used; /* bytes */
};

/* Both report it. Takes as long as a walk over what was never used. */
struct twin_board_stack twin_board_stack_use(void);
