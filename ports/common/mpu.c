/*
 * mpu.c - memory protection: a stray write to flash, a write to the bootloader by the flash driver
 * itself, a jump into data, and on boards with nothing down there a null pointer, are faults and
 * not silent damage.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cortex_m.h"

#define MPU_CTRL    0xe000ed94u
#define MPU_CTRL_ON 5u /* on, with the default map behind the regions */
#define MPU_BASE    0xe000ed9cu
#define MPU_ATTR    0xe000eda0u

/* A region is as long as a power of two, and begins at a multiple of its length. */
#define IS_REGION(addr, len)                                                                       \
    ((len) >= 32u && ((len) & ((len)-1u)) == 0 && ((addr) & ((len)-1u)) == 0)
_Static_assert(IS_REGION(BOARD_FLASH_ADDR, BOARD_FLASH_LEN), "flash is no region of the MPU");
_Static_assert(IS_REGION(BOARD_RAM_ADDR, BOARD_RAM_LEN), "RAM is no region of the MPU");

/* The bootloader's pages are the first eighths of a region. */
#define BOOT_REGION   (1u << (32 - __builtin_clz(BOARD_BOOT_LEN - 1u)))
#define EIGHTHS(n)    (0xff00u << (n)&0xff00u) /* the others are left out */
#define IS_EIGHTHS(n) ((n) % (BOOT_REGION / 8u) == 0)
_Static_assert(IS_REGION(BOARD_FLASH_ADDR, BOOT_REGION) && IS_EIGHTHS(BOARD_BOOT_LEN),
               "the bootloader is no region of the MPU");

#define REGION(n)     (1u << 4 | (n)) /* with the base: the region that base and attributes are for */
#define LENGTH(len)   (((uint32_t)__builtin_ctz(len) - 1u) << 1 | 1u)
#define NO_EXECUTE    (1u << 28)
#define ACCESS_NONE   (0u << 24)
#define ACCESS_FULL   (3u << 24)
#define ACCESS_READ   (6u << 24)
#define NORMAL_MEMORY (1u << 17)

/* Besides flash, which is region 0; where regions overlap, the last one counts. */
static const struct region {
    uint32_t base, attributes;
} regions[] = {
    {BOARD_FLASH_ADDR | REGION(1), ACCESS_READ | NORMAL_MEMORY |
                                       EIGHTHS(BOARD_BOOT_LEN / (BOOT_REGION / 8u)) |
                                       LENGTH(BOOT_REGION)},
    {BOARD_RAM_ADDR | REGION(2), ACCESS_FULL | NO_EXECUTE | NORMAL_MEMORY | LENGTH(BOARD_RAM_LEN)},
#if BOARD_FLASH_ADDR >= 0x20000000u
    {0 | REGION(3), ACCESS_NONE | NO_EXECUTE | LENGTH(0x20000000u)}, /* null pointers land here */
#endif
};

static void region_set(uint32_t base, uint32_t attributes)
{
    REG(MPU_BASE) = base;
    REG(MPU_ATTR) = attributes;
}

void cortex_m_flash_writable(bool writable)
{
    uint32_t access = writable ? ACCESS_FULL : ACCESS_READ;

    region_set(BOARD_FLASH_ADDR | REGION(0), access | NORMAL_MEMORY | LENGTH(BOARD_FLASH_LEN));
    __asm volatile("dsb\n isb" : : : "memory");
}

void cortex_m_protect(void)
{
    cortex_m_flash_writable(false);
    for (uint32_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
        region_set(regions[i].base, regions[i].attributes);
    }
    REG(SCB_SHCSR) |= SCB_SHCSR_FAULTS;
    REG(MPU_CTRL) = MPU_CTRL_ON;
    __asm volatile("dsb\n isb" : : : "memory");
}
