/*
 * receive.c - received bytes wait in rings, filled by the board's interrupt handlers; and sleep.
 * Programs that only talk, as the bootloader, do without this file.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"

#define TICK_HZ 100u

/* Free-running counters: got - taken bytes wait. len is a power of two. */
struct ring {
    uint8_t *bytes;
    uint32_t len;
    volatile uint32_t got, taken;
};

static uint8_t smp_bytes[TWIN_BOARD_SMP_BUFFER], console_bytes[TWIN_BOARD_CONSOLE_BUFFER];
static struct ring rings[] = {
    [TWIN_BOARD_SMP] = {.bytes = smp_bytes, .len = sizeof(smp_bytes)},
    [TWIN_BOARD_CONSOLE] = {.bytes = console_bytes, .len = sizeof(console_bytes)},
};

void cortex_m_received(enum twin_board_line line, uint8_t byte)
{
    struct ring *ring = &rings[line];

    if (ring->got - ring->taken < ring->len) {
        ring->bytes[ring->got % ring->len] = byte;
        ring->got++;
    }
}

void cortex_m_receive_start(void)
{
    REG(SYSTICK_RELOAD) = BOARD_CPU_HZ / TICK_HZ - 1;
    REG(SYSTICK_VALUE) = 0;
    REG(SYSTICK_CTRL) = SYSTICK_CTRL_RUN;
    __asm volatile("cpsie i" : : : "memory");
}

size_t twin_board_read(enum twin_board_line line, uint8_t *buf, size_t cap)
{
    struct ring *ring = &rings[line];
    size_t len = 0;

    while (len < cap && ring->taken != ring->got) {
        buf[len++] = ring->bytes[ring->taken % ring->len];
        ring->taken++;
    }
    return len;
}

static bool nothing_waits(void)
{
    return rings[TWIN_BOARD_SMP].got == rings[TWIN_BOARD_SMP].taken &&
           rings[TWIN_BOARD_CONSOLE].got == rings[TWIN_BOARD_CONSOLE].taken;
}

/* With interrupts held back between the look and the sleep, no byte can be slept over. */
void twin_board_sleep(void)
{
    __asm volatile("cpsid i" : : : "memory");
    if (nothing_waits()) {
        __asm volatile("wfi");
    }
    __asm volatile("cpsie i\n isb" : : : "memory");
}
