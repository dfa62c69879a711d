if(NOT TWIN_PROGRAMS)
  return()
endif()

# Tests of host/cli, host/keys, host/signing and imgtool. SPDX-License-Identifier: Apache-2.0
twin_test(unit test_base host_base)
twin_test(unit test_cli host_cli)
twin_test(unit test_cli_ask host_cli)
twin_test(unit test_cli_fail host_cli)
twin_test(unit test_cli_go host_cli)
twin_test(unit test_crypto_openssl twin_image host_keys)
twin_test(unit test_keys host_keys)
twin_test(unit test_imgtool_texts imgtool_commands)
twin_test(unit test_signing host_signing)
twin_test(unit test_signing_formats host_signing)
twin_test(unit test_signing_hostile host_signing test_support)
twin_test(unit test_signing_memory host_signing)
target_link_options(test_signing_memory PRIVATE LINKER:--wrap=malloc)

# Somebody else's program, which has functions of the same names as zlib and as ours had once.
find_package(ZLIB REQUIRED)
twin_test(unit test_neighbours host_signing host_keys ZLIB::ZLIB)

# twin_fuzz(NAME CHANGES CORPUS...) - tests/fuzz/NAME.c as an ordinary test over its corpus and over
# changes of it; with -DTWIN_FUZZ=ON and clang as a libFuzzer program instead.
option(TWIN_FUZZ "Build the fuzz harnesses for libFuzzer (clang)" OFF)

function(twin_fuzz name changes)
  set(folder ${CMAKE_SOURCE_DIR}/tests/fuzz)
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/tests/)
  if(TWIN_FUZZ)
    add_executable(${name} ${folder}/${name}.c)
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz/${name} COMMAND ${name} -runs=0 ${ARGN})
  else()
    add_executable(${name} ${folder}/${name}.c ${folder}/replay.c)
    add_test(NAME fuzz/${name} COMMAND ${name} ${changes} ${ARGN})
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(${name} PRIVATE host_signing)
endfunction()

twin_fuzz(fuzz_image 100 vectors/image/img vectors/image/neg vectors/image/synthetic)
twin_fuzz(fuzz_tlv 300 fuzz/corpus/tlv vectors/image/neg)
twin_fuzz(fuzz_hex 600 vectors/image/payload fuzz/corpus/hex)
twin_fuzz(fuzz_pem 300 vectors/image/keys fuzz/corpus/pem)
