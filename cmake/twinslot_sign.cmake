# twinslot_sign(TARGET KEY FILE VERSION V HEADER_SIZE N SLOT_SIZE N [ALIGN N] [PAD_HEADER] [HEX]
#               [CONFIRM] [OPTIONS ARG...])
#
# After TARGET, an executable, is linked: take its raw bytes and sign them. Makes TARGET.signed.bin
# beside it, with HEX also TARGET.signed.hex (OPTIONS then has to hold --hex-addr).
#
#   KEY          private key, or a pkcs11: URI; a relative name counts from the source folder
#   VERSION      of the image: 1.2.3 or 1.2.3+4
#   HEADER_SIZE  bytes in front of the payload; the linker script leaves them free and zero, or
#                PAD_HEADER puts them in front
#   SLOT_SIZE    bytes of the slot
#   ALIGN        bytes that the flash writes at once
#   CONFIRM      fill the slot and mark the image as confirmed
#   OPTIONS      further options of `imgtool sign`
#
# imgtool is the target of that name, else the program TWINSLOT_IMGTOOL, looked for in PATH. The
# raw bytes are made by CMAKE_OBJCOPY. SPDX-License-Identifier: Apache-2.0
include_guard()

function(twinslot_sign target)
  cmake_parse_arguments(PARSE_ARGV 1 sign "PAD_HEADER;HEX;CONFIRM"
    "KEY;VERSION;HEADER_SIZE;SLOT_SIZE;ALIGN" "OPTIONS")
  foreach(name KEY VERSION HEADER_SIZE SLOT_SIZE)
    if(NOT sign_${name})
      message(FATAL_ERROR "twinslot_sign(${target}): ${name} is missing")
    endif()
  endforeach()
  if(sign_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "twinslot_sign(${target}): unknown argument ${sign_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT CMAKE_OBJCOPY)
    message(FATAL_ERROR "twinslot_sign(${target}): CMAKE_OBJCOPY is not set")
  endif()

  set(args --version ${sign_VERSION} --header-size ${sign_HEADER_SIZE}
    --slot-size ${sign_SLOT_SIZE})
  if(sign_KEY MATCHES "^pkcs11:")
    list(APPEND args --key ${sign_KEY})
  else()
    cmake_path(ABSOLUTE_PATH sign_KEY)
    list(APPEND args --key ${sign_KEY})
  endif()
  if(sign_ALIGN)
    list(APPEND args --align ${sign_ALIGN})
  endif()
  if(sign_PAD_HEADER)
    list(APPEND args --pad-header)
  endif()
  if(sign_CONFIRM)
    list(APPEND args --confirm)
  endif()
  list(APPEND args ${sign_OPTIONS})

  if(TARGET imgtool)
    set(imgtool $<TARGET_FILE:imgtool>)
    add_dependencies(${target} imgtool)
  else()
    find_program(TWINSLOT_IMGTOOL imgtool REQUIRED)
    set(imgtool ${TWINSLOT_IMGTOOL})
  endif()
  set(base $<TARGET_FILE_DIR:${target}>/${target})
  set(outputs ${base}.signed.bin)
  if(sign_HEX)
    list(APPEND outputs ${base}.signed.hex)
  endif()
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:${target}> ${base}.bin VERBATIM)
  foreach(output IN LISTS outputs)
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND ${imgtool} sign ${args} ${base}.bin ${output} VERBATIM)
  endforeach()
endfunction()
