/*
 * board.c - clock, sending and watchdog. Receiving is in receive.c, flash in flash.c, what
 * all Cortex-M boards do alike in ../common. Each function that says TODO waits for you; ../board.h
 * is the contract. SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"

/*
 * TODO: start the clocks, the counter of board_counter(), and both serial ports for sending. If the
 * reset-reason register says watchdog, call cortex_m_next_cause(TWIN_BOARD_START_WATCHDOG); clear
 * it.
 */
void twin_board_init(void)
{
    cortex_m_protect();
}

/* TODO: read the counter, which goes up at BOARD_COUNTER_HZ, also while the processor sleeps. */
uint32_t board_counter(void)
{
    return 0;
}

/* TODO: is the button pressed that asks for recovery? Stay with this if there is none. */
bool twin_board_button(void)
{
    return false;
}

/* TODO: for each byte, wait until the port of this line takes it, and give it. No interrupts. */
void twin_board_write(enum twin_board_line line, const void *buf, size_t len)
{
    (void)line;
    (void)buf;
    (void)len;
}

/* TODO: start the watchdog with this time, in milliseconds, unless it runs already. */
void twin_board_watchdog_start(uint32_t timeout_ms)
{
    (void)timeout_ms;
}

/* TODO: give the watchdog its whole time again. */
void twin_board_watchdog_feed(void)
{
}
