/*
 * registers.h - addresses of the MPS2+ board with the AN386 (Cortex-M4) image, as QEMU models it,
 * and of the processor's own peripherals. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))

/* Memory. The 16 MiB RAM chip that QEMU keeps in a file stands for 1 MiB of flash. */
#define FLASH_ADDR 0x21000000u
#define FLASH_LEN  0x00100000u
#define RAM_ADDR   0x20000000u

#define CPU_HZ 25000000u /* processor, watchdog, counter and serial lines run at this clock */

/* CMSDK UART; offsets from its base. */
#define UART0_ADDR       0x40004000u
#define UART1_ADDR       0x40005000u
#define UART_DATA        0x00u
#define UART_STATE       0x04u
#define UART_STATE_TX    1u /* transmit buffer full */
#define UART_STATE_RX    2u /* receive buffer full */
#define UART_CTRL        0x08u
#define UART_CTRL_TX     1u
#define UART_CTRL_RX     2u
#define UART_CTRL_RX_INT 8u
#define UART_INT_CLEAR   0x0cu
#define UART_INT_RX      2u
#define UART_BAUD_DIV    0x10u
#define UART0_RX_IRQ     0
#define UART1_RX_IRQ     2

/* CMSDK watchdog. The first timeout raises the NMI, the second resets. */
#define WDT_LOAD           0x40008000u
#define WDT_CTRL           0x40008008u
#define WDT_CTRL_INT_RESET 3u
#define WDT_INT_CLEAR      0x4000800cu /* any write: reload */
#define WDT_LOCK           0x40008c00u
#define WDT_LOCK_KEY       0x1acce551u

#define FPGAIO_COUNTER 0x40028018u /* counts up at CPU_HZ */

/* Processor. */
#define SYSTICK_CTRL     0xe000e010u
#define SYSTICK_CTRL_RUN 7u /* processor clock, interrupt, enable */
#define SYSTICK_RELOAD   0xe000e014u
#define SYSTICK_VALUE    0xe000e018u
#define NVIC_ENABLE      0xe000e100u
#define SCB_VTOR         0xe000ed08u
#define SCB_AIRCR        0xe000ed0cu
#define SCB_AIRCR_RESET  0x05fa0004u
#define SCB_SHCSR        0xe000ed24u
#define SCB_SHCSR_FAULTS 0x00070000u /* memory, bus and usage faults have their own handlers */
#define SCB_CFSR         0xe000ed28u
#define SCB_MMFAR        0xe000ed34u
#define MPU_CTRL         0xe000ed94u
#define MPU_CTRL_ON      5u /* on, with the default map behind the regions */
#define MPU_REGION       0xe000ed98u
#define MPU_BASE         0xe000ed9cu
#define MPU_ATTR         0xe000eda0u
