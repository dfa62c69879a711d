# Prints the rows of sources.cmake on standard error, one a line. SPDX-License-Identifier: Apache-2.0
function(twin_room)
  list(JOIN ARGN " " row)
  message("room ${row}")
endfunction()
function(twin_exception file check reason)
  message("exception ${file} ${check} ${reason}")
endfunction()
include(${CMAKE_CURRENT_LIST_DIR}/../../sources.cmake)
