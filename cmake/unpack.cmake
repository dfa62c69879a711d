# The decoder of compressed images, of 7-Zip. It is optional: where its source was not fetched, no mode
# that takes them can be chosen. scripts/setup.sh fetches into .cache; the checksums are pinned in
# 7zip.sha256. SPDX-License-Identifier: Apache-2.0
include_guard()
include(${CMAKE_CURRENT_LIST_DIR}/verifiers.cmake)

twin_pinned(7zip have_7zip)
if(have_7zip)
  set(made ${PROJECT_BINARY_DIR}/7zip)
  file(WRITE ${made}/Precomp.h "#include \"Compiler.h\"\n#include \"7zTypes.h\"\n")
  add_library(unpack7zip STATIC EXCLUDE_FROM_ALL ${TWIN_CACHE_DIR}/Bra.c
    ${PROJECT_SOURCE_DIR}/lib/unpack/packages/7zip/lzma2.c)
  target_include_directories(unpack7zip PRIVATE ${made} ${TWIN_CACHE_DIR} ${PROJECT_SOURCE_DIR}/include)
  target_compile_definitions(unpack7zip PRIVATE Z7_LZMA_SIZE_OPT)
  twin_verifier(unpack7zip)
endif()
