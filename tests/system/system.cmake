if(NOT TWIN_PROGRAMS)
  return()
endif()

# One process that talks to many devices; many.py runs it. SPDX-License-Identifier: Apache-2.0
add_executable(fleet_client ${CMAKE_CURRENT_LIST_DIR}/fleet_client.c)
target_link_libraries(fleet_client PRIVATE host_session host_base twin_crypto)

# One text a story: every program here that tells one.
file(GLOB stories RELATIVE ${CMAKE_CURRENT_LIST_DIR} CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.py)
list(REMOVE_ITEM stories device.py story.py) # what they are made of
foreach(file IN LISTS stories)
  cmake_path(GET file STEM story)
  twin_device_test(system/${story} system/${file})
endforeach()
