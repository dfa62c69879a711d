# The decoder of compressed images, of 7-Zip: TWIN_UNPACKS says whether its source is there. It is
# optional: where it was not fetched, no mode that takes them can be chosen. scripts/setup.sh fetches
# into .cache; the checksums are pinned in 7zip.sha256. SPDX-License-Identifier: Apache-2.0
include_guard()
include(${CMAKE_CURRENT_LIST_DIR}/verifiers.cmake)

twin_pinned(7zip TWIN_UNPACKS)

# twin_unpacks() - lib/unpack/lzma2.c is compiled with it. Not our code, nor its warnings, nor what it
# shifts.
function(twin_unpacks)
  if(TWIN_UNPACKS)
    set(made ${PROJECT_BINARY_DIR}/7zip)
    file(WRITE ${made}/Precomp.h "#include \"Compiler.h\"\n#include \"7zTypes.h\"\n")
    set_property(SOURCE ${PROJECT_SOURCE_DIR}/lib/unpack/lzma2.c TARGET_DIRECTORY twin_unpack
      PROPERTY COMPILE_OPTIONS -w -fno-sanitize=all -DZ7_LZMA_SIZE_OPT -isystem${made}
      -isystem${TWIN_CACHE_DIR})
  endif()
endfunction()
