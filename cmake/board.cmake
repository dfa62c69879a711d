# What ports/BOARD/board.cmake says about a board; ports/skeleton/board.cmake is the manual of it.
# SPDX-License-Identifier: Apache-2.0

# twin_board_read(BOARD) - set the BOARD_ variables in the caller. What no board can do without is
# asked for here, because a default would be some other board's.
macro(twin_board_read board)
  set(board_file ${PROJECT_SOURCE_DIR}/ports/${board}/board.cmake)
  if(NOT EXISTS ${board_file})
    message(FATAL_ERROR "No board ${board}: ${board_file} does not exist")
  endif()
  include(${board_file})
  foreach(name BOARD_CPU BOARD_CPU_HZ BOARD_COUNTER_HZ BOARD_SOURCES BOARD_LINKER_SCRIPT BOARD_FLASH_ADDR BOARD_FLASH_LEN
      BOARD_PAGE_BYTES BOARD_WRITE_BYTES BOARD_BOOT_LEN BOARD_PRIMARY_OFF BOARD_SECONDARY_OFF
      BOARD_SLOT_LEN BOARD_SCRATCH_OFF BOARD_SCRATCH_LEN BOARD_LOAD_ADDR BOARD_LOAD_LEN BOARD_IMAGES BOARD_RAM_ADDR BOARD_RAM_LEN BOARD_BOOT_STACK BOARD_APP_STACK)
    if(NOT DEFINED ${name})
      message(FATAL_ERROR "${board_file} does not set ${name}")
    endif()
  endforeach()
endmacro()
