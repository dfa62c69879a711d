# Prints the rooms of lib/ for lint.sh, one a line: ROOM|its sources|the rooms it may use.
# SPDX-License-Identifier: Apache-2.0
include(${CMAKE_CURRENT_LIST_DIR}/../sources.cmake)
foreach(room IN LISTS TWIN_LIBS)
  list(JOIN TWIN_${room}_SOURCES " " sources)
  list(JOIN TWIN_${room}_USES " " uses)
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${room}|${sources}|${uses}")
endforeach()
