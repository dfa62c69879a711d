/*
 * board.c - clock, sending and watchdog. Receiving is in receive.c, flash in flash.c,
 * what all Cortex-M boards do alike in ../common.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"
#include "registers.h"

static void uart_init(uint32_t uart)
{
    REG(uart + UART_BAUD_DIV) = BOARD_CPU_HZ / 115200;
    REG(uart + UART_CTRL) = UART_CTRL_TX;
}

void twin_board_init(void)
{
    uart_init(UART0_ADDR);
    uart_init(UART1_ADDR);
    cortex_m_protect();
}

uint32_t board_counter(void)
{
    return REG(FPGAIO_COUNTER);
}

/* Nobody can press it in QEMU, which reads it as 0. */
bool twin_board_button(void)
{
    return (REG(FPGAIO_BUTTON) & 1) != 0;
}

void twin_board_write(enum twin_board_line line, const void *buf, size_t len)
{
    uint32_t uart = line == TWIN_BOARD_SMP ? UART0_ADDR : UART1_ADDR;
    const uint8_t *bytes = buf;

    for (size_t i = 0; i < len; i++) {
        while ((REG(uart + UART_STATE) & UART_STATE_TX) != 0) {
        }
        REG(uart + UART_DATA) = bytes[i];
    }
}

/* The first timeout. The second would reset as well, but would not say why. */
void board_nmi(void)
{
    cortex_m_restart(TWIN_BOARD_START_WATCHDOG);
}

void twin_board_watchdog_start(uint32_t timeout_ms)
{
    REG(WDT_LOCK) = WDT_LOCK_KEY;
    REG(WDT_LOAD) = timeout_ms * (BOARD_CPU_HZ / 1000);
    REG(WDT_CTRL) = WDT_CTRL_INT_RESET;
    REG(WDT_LOCK) = 0;
}

void twin_board_watchdog_feed(void)
{
    REG(WDT_LOCK) = WDT_LOCK_KEY;
    REG(WDT_INT_CLEAR) = 1;
    REG(WDT_LOCK) = 0;
}
