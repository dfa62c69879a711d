# Cryptography from other packages than BearSSL, for those kinds of signature that need it. All of it
# is optional: where a package was not fetched, p256 is BearSSL's, and ed25519 cannot be chosen.
# scripts/setup.sh fetches into .cache; the checksums are pinned in *.sha256.
# SPDX-License-Identifier: Apache-2.0
include_guard()
set(TWIN_CACHE_DIR ${PROJECT_SOURCE_DIR}/.cache CACHE PATH "Where fetched source packages are")
set(CONFIG_TWIN_P256 auto CACHE STRING
  "Who does the arithmetic of p256: p256m (Mbed TLS: small, fast), bearssl; auto: the first that is there")
set_property(CACHE CONFIG_TWIN_P256 PROPERTY STRINGS auto p256m bearssl)

# Are all files of a pin there, and the pinned ones?
function(twin_pinned pin result)
  file(STRINGS ${PROJECT_SOURCE_DIR}/cmake/${pin}.sha256 lines)
  set(${result} TRUE PARENT_SCOPE)
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([0-9a-f]+)  (.+)$" line "${line}")
    set(wanted ${CMAKE_MATCH_1})
    set(file ${TWIN_CACHE_DIR}/${CMAKE_MATCH_2})
    set(found missing)
    if(EXISTS ${file})
      file(SHA256 ${file} found)
    endif()
    if(NOT found STREQUAL wanted)
      set(${result} FALSE PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# What is never called is left out by the linker: it would call what nobody here has.
function(twin_verifier name)
  # Not our code, nor its warnings, nor what it shifts.
  target_compile_options(${name} PRIVATE -w -ffunction-sections -fno-sanitize=all)
  target_link_options(${name} INTERFACE LINKER:--gc-sections)
endfunction()

# p256-m, of Mbed TLS 3. Of that it includes two headers for what it does not use here.
twin_pinned(p256m have_p256m)
if(have_p256m)
  set(made ${PROJECT_BINARY_DIR}/p256m)
  file(WRITE ${made}/psa/crypto.h "")
  file(WRITE ${made}/mbedtls/platform_util.h "")
  add_library(p256m STATIC EXCLUDE_FROM_ALL ${TWIN_CACHE_DIR}/p256-m.c)
  target_include_directories(p256m PRIVATE ${made})
  target_compile_definitions(p256m PRIVATE MBEDTLS_PSA_P256M_DRIVER_ENABLED)
  twin_verifier(p256m)
endif()

# The Ed25519 of TinySSH. Its own build looks for what the compiler can do; here it can do nothing.
twin_pinned(tinyssh have_tinyssh)
if(have_tinyssh)
  set(made ${PROJECT_BINARY_DIR}/tinyssh)
  if(NOT EXISTS ${made}/hasasmvolatilememory.h)
    file(ARCHIVE_EXTRACT INPUT ${TWIN_CACHE_DIR}/tinyssh_20230101.orig.tar.gz DESTINATION ${made}
      PATTERNS "*/crypto/*")
    file(WRITE ${made}/hasasmvolatilememory.h "")
  endif()
  set(files)
  foreach(name cleanup crypto_sign_ed25519 crypto_verify_32 fe fe25519 ge25519 sc25519 uint32_pack
      uint32_unpack verify)
    file(GLOB found ${made}/*/crypto/${name}.c)
    list(APPEND files ${found})
  endforeach()
  add_library(tinyssh STATIC EXCLUDE_FROM_ALL ${files})
  target_include_directories(tinyssh PRIVATE ${made})
  twin_verifier(tinyssh)
endif()
