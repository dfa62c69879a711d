if(NOT TWIN_PROGRAMS)
  return()
endif()

# Tests of the device that is Linux processes. native_kill.py also takes --runs N, for long sweeps.
# SPDX-License-Identifier: Apache-2.0
foreach(test start update tools dfu link odd fleet kill)
  add_test(NAME integration/native_${test}
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/native_${test}.py)
  set_tests_properties(integration/native_${test} PROPERTIES TIMEOUT 600
    ENVIRONMENT "TWIN_BIN_DIR=${TWIN_BIN_DIR};TWIN_NATIVE_DIR=${TWIN_NATIVE_DIR}")
endforeach()
