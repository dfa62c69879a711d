# Warnings of our own code. -Werror comes from the presets, never from here.
option(TWIN_WERROR "Warnings are errors" OFF)
option(TWIN_TESTS "Build the tests" OFF)
option(TWIN_PROGRAMS "Build the host programs; off: the library alone" ON)
set(TWIN_BIN_DIR "${CMAKE_BINARY_DIR}/bin" CACHE PATH "Where programs are put")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes> $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
  -Wswitch-enum -Wundef -Wvla)
if(TWIN_WERROR)
  add_compile_options(-Werror)
endif()
