if(NOT TWIN_PROGRAMS)
  return()
endif()

# A server, a bootloader and a client that somebody else builds, in each way there is. What is
# installed comes from a build of its own: this one may have sanitizers in its libraries.
# SPDX-License-Identifier: Apache-2.0
set(consumer ${CMAKE_CURRENT_LIST_DIR}/consumer.sh ${CMAKE_CURRENT_BINARY_DIR}/consumer)
add_test(NAME consumer/install COMMAND ${consumer} install)
set_tests_properties(consumer/install PROPERTIES FIXTURES_SETUP installed TIMEOUT 600)
foreach(way find_package pkg_config add_subdirectory sources)
  add_test(NAME consumer/${way} COMMAND ${consumer} ${way})
  set_tests_properties(consumer/${way} PROPERTIES FIXTURES_REQUIRED installed TIMEOUT 300)
endforeach()
