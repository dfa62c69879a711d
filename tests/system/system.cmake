if(NOT TWIN_PROGRAMS)
  return()
endif()

# One text a story, run on each device that has a file in devices/: system/STORY/DEVICE. The firmware
# of emulated boards is what `./run build` makes. SPDX-License-Identifier: Apache-2.0

# One process that talks to many devices; many.py runs it.
add_executable(fleet_client ${CMAKE_CURRENT_LIST_DIR}/fleet_client.c)
target_link_libraries(fleet_client PRIVATE host_session host_base twin_crypto)

set(stories start update dfu verbs power kill many)
file(GLOB devices CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/devices/*.py)
foreach(story IN LISTS stories)
  foreach(device IN LISTS devices)
    cmake_path(GET device STEM LAST_ONLY device)
    add_test(NAME system/${story}/${device}
      COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/${story}.py ${device})
    set_tests_properties(system/${story}/${device} PROPERTIES TIMEOUT 600 ENVIRONMENT
      "TWIN_BIN_DIR=${TWIN_BIN_DIR};TWIN_NATIVE_DIR=${TWIN_NATIVE_DIR};TWIN_FIRMWARE_DIR=${TWIN_FIRMWARE_DIR}")
  endforeach()
endforeach()
