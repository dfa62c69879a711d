# Toolchain file of the boards with an Arm processor: the distribution's gcc-arm-none-eabi and
# newlib-nano. The board says which processor it is: ports/BOARD/board.cmake.
# SPDX-License-Identifier: Apache-2.0
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_OBJCOPY arm-none-eabi-objcopy CACHE STRING "")
set(CMAKE_SIZE arm-none-eabi-size CACHE STRING "")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_FLAGS_INIT "-g")
# Small: blocks of code stay in the order in which they are written, which spares jumps; loops look up
# what they need where it is used, and variables are left apart, which spares registers; the last four
# are what compiling with and without them has shown (48 bytes of the bootloader, 54 of the server).
# Libraries can be linked both ways: the bootloader as one piece (link-time optimisation,
# TWIN_LINK_AS_ONE), programs that have room file by file, as their maps say.
set(CMAKE_C_FLAGS_MINSIZEREL_INIT
  "-Os -fno-guess-branch-probability -fno-schedule-insns2 -fno-move-loop-invariants \
-fno-tree-coalesce-vars -fno-optimize-sibling-calls -fno-tree-tail-merge -fno-if-conversion \
-fno-ipa-vrp -flto -ffat-lto-objects")
set(CMAKE_EXE_LINKER_FLAGS_MINSIZEREL_INIT "-fno-lto")
set(TWIN_LINK_AS_ONE "-flto;-flto-partition=one")
set(CMAKE_AR arm-none-eabi-gcc-ar)
set(CMAKE_RANLIB arm-none-eabi-gcc-ranlib)
