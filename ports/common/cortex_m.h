/*
 * cortex_m.h - what the files of this folder do for a board with a Cortex-M (cortex_m_...), and
 * what they ask of it (board_...). A board names those that suit it in its board.cmake, and writes
 * what is left of board.h itself.
 *
 *     startup.c    vector table, first instructions, faults, depth of the stack
 *     processor.c  halt, hand-over to an image; processor_loaded.c: to one in RAM, which load_ram.c
 *                  is about
 *     retained.c   why the processor started, in RAM that outlives a reset; reset
 *     mpu.c        flash is read-only, data cannot be executed; mpu_none.c: no such thing
 *     nor.c        the flash driver
 *     map.c        the flash map, for one image; map_loaded.c: for one that was copied to RAM
 *     clock.c      milliseconds
 *     names.c      names
 *     receive.c    received bytes wait in rings; sleep
 *     memory.c     memcpy and its like, for the bootloader, which links no C library
 *
 * Addresses and speeds are in board_facts.h, made of the board's board.cmake.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "board.h"
#include "board_facts.h"
#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))

#define SYSTICK_CTRL     0xe000e010u
#define SYSTICK_CTRL_RUN 7u /* processor clock, interrupt, enable */
#define SYSTICK_RELOAD   0xe000e014u
#define SYSTICK_VALUE    0xe000e018u
#define NVIC_ENABLE      0xe000e100u /* a bit for each interrupt, 32 in each word */
#define SCB_VTOR         0xe000ed08u
#define SCB_AIRCR        0xe000ed0cu
#define SCB_AIRCR_RESET  0x05fa0004u
#define SCB_SHCSR        0xe000ed24u
#define SCB_SHCSR_FAULTS 0x00070000u /* memory, bus and usage faults have their own handlers */
#define SCB_CFSR         0xe000ed28u
#define SCB_MMFAR        0xe000ed34u

/* ---- startup.c ---- */

/*
 * Interrupts of the board itself: a const array of these, by interrupt number, in a file that only
 * programs with interrupts link:
 *
 *     CORTEX_M_INTERRUPTS = {[UART_IRQ] = uart_received};
 */
typedef void (*cortex_m_vector)(void);
#define CORTEX_M_INTERRUPTS                                                                        \
    __attribute__((section(".vectors.board"), used)) static const cortex_m_vector interrupts[]

/* Let the interrupt of this number in. */
static inline void cortex_m_interrupt_enable(uint32_t number)
{
    REG(NVIC_ENABLE + number / 32 * 4) = 1u << number % 32;
}

/* The NMI. A board whose watchdog raises it may define this; otherwise it counts as a fault. */
void board_nmi(void);

/* ---- retained.c ---- */

/* Reset the processor; `cause` is what twin_board_start_cause() says afterwards. */
_Noreturn void cortex_m_restart(enum twin_board_start cause);

/*
 * Say what twin_board_start_settle() will find. A board whose watchdog resets without asking
 * (board_nmi) calls it in twin_board_init() when its reset-reason register says so, and clears
 * that.
 */
void cortex_m_next_cause(enum twin_board_start cause);

/* For an image in RAM, which does not see where it came from: the bootloader leaves it the slot. */
void cortex_m_leave_slot(unsigned slot);
unsigned cortex_m_left_slot(void);

/* ---- processor.c ---- */

/* Go to the program whose vector table is there, as a reset would. */
static inline _Noreturn void cortex_m_jump(uint32_t addr)
{
    const volatile uint32_t *vectors = &REG(addr);
    const uint32_t stack = vectors[0], entry = vectors[1];

    REG(SCB_VTOR) = addr;
    __asm volatile("dsb\n"
                   "isb\n"
                   "msr msp, %0\n"
                   "bx %1\n"
                   :
                   : "r"(stack), "r"(entry)
                   : "memory");
    __builtin_unreachable();
}

/* ---- mpu.c ---- */

/* Switch memory protection on, with flash read-only. To be called by twin_board_init(). */
void cortex_m_protect(void);

/* For the flash driver, around its stores. */
void cortex_m_flash_writable(bool writable);

/* ---- nor.c ---- */

/* The flash, for the areas of twin_board_map. */
extern const struct twin_flash cortex_m_flash;

/*
 * Store one write unit, BOARD_WRITE_BYTES that are erased, at an address of memory; erase the page
 * that begins at one. Both block until it is done; one that takes long feeds the watchdog. There is
 * nothing to report: nor.c reads what was written, the bootloader what was erased.
 */
void board_flash_write(uint32_t addr, const uint8_t *unit);
void board_flash_erase(uint32_t addr);

/* ---- map_loaded.c ---- */

/* Make the map; called before main(). */
void cortex_m_begin(void);

/* ---- clock.c ---- */

/* A counter that goes up at BOARD_COUNTER_HZ, also during sleep, and turns over after 32 bits. */
uint32_t board_counter(void);

/* ---- receive.c ---- */

/* An interrupt handler hands over a byte; lost if the ring of this line is full. */
void cortex_m_received(enum twin_board_line line, uint8_t byte);

/* Begin to receive, when the board has enabled its interrupts: start the tick that ends a sleep,
 * and let interrupts in. */
void cortex_m_receive_start(void);
