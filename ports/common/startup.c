/*
 * startup.c - vector table, first instructions, and what happens on a fault. Linked into bootloader
 * and application. SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"
#include "print.h"
#include <stddef.h>

#define STACK_PAINT 0xc0dec0deu

extern uint32_t stack_bottom[], stack_top[];
extern uint32_t data_image[], data_start[], data_end[], bss_start[], bss_end[];

#ifndef BOARD_BEGIN /* of images in RAM: cortex_m_begin */
#define BOARD_BEGIN() ((void)0)
#endif

int main(void);
void reset_handler(void);

/* Paint the stack below the present frame, so that twin_board_stack_use() can see its depth. */
static void paint_stack(void)
{
    uint32_t *here = __builtin_frame_address(0);

    for (uint32_t *word = stack_bottom; word < here - 16; word++) {
        *word = STACK_PAINT;
    }
}

struct twin_board_stack twin_board_stack_use(void)
{
    const uint32_t *word = stack_bottom;

    while (word < stack_top && *word == STACK_PAINT) {
        word++;
    }
    return (struct twin_board_stack){.size = (uint32_t)((stack_top - stack_bottom) * 4),
                                     .used = (uint32_t)((stack_top - word) * 4)};
}

void reset_handler(void)
{
    const uint32_t *from = data_image;

    for (uint32_t *to = data_start; to < data_end; to++) {
        *to = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end; to++) {
        *to = 0;
    }
    paint_stack();
    BOARD_BEGIN();
    main();
    twin_board_reset(); /* not reached: main() never returns */
}

/*
 * Any fault. The stack may be what is broken, so it starts anew: nothing returns from here.
 */
__attribute__((used)) static _Noreturn void fault(void)
{
    twin_print("\nfault: status ");
    twin_print_hex(REG(SCB_CFSR));
    twin_print(", address ");
    twin_print_hex(REG(SCB_MMFAR));
    twin_print("\n");
    cortex_m_restart(TWIN_BOARD_START_FAULT);
}

__attribute__((naked)) static void fault_entry(void)
{
    __asm volatile("ldr r0, =stack_top\n"
                   "mov sp, r0\n"
                   "b %0\n"
                   ".ltorg\n" /* stack_top, near: files are linked as one piece */
                   :
                   : "i"(fault));
}

__attribute__((weak)) void board_nmi(void)
{
    fault();
}

/* The only work of the tick is to end a sleep. */
static void tick(void)
{
}

/* The processor's own part of the table; the linker puts the board's interrupts behind it. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *initial_stack;
    cortex_m_vector handlers[15];
} vectors = {
    .initial_stack = stack_top,
    .handlers =
        {
            [0] = reset_handler,
            [1] = board_nmi,
            [2] = fault_entry, /* hard fault */
            [3] = fault_entry, /* memory protection */
            [4] = fault_entry, /* bus */
            [5] = fault_entry, /* usage */
            [10] = fault_entry,
            [11] = fault_entry,
            [13] = fault_entry,
            [14] = tick,
        },
};
