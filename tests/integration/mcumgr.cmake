if(NOT TWIN_PROGRAMS)
  return()
endif()

# Tests of mcumgr against servers that are not ours. SPDX-License-Identifier: Apache-2.0
foreach(test odd link peers)
  add_test(NAME integration/mcumgr_${test}
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/mcumgr_${test}.py)
  set_tests_properties(integration/mcumgr_${test} PROPERTIES TIMEOUT 600
    ENVIRONMENT "TWIN_BIN_DIR=${TWIN_BIN_DIR};TWIN_NATIVE_DIR=${TWIN_NATIVE_DIR}")
endforeach()
