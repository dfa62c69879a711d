if(NOT TWIN_PROGRAMS)
  return()
endif()

# Tests of tools/cli, tools/crypto and tools/imgtool. The vectors and the token are tested from
# outside, by python. SPDX-License-Identifier: Apache-2.0
twin_test(unit test_cli twin_cli)
twin_test(unit test_crypto_openssl twin_image twin_crypto_openssl)
twin_test(unit test_imgtool_formats twin_imgtool)

foreach(name vectors behaviour hsm)
  add_test(NAME integration/imgtool_${name}
    COMMAND /usr/bin/python3 -B ${CMAKE_SOURCE_DIR}/tests/integration/imgtool_${name}.py
      $<TARGET_FILE:imgtool> ${CMAKE_SOURCE_DIR}/tests/vectors/image)
  set_tests_properties(integration/imgtool_${name} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77)
endforeach()
