# The mutation tool on a tree of its own. SPDX-License-Identifier: Apache-2.0
if(NOT CMAKE_CROSSCOMPILING)
  add_test(NAME integration/mutate
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/mutate.py
      ${CMAKE_SOURCE_DIR}/scripts/mutate.py)
  set_tests_properties(integration/mutate PROPERTIES TIMEOUT 600)
endif()
