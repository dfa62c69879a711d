/*
 * hardware.h - what stands for the parts of a board around the processor: descriptors that each
 * program of a device finds open, and memory that outlives a reset. twinslot-device provides both.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum device_fd {
    FD_CONSOLE = 0, /* and 1: a stream socket */
    FD_SMP = 3,     /* a stream socket: the serial line */
    FD_UDP,         /* a bound datagram socket, if hardware.has_udp */
    FD_FLASH,       /* the file that is the flash */
    FD_HARDWARE,    /* a struct hardware, to be mapped shared */
    FD_FILES,       /* the folder of its files, if hardware.has_files */
    FD_END
};

/* How a program ends; anything else is a fault. */
enum device_exit {
    EXIT_POWER_CUT = 10, /* hardware.units_left went down to 0 */
    EXIT_RESET = 11,     /* start over */
    EXIT_RECOVERY = 13,  /* start over, with the bootloader's recovery */
    EXIT_BROKEN = 12     /* the device itself cannot work: not inside twinslot-device, bad flash */
};

/* Zero when power comes on, but for what twinslot-device fills in. */
struct hardware {
    int32_t supervisor;  /* process id of twinslot-device */
    uint32_t cause;      /* enum twin_board_start: why the present start happened */
    uint32_t units_left; /* write units of flash to write or erase until power fails; 0: never */
    uint32_t erase_us;   /* time that erasing a page takes */
    uint32_t write_us;   /* time that writing a write unit takes */
    uint16_t smp_buf_size, smp_buf_count; /* that the SMP server announces */
    bool has_udp, has_files;
    bool button;         /* the one that asks for recovery is held */
    uint8_t shared[192]; /* TWIN_SHARED_ENOUGH */
    uint8_t hangs[4];    /* struct twin_boot_hangs */
    uint8_t slot; /* the one that the running image is in, for modes in which that may be slot 1 */
};
