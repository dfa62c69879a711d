# From where the application runs, by the mode: app_places, and for each of them PLACE_area (the board as
# it is seen from there, address, room, stack), PLACE_sources, PLACE_sign (what imgtool has to say of
# it), PLACE_suffix (of the files). SPDX-License-Identifier: Apache-2.0

# An application ends where the trailer begins, one page before the end of the slot, and a swap needs
# one page more.
function(place_in_slot name board off)
  math(EXPR addr "${BOARD_FLASH_ADDR} + ${off} + ${image_header_len}" OUTPUT_FORMAT HEXADECIMAL)
  math(EXPR len "${BOARD_SLOT_LEN} - ${image_header_len} - 2 * ${BOARD_PAGE_BYTES}"
    OUTPUT_FORMAT HEXADECIMAL)
  set(${name}_area ${board} ${addr} ${len} ${BOARD_APP_STACK} PARENT_SCOPE)
endfunction()

set(app_places first)
place_in_slot(first board ${BOARD_PRIMARY_OFF})
set(first_sources ${ports}/slot_first.c)

# In either slot: linked for both, and started in the right one only.
if(CONFIG_TWIN_MODE MATCHES "^xip")
  set(app_places first second)
  set(first_sign --rom-fixed ${BOARD_PRIMARY_OFF})
  board_library(board_second ${BOARD_SOURCES})
  target_compile_definitions(board_second PRIVATE BOARD_SEEN_FROM=TWIN_SECONDARY)
  place_in_slot(second board_second ${BOARD_SECONDARY_OFF})
  set(second_sources ${ports}/slot_second.c)
  set(second_sign --rom-fixed ${BOARD_SECONDARY_OFF})
  set(second_suffix -slot1)
endif()

# In RAM, from whichever slot it was copied.
if(CONFIG_TWIN_MODE STREQUAL ram_load)
  if(BOARD_LOAD_LEN EQUAL 0)
    message(FATAL_ERROR "CONFIG_TWIN_MODE=ram_load: ${TWIN_BOARD} has no BOARD_LOAD_LEN")
  endif()
  set(app_places loaded)
  list(TRANSFORM BOARD_SOURCES REPLACE "/processor[.]c$" "/processor_loaded.c")
  set(loaded_board_sources ${BOARD_SOURCES})
  list(TRANSFORM loaded_board_sources REPLACE "/map[.]c$" "/map_loaded.c")
  list(APPEND boot_sources load_ram.c)
  board_library(board_loaded ${loaded_board_sources})
  target_compile_definitions(board_loaded PRIVATE BOARD_BEGIN=cortex_m_begin)
  math(EXPR addr "${BOARD_LOAD_ADDR} + ${image_header_len}" OUTPUT_FORMAT HEXADECIMAL)
  math(EXPR len "${BOARD_LOAD_LEN} - ${image_header_len}" OUTPUT_FORMAT HEXADECIMAL)
  set(loaded_area board_loaded ${addr} ${len} ${BOARD_APP_STACK})
  set(loaded_sign --load-addr ${BOARD_LOAD_ADDR})
endif()

if(CONFIG_TWIN_MODE STREQUAL swap_scratch AND BOARD_SCRATCH_LEN EQUAL 0)
  message(FATAL_ERROR "CONFIG_TWIN_MODE=swap_scratch: ${TWIN_BOARD} has no BOARD_SCRATCH_LEN")
endif()
