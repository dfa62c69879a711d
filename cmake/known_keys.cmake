# Refuse a key that everybody has: cmake -DIMGTOOL=PROGRAM -DKEY=FILE -P known_keys.cmake. KNOWN is
# the list, known_keys.txt if not given. SPDX-License-Identifier: Apache-2.0
if(NOT KNOWN)
  set(KNOWN ${CMAKE_CURRENT_LIST_DIR}/known_keys.txt)
endif()
execute_process(COMMAND ${IMGTOOL} keyinfo -k ${KEY} --json OUTPUT_VARIABLE info
  COMMAND_ERROR_IS_FATAL ANY)
string(JSON hash GET "${info}" keyhash)
file(STRINGS ${KNOWN} known REGEX "^${hash} ")
if(known)
  string(REGEX REPLACE "^[^ ]* " "" name "${known}")
  message(FATAL_ERROR "${KEY}: this is the published ${name}, with which anybody can sign. Make a key of your own with `imgtool keygen`, or, for a test, configure with -DCONFIG_TWIN_ALLOW_KNOWN_KEY=1")
endif()
