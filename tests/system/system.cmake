if(NOT TWIN_PROGRAMS)
  return()
endif()

# One process that talks to many devices; many.py runs it. SPDX-License-Identifier: Apache-2.0
add_executable(fleet_client ${CMAKE_CURRENT_LIST_DIR}/fleet_client.c)
target_link_libraries(fleet_client PRIVATE host_session host_base twin_crypto)

# One text a story.
foreach(story start update dfu verbs power kill many)
  twin_device_test(system/${story} system/${story}.py)
endforeach()
