/*
 * receive.c - serial reception by interrupt. SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"

/* TODO: the numbers that the interrupts of the two ports have. */
#define SMP_IRQ     2
#define CONSOLE_IRQ 40

/* TODO: for each byte that the port has, cortex_m_received(TWIN_BOARD_SMP, byte). */
static void smp_interrupt(void)
{
}

/* TODO: for each byte that the port has, cortex_m_received(TWIN_BOARD_CONSOLE, byte). */
static void console_interrupt(void)
{
}

CORTEX_M_INTERRUPTS = {[SMP_IRQ] = smp_interrupt, [CONSOLE_IRQ] = console_interrupt};

/* TODO: let both ports receive, and interrupt for each byte; then enable the two interrupts. */
void twin_board_receive_start(void)
{
    cortex_m_interrupt_enable(SMP_IRQ);
    cortex_m_interrupt_enable(CONSOLE_IRQ);
    cortex_m_receive_start();
}
