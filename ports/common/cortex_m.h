/*
 * cortex_m.h - what the files of this folder do for a board with a Cortex-M, and registers of the
 * processor itself. A board links those that suit it and writes the others of board.h itself.
 *
 *     startup.c    vector table, first instructions, faults, depth of the stack
 *     processor.c  halt, hand-over to an image
 *     retained.c   why the processor started, in RAM that outlives a reset; reset
 *     mpu.c        flash is read-only, data cannot be executed
 *     receive.c    received bytes wait in rings; sleep
 *     memory.c     memcpy and its like, for the bootloader, which links no C library
 *
 * Addresses of memory come from board_map.h, made of the board's board.cmake.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "board.h"
#include "board_map.h"
#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))

#define SYSTICK_CTRL     0xe000e010u
#define SYSTICK_CTRL_RUN 7u /* processor clock, interrupt, enable */
#define SYSTICK_RELOAD   0xe000e014u
#define SYSTICK_VALUE    0xe000e018u
#define NVIC_ENABLE      0xe000e100u /* interrupts 0 to 31 */
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

/* The NMI. A board whose watchdog raises it defines this; otherwise it counts as a fault. */
void cortex_m_nmi(void);

/* ---- retained.c ---- */

/* Reset the processor; `cause` is what twin_board_start_cause() says afterwards. */
_Noreturn void cortex_m_restart(enum twin_board_start cause);

/* ---- mpu.c ---- */

/* Switch memory protection on, with flash read-only. To be called by twin_board_init(). */
void cortex_m_protect(void);

/* For the flash driver, around its stores. */
void cortex_m_flash_writable(bool writable);

/* ---- receive.c ---- */

/* An interrupt handler hands over a byte; lost if the ring of this line is full. */
void cortex_m_received(enum twin_board_line line, uint8_t byte);

/* Begin to receive, when the board has enabled its interrupts: start the tick that ends a sleep,
 * and let interrupts in. */
void cortex_m_receive_start(uint32_t cpu_hz);
