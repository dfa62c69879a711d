if(NOT TWIN_PROGRAMS)
  return()
endif()

# Tests of mcumgr against servers that are not ours. SPDX-License-Identifier: Apache-2.0
add_test(NAME integration/mcumgr_odd
  COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/mcumgr_odd.py)
set_tests_properties(integration/mcumgr_odd PROPERTIES TIMEOUT 600
  ENVIRONMENT "TWIN_BIN_DIR=${TWIN_BIN_DIR}")
