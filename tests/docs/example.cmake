# The C code in README.md, built against the libraries and run. SPDX-License-Identifier: Apache-2.0
set(readme_code ${CMAKE_CURRENT_BINARY_DIR}/readme_code.c)
add_custom_command(OUTPUT ${readme_code}
  COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/extract_c.py ${CMAKE_SOURCE_DIR}/README.md ${readme_code}
  DEPENDS ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_CURRENT_LIST_DIR}/extract_c.py
    ${CMAKE_CURRENT_LIST_DIR}/blocks.py VERBATIM)
twin_test(docs readme_example twin_server test_support)
target_sources(readme_example PRIVATE ${readme_code})
set_source_files_properties(${readme_code} PROPERTIES COMPILE_OPTIONS "-Wno-missing-prototypes")
