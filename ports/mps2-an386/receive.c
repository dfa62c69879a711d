/*
 * receive.c - serial reception by interrupt into rings, and sleep. Programs that only talk, as the
 * bootloader, do without this file. SPDX-License-Identifier: Apache-2.0
 */
#include "internal.h"
#include "registers.h"

#define TICK_HZ 100u

/* Free-running counters: got - taken bytes wait. len is a power of two. */
struct ring {
    uint32_t uart, len;
    uint8_t *bytes;
    volatile uint32_t got, taken;
};

static uint8_t smp_bytes[TWIN_BOARD_SMP_BUFFER], console_bytes[TWIN_BOARD_CONSOLE_BUFFER];
static struct ring rings[] = {
    [TWIN_BOARD_SMP] = {.uart = UART0_ADDR, .len = sizeof(smp_bytes), .bytes = smp_bytes},
    [TWIN_BOARD_CONSOLE] = {.uart = UART1_ADDR,
                            .len = sizeof(console_bytes),
                            .bytes = console_bytes},
};

/* Runs in the interrupt: take all bytes that the line has; what does not fit is lost. */
static void receive(struct ring *ring)
{
    REG(ring->uart + UART_INT_CLEAR) = UART_INT_RX;
    while ((REG(ring->uart + UART_STATE) & UART_STATE_RX) != 0) {
        uint8_t byte = (uint8_t)REG(ring->uart + UART_DATA);
        if (ring->got - ring->taken < ring->len) {
            ring->bytes[ring->got % ring->len] = byte;
            ring->got++;
        }
    }
}

void uart0_received(void)
{
    receive(&rings[TWIN_BOARD_SMP]);
}

void uart1_received(void)
{
    receive(&rings[TWIN_BOARD_CONSOLE]);
}

void twin_board_receive_start(void)
{
    for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++) {
        REG(rings[i].uart + UART_CTRL) = UART_CTRL_TX | UART_CTRL_RX | UART_CTRL_RX_INT;
        /* QEMU looks for bytes sent earlier when the data register is read, else up to 1 s later.
         */
        (void)REG(rings[i].uart + UART_DATA);
    }
    REG(SYSTICK_RELOAD) = CPU_HZ / TICK_HZ - 1;
    REG(SYSTICK_VALUE) = 0;
    REG(SYSTICK_CTRL) = SYSTICK_CTRL_RUN;
    REG(NVIC_ENABLE) = 1u << UART0_RX_IRQ | 1u << UART1_RX_IRQ;
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
