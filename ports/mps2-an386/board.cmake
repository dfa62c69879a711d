# The MPS2+ board with the AN386 image (Cortex-M4), as QEMU emulates it. What each of these means:
# ports/skeleton/board.cmake. SPDX-License-Identifier: Apache-2.0
set(BOARD_CPU -mcpu=cortex-m4 -mthumb -mfloat-abi=soft)
set(BOARD_CPU_HZ 25000000)
set(BOARD_COUNTER_HZ 25000000)

# The map of an nRF52840, moved to where this board has memory.
set(BOARD_FLASH_ADDR 0x21000000)
set(BOARD_FLASH_LEN 0x100000)
set(BOARD_PAGE_BYTES 4096)
set(BOARD_WRITE_BYTES 4)
set(BOARD_BOOT_LEN 0xc000)
set(BOARD_PRIMARY_OFF 0xc000)
set(BOARD_SECONDARY_OFF 0x82000)
set(BOARD_SLOT_LEN 0x76000)
set(BOARD_SCRATCH_OFF 0xf8000)
set(BOARD_SCRATCH_LEN 0x8000)
set(BOARD_IMAGES one)
set(BOARD_RAM_ADDR 0x20000000)
set(BOARD_RAM_LEN 0x40000)
set(BOARD_LOAD_ADDR 0x20100000)
set(BOARD_LOAD_LEN 0x76000)
set(BOARD_BOOT_STACK 6144)
set(BOARD_APP_STACK 4096)

set(BOARD_LINKER_SCRIPT ../common/cortex_m.ld.in)
set(here ${CMAKE_CURRENT_LIST_DIR}) # also when a neighbour includes this
set(BOARD_SOURCES ${here}/board.c ${here}/flash.c ../common/startup.c ../common/processor.c
  ../common/retained.c ../common/mpu.c ../common/nor.c ../common/map.c
  ../common/clock.c ../common/names.c)
set(BOARD_RECEIVE_SOURCES ${here}/receive.c ../common/receive.c)

# Its machine in QEMU, the memory chip that stands for flash, which QEMU keeps in a file, and where
# tests put the number of flash words after which power fails (flash.c).
set(BOARD_QEMU mps2-an386,memory-backend=flash)
set(BOARD_QEMU_FILE_LEN 0x1000000)
set(BOARD_QEMU_CUT 0x2003ffd0)

# The board of the demo, the tests and the documents.
set(BOARD_FIRMWARE_DIR ${PROJECT_SOURCE_DIR}/build/firmware)
