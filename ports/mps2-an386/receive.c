/*
 * receive.c - serial reception by interrupt. SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"
#include "registers.h"

/* Take all bytes that the line has. */
static void receive(enum twin_board_line line, uint32_t uart)
{
    REG(uart + UART_INT_CLEAR) = UART_INT_RX;
    while ((REG(uart + UART_STATE) & UART_STATE_RX) != 0) {
        cortex_m_received(line, (uint8_t)REG(uart + UART_DATA));
    }
}

static void uart0_received(void)
{
    receive(TWIN_BOARD_SMP, UART0_ADDR);
}

static void uart1_received(void)
{
    receive(TWIN_BOARD_CONSOLE, UART1_ADDR);
}

CORTEX_M_INTERRUPTS = {[UART0_RX_IRQ] = uart0_received, [UART1_RX_IRQ] = uart1_received};

static void uart_start(uint32_t uart)
{
    REG(uart + UART_CTRL) = UART_CTRL_TX | UART_CTRL_RX | UART_CTRL_RX_INT;
    /* QEMU looks for bytes sent earlier when the data register is read, else up to 1 s later. */
    (void)REG(uart + UART_DATA);
}

void twin_board_receive_start(void)
{
    uart_start(UART0_ADDR);
    uart_start(UART1_ADDR);
    cortex_m_interrupt_enable(UART0_RX_IRQ);
    cortex_m_interrupt_enable(UART1_RX_IRQ);
    cortex_m_receive_start();
}
