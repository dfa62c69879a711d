# The list of keys that a bootloader knows, as C for ports/boot/keys.h:
#
#     cmake -DIMGTOOL=PROGRAM -DTYPE=rsa-2048 "-DTRUSTED=a.pem|b.pem" "-DREVOKED=c.pem" -DOUTPUT=keys.c
#       [-DKNOWN=FILE] [-DALLOW_KNOWN=1] -P keys.cmake
#
# Private or public halves, in their order. Refused: a key that everybody has (KNOWN, known_keys.txt if
# not given), a key of another kind than TYPE, a key that is named twice.
# SPDX-License-Identifier: Apache-2.0
cmake_minimum_required(VERSION 3.25)
if(NOT KNOWN)
  set(KNOWN ${CMAKE_CURRENT_LIST_DIR}/known_keys.txt)
endif()
set(hashes)
set(arrays)
set(rows)

# "-DALLOW_KNOWN=1" is for tests; what nobody trusts may be known to everybody.
function(refuse_known key hash)
  file(STRINGS ${KNOWN} known REGEX "^${hash} ")
  if(known AND NOT ALLOW_KNOWN)
    string(REGEX REPLACE "^[^ ]* " "" name "${known}")
    message(FATAL_ERROR "${key}: this is the published ${name}, with which anybody can sign. Make a key of your own with `imgtool keygen`, or, for a test, configure with -DCONFIG_TWIN_ALLOW_KNOWN_KEY=1")
  endif()
endfunction()

# Add a key to the list. REVOKED is true or false.
macro(add key revoked)
  execute_process(COMMAND ${IMGTOOL} keyinfo -k ${key} --json OUTPUT_VARIABLE info
    COMMAND_ERROR_IS_FATAL ANY)
  string(JSON hash GET "${info}" keyhash)
  string(JSON type GET "${info}" type)
  if(NOT type STREQUAL TYPE)
    message(FATAL_ERROR "${key}: a key of the kind ${type}; this bootloader takes ${TYPE} (CONFIG_TWIN_SIGNATURE)")
  endif()
  if(hash IN_LIST hashes)
    message(FATAL_ERROR "${key}: this key is in the list already")
  endif()
  if(NOT ${revoked})
    refuse_known(${key} ${hash})
  endif()
  list(LENGTH hashes number)
  list(APPEND hashes ${hash})
  execute_process(COMMAND ${IMGTOOL} getpub -k ${key} -e raw -o ${OUTPUT}.der COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${OUTPUT}.der der HEX)
  file(REMOVE ${OUTPUT}.der)
  string(REGEX REPLACE "(........................)" "\\1|" lines "${der}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" " 0x\\1," lines "${lines}")
  string(REPLACE "|" "\n   " lines "${lines}")
  string(APPEND arrays "\n/* ${hash} */\nstatic const uint8_t key_${number}[] = {\n   ${lines}\n};\n")
  string(APPEND rows "    {.der = key_${number}, .len = sizeof(key_${number}), .is_revoked = ${revoked}},\n")
endmacro()

string(REPLACE "|" ";" TRUSTED "${TRUSTED}")
string(REPLACE "|" ";" REVOKED "${REVOKED}")
foreach(key IN LISTS TRUSTED)
  add(${key} false)
endforeach()
foreach(key IN LISTS REVOKED)
  add(${key} true)
endforeach()
list(LENGTH hashes count)
file(WRITE ${OUTPUT} "/* Made by cmake/keys.cmake when the firmware was built; do not edit. */
#include \"boot/keys.h\"
${arrays}
const struct twin_pubkey boot_keys[] = {
${rows}};
_Static_assert(BOOT_KEY_COUNT == ${count}, \"the build has counted other keys\");
")
