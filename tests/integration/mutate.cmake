# The mutation tool on a tree of its own. SPDX-License-Identifier: Apache-2.0
if(NOT CMAKE_CROSSCOMPILING)
  twin_script_test(integration/mutate integration/mutate.py ${CMAKE_SOURCE_DIR}/scripts/mutate.py)
endif()
