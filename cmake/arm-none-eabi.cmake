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
# Small: blocks of code stay in the order in which they are written, which spares jumps.
set(CMAKE_C_FLAGS_MINSIZEREL_INIT "-Os -fno-guess-branch-probability -fno-schedule-insns2")
