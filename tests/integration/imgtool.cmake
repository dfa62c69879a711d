if(NOT TWIN_PROGRAMS)
  return()
endif()

# imgtool from outside. SPDX-License-Identifier: Apache-2.0

# Loaded into it by LD_PRELOAD.
foreach(name leftovers weak_files)
  add_library(${name} MODULE ${CMAKE_SOURCE_DIR}/tests/support/${name}.c)
endforeach()

foreach(name vectors options behaviour slots keys files meant hsm build)
  twin_script_test(integration/imgtool_${name} integration/imgtool_${name}.py $<TARGET_FILE:imgtool>
    ${CMAKE_SOURCE_DIR}/tests/vectors/image $<TARGET_FILE:leftovers> $<TARGET_FILE:weak_files>)
endforeach()
