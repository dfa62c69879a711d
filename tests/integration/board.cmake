if(NOT TWIN_PROGRAMS)
  return()
endif()

# Tests on the emulated board: python, because they watch from outside. They need the firmware that
# `./run build` makes. SPDX-License-Identifier: Apache-2.0
set(TWIN_FIRMWARE_DIR ${CMAKE_SOURCE_DIR}/build/firmware CACHE PATH "Firmware that is tested")

foreach(test test_board_start test_board_update test_board_power board_kill)
  add_test(NAME integration/${test}
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/${test}.py)
  set_tests_properties(integration/${test} PROPERTIES TIMEOUT 600
    ENVIRONMENT "TWIN_BIN_DIR=${TWIN_BIN_DIR};TWIN_FIRMWARE_DIR=${TWIN_FIRMWARE_DIR}")
endforeach()
