if(NOT TWIN_PROGRAMS)
  return()
endif()

# Tests on the emulated board: python, because they watch from outside. They need the firmware that
# `./run build` makes. SPDX-License-Identifier: Apache-2.0
set(TWIN_FIRMWARE_DIR ${CMAKE_SOURCE_DIR}/build/firmware CACHE PATH "Firmware that is tested")

foreach(test start update power)
  add_test(NAME integration/board_${test}
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/test_board_${test}.py)
  set_tests_properties(integration/board_${test} PROPERTIES TIMEOUT 600
    ENVIRONMENT "TWIN_BIN_DIR=${TWIN_BIN_DIR};TWIN_FIRMWARE_DIR=${TWIN_FIRMWARE_DIR}")
endforeach()
