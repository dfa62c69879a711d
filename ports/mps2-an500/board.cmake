# The MPS2+ board with the AN500 image (Cortex-M7), as QEMU emulates it: its neighbour, but for the
# processor and the place of the memory chip. SPDX-License-Identifier: Apache-2.0
include(${CMAKE_CURRENT_LIST_DIR}/../mps2-an386/board.cmake)
set(BOARD_CPU -mcpu=cortex-m7 -mthumb -mfloat-abi=soft)
set(BOARD_FLASH_ADDR 0x60000000)
set(BOARD_QEMU mps2-an500,memory-backend=flash)
unset(BOARD_FIRMWARE_DIR)
