# BearSSL for a board: the library `bearssl`, made from the distribution's source package. On the
# host the name `bearssl` is the packaged library, so both kinds of build link the same word.
# scripts/debsrc.sh puts the package into .cache; its checksum is pinned in bearssl.sha256.
# SPDX-License-Identifier: Apache-2.0

file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/bearssl.sha256 pin)
string(REGEX MATCH "^([0-9a-f]+)  (.+)$" pin "${pin}")
set(pinned_sha256 ${CMAKE_MATCH_1})
set(package ${TWIN_CACHE_DIR}/${CMAKE_MATCH_2})

if(NOT EXISTS ${package})
  message(FATAL_ERROR "${package} is missing: `./run build` fetches it")
endif()
file(SHA256 ${package} found_sha256)
if(NOT found_sha256 STREQUAL pinned_sha256)
  message(FATAL_ERROR "${package} is not the pinned file: sha256 ${found_sha256}")
endif()
set(source ${CMAKE_BINARY_DIR}/bearssl)
if(NOT EXISTS ${source})
  file(ARCHIVE_EXTRACT INPUT ${package} DESTINATION ${source})
endif()

# SHA-2, RSA, P-256 and P-384 verification, decryption, and nothing more; the linker takes what a program uses.
set(wanted ccopy dec32be enc32be i31_add i31_bitlen i31_decmod i31_decode i31_encode i31_fmont
  i31_iszero i31_modpow i31_modpow2 i31_montmul i31_muladd i31_ninv31 i31_rshift i31_sub i31_tmont
  i32_div32 rsa_i31_pub dec64be enc64be sha2big sha2small ec_prime_i31 ec_secp256r1 ec_secp384r1 ec_secp521r1
  ecdsa_i31_bits ecdsa_i31_vrfy_raw aes_ct aes_ct_enc aes_ct_dec aes_ct_ctr aes_ct_cbcdec dec32le enc32le
  i31_mulacc i31_decred i31_reduce rsa_i31_priv rsa_i31_oaep_decrypt rsa_oaep_unpad mgf1 ec_c25519_i31)
if(NOT TWIN_BOARD) # tests make keys and sign with it too
  file(GLOB_RECURSE wanted ${source}/*/src/*.c)
  list(TRANSFORM wanted REPLACE ".*/(.*)[.]c$" "\\1")
endif()
set(files)
foreach(name IN LISTS wanted)
  file(GLOB_RECURSE found ${source}/*/src/${name}.c)
  if(NOT found)
    message(FATAL_ERROR "${package} holds no ${name}.c")
  endif()
  list(APPEND files ${found})
endforeach()
file(GLOB top ${source}/*/inc)
cmake_path(GET top PARENT_PATH top)

add_library(bearssl STATIC EXCLUDE_FROM_ALL ${files})
target_include_directories(bearssl SYSTEM PUBLIC $<BUILD_INTERFACE:${top}/inc>
  PRIVATE ${top}/src)
target_compile_options(bearssl PRIVATE -w) # not our code: its warnings are not ours to fix
if(TWIN_BOARD) # its rounds are written out: there -O2 is smaller as well as faster
  file(GLOB sha256 ${source}/*/src/hash/sha2small.c)
  set_source_files_properties(${sha256} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:MinSizeRel>:-O2>)
endif()
