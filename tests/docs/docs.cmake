if(NOT TWIN_PROGRAMS)
  return()
endif()

# Every code block of every document, compiled or run. They need the firmware that `./run build` makes.
# SPDX-License-Identifier: Apache-2.0
file(GLOB documents CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/*.md
  ${CMAKE_SOURCE_DIR}/docs/*.md ${CMAKE_SOURCE_DIR}/*/*/README.md)
foreach(document IN LISTS documents)
  add_test(NAME docs/${document}
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/run_document.py ${document})
  set_tests_properties(docs/${document} PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77
    ENVIRONMENT "TWIN_BIN_DIR=${TWIN_BIN_DIR}")
endforeach()
add_test(NAME docs/run_document
  COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/test_run_document.py)
