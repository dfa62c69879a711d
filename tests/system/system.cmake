if(NOT TWIN_PROGRAMS)
  return()
endif()

# The stories of a device: python, because they watch from outside. Those of the emulated board need
# the firmware that `./run build` makes. kill.py also takes --runs N, for long sweeps.
# SPDX-License-Identifier: Apache-2.0

foreach(test start update tools dfu fleet power native_kill test_board_start test_board_update
    board_kill)
  add_test(NAME system/${test}
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/${test}.py)
  set_tests_properties(system/${test} PROPERTIES TIMEOUT 600 ENVIRONMENT
    "TWIN_BIN_DIR=${TWIN_BIN_DIR};TWIN_NATIVE_DIR=${TWIN_NATIVE_DIR};TWIN_FIRMWARE_DIR=${TWIN_FIRMWARE_DIR}")
endforeach()
