# Facts of a board that the build has to know: the manual of board.cmake. A fact that is missing is an
# error, because a default would be some other board's. Numbers are bytes, or addresses, unless they
# say otherwise. This one has the processor and the map of an nRF52840.
# SPDX-License-Identifier: Apache-2.0

# The compiler's options for the processor; the name behind -mcpu= is also what the device reports.
set(BOARD_CPU -mcpu=cortex-m4 -mthumb -mfloat-abi=soft)

# Speed of the processor, which its SysTick counts, and of the counter that is the clock
# (board_counter()): whole milliseconds, and at most 35 MHz, so that it takes two minutes to turn over.
set(BOARD_CPU_HZ 64000000)
set(BOARD_COUNTER_HZ 16000000)

# Flash: where it is in memory, its length, what is erased at once, what is written at once.
set(BOARD_FLASH_ADDR 0x00000000)
set(BOARD_FLASH_LEN 0x100000)
set(BOARD_PAGE_BYTES 4096)
set(BOARD_WRITE_BYTES 4)

# What is in it, counted from its start: the bootloader, first; slot 0, where images run; slot 1,
# where updates arrive. Whole pages. What is left belongs to the application.
set(BOARD_BOOT_LEN 0xc000)
set(BOARD_PRIMARY_OFF 0x0c000)
set(BOARD_SECONDARY_OFF 0x82000)
set(BOARD_SLOT_LEN 0x76000)
# For the mode swap_scratch: where sectors are put aside; a length of 0: there is no such area.
set(BOARD_SCRATCH_OFF 0xf8000)
set(BOARD_SCRATCH_LEN 0x8000)
# Images that the map in board.c has: one, or all (several).
set(BOARD_IMAGES one)

# RAM, and what of it is reserved as the stack of bootloader and application. A P-256 bootloader
# uses 4.9 KB of it.
set(BOARD_RAM_ADDR 0x20000000)
set(BOARD_RAM_LEN 0x40000)
# For the mode ram_load: RAM in which images run, besides that; a length of 0: there is none.
set(BOARD_LOAD_ADDR 0)
set(BOARD_LOAD_LEN 0)
set(BOARD_BOOT_STACK 6144)
set(BOARD_APP_STACK 4096)

# Where all that goes in a program. ../common has one for a stack that faults when it is full.
set(BOARD_LINKER_SCRIPT ../common/cortex_m.ld.in)

# The files of every program, and those of programs that receive, which the bootloader does not.
# ../common/cortex_m.h says what each of the common ones does, and what it asks of this board.
set(BOARD_SOURCES board.c flash.c ../common/startup.c ../common/processor.c ../common/retained.c
  ../common/mpu.c ../common/nor.c ../common/map.c
  ../common/clock.c ../common/names.c)
set(BOARD_RECEIVE_SOURCES receive.c ../common/receive.c)
