if(NOT TWIN_PROGRAMS)
  return()
endif()

# mcumgr and its script against devices that the test plays. SPDX-License-Identifier: Apache-2.0
foreach(test mcumgr_odd mcumgr_link mcumgr_peers dfu_update)
  add_test(NAME integration/${test}
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/${test}.py)
  set_tests_properties(integration/${test} PROPERTIES TIMEOUT 600
    ENVIRONMENT "TWIN_BIN_DIR=${TWIN_BIN_DIR};TWIN_NATIVE_DIR=${TWIN_NATIVE_DIR}")
endforeach()
