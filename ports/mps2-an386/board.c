/*
 * board.c - clock, sleep, reset, watchdog, memory protection, hand-over and sending.
 *
 * Receiving is in receive.c, flash in flash.c, the vector table in startup.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "internal.h"
#include "registers.h"
#include "retained.h"

#define SECTOR   4096u
#define SLOT_LEN 0x76000u
#define TICKS_MS (CPU_HZ / 1000)

const struct twin_board_names twin_board_names = {
    .board = "mps2-an386", .processor = "cortex-m4", .arch = "arm"};

/* The map of an nRF52840: bootloader 48 KiB, two slots of 472 KiB, storage from 0xf8000. */
const struct twin_slots twin_board_slots = {
    .area = {[TWIN_PRIMARY] = {&twin_board_flash, 0x0c000, SLOT_LEN},
             [TWIN_SECONDARY] = {&twin_board_flash, 0x82000, SLOT_LEN}},
    .sector_bytes = SECTOR,
    .max_sectors = 128,
    .max_align = 8,
    .image = 0,
};

/* Regions of the memory protection unit, besides flash, which is region 0. */
struct region {
    uint32_t base, attributes;
};
#define REGION(log2_len) ((((log2_len)-1u) << 1) | 1u)
#define NO_EXECUTE       (1u << 28)
#define ACCESS_NONE      (0u << 24)
#define ACCESS_FULL      (3u << 24)
#define ACCESS_READ      (6u << 24)
#define NORMAL_MEMORY    (1u << 17)

static const struct region regions[] = {
    {0, ACCESS_NONE | NO_EXECUTE | REGION(29u)}, /* null pointers land here */
    {RAM_ADDR, ACCESS_FULL | NO_EXECUTE | NORMAL_MEMORY | REGION(18u)},
};

static void region_set(uint32_t number, uint32_t base, uint32_t attributes)
{
    REG(MPU_REGION) = number;
    REG(MPU_BASE) = base;
    REG(MPU_ATTR) = attributes;
}

void twin_board_protect(bool flash_writable)
{
    uint32_t access = flash_writable ? ACCESS_FULL : ACCESS_READ;

    region_set(0, FLASH_ADDR, access | NORMAL_MEMORY | REGION(20u));
    __asm volatile("dsb\n isb" : : : "memory");
}

static void uart_init(uint32_t uart)
{
    REG(uart + UART_BAUD_DIV) = CPU_HZ / 115200;
    REG(uart + UART_CTRL) = UART_CTRL_TX;
}

void twin_board_init(void)
{
    uart_init(UART0_ADDR);
    uart_init(UART1_ADDR);
    twin_board_protect(false);
    for (uint32_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
        region_set(i + 1, regions[i].base, regions[i].attributes);
    }
    REG(SCB_SHCSR) |= SCB_SHCSR_FAULTS;
    REG(MPU_CTRL) = MPU_CTRL_ON;
    __asm volatile("dsb\n isb" : : : "memory");
}

void twin_board_start_settle(void)
{
    if (retained.magic != RETAINED_MAGIC) {
        retained.words_left = REG(CUT_BUDGET_ADDR);
        retained.magic = RETAINED_MAGIC;
    }
    retained.cause = retained.next;
    retained.next = TWIN_BOARD_START_POWER; /* unless somebody says otherwise before */
}

enum twin_board_start twin_board_start_cause(void)
{
    return (enum twin_board_start)retained.cause;
}

const char *twin_board_start_text(enum twin_board_start cause)
{
    static const char *const texts[] = {[TWIN_BOARD_START_POWER] = "power on",
                                        [TWIN_BOARD_START_SOFTWARE] = "reset on request",
                                        [TWIN_BOARD_START_WATCHDOG] = "watchdog",
                                        [TWIN_BOARD_START_FAULT] = "fault"};

    return (unsigned)cause < sizeof(texts) / sizeof(texts[0]) ? texts[cause] : "unknown";
}

_Noreturn void twin_board_restart(enum twin_board_start cause)
{
    retained.next = cause;
    __asm volatile("dsb" : : : "memory");
    REG(SCB_AIRCR) = SCB_AIRCR_RESET;
    for (;;) {
    }
}

_Noreturn void twin_board_reset(void)
{
    twin_board_restart(TWIN_BOARD_START_SOFTWARE);
}

void twin_board_halt(void)
{
    __asm volatile("wfi");
}

uint32_t twin_board_now_ms(void)
{
    static uint32_t now_ms, seen_ticks;
    uint32_t passed_ms = (REG(FPGAIO_COUNTER) - seen_ticks) / TICKS_MS;

    seen_ticks += passed_ms * TICKS_MS;
    now_ms += passed_ms;
    return now_ms;
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

void twin_board_watchdog_start(uint32_t timeout_ms)
{
    REG(WDT_LOCK) = WDT_LOCK_KEY;
    REG(WDT_LOAD) = timeout_ms * TICKS_MS;
    REG(WDT_CTRL) = WDT_CTRL_INT_RESET;
    REG(WDT_LOCK) = 0;
}

void twin_board_watchdog_feed(void)
{
    REG(WDT_LOCK) = WDT_LOCK_KEY;
    REG(WDT_INT_CLEAR) = 1;
    REG(WDT_LOCK) = 0;
}

_Noreturn void twin_board_start_image(const struct twin_boot_handover *handover)
{
    uint32_t vectors = FLASH_ADDR + handover->image_addr;
    uint32_t stack = REG(vectors), entry = REG(vectors + 4);

    REG(SCB_VTOR) = vectors;
    __asm volatile("dsb\n"
                   "isb\n"
                   "msr msp, %0\n"
                   "bx %1\n"
                   :
                   : "r"(stack), "r"(entry)
                   : "memory");
    __builtin_unreachable();
}
