/*
 * registers.h - peripherals of the MPS2+ board with the AN386 image, as QEMU models it. All run at
 * the processor's clock.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

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

#define FPGAIO_BUTTON  0x40028008u /* a bit for each of two, set while it is pressed */
#define FPGAIO_COUNTER 0x40028018u /* counts up */
