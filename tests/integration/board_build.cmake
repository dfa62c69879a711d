if(NOT TWIN_PROGRAMS)
  return()
endif()

# Configures boards that are wrong. SPDX-License-Identifier: Apache-2.0
add_test(NAME integration/board_build
  COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/board_build.py)
set_tests_properties(integration/board_build PROPERTIES TIMEOUT 600)
