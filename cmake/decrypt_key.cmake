# The secret with which a bootloader decrypts its updates, as C for ports/boot/decrypt.c:
#
#     cmake -DIMGTOOL=PROGRAM -DKIND=ec256 -DBITS=128 -DKEY=FILE [-DALG=ec256m] -DOUTPUT=decrypt_key.c -P decrypt_key.cmake
#
# KEY is a private key in PEM of the kind's type; for kw an AES key, raw or as hex digits.
# SPDX-License-Identifier: Apache-2.0
cmake_minimum_required(VERSION 3.25)
if(NOT ALG)
  set(ALG ${KIND})
endif()
math(EXPR key_len "${BITS} / 8")

# Numbers of curves: the end of the short form. The rest of that is the same in each key.
macro(read_pem type)
  execute_process(COMMAND ${IMGTOOL} keyinfo -k ${KEY} --json OUTPUT_VARIABLE info COMMAND_ERROR_IS_FATAL ANY)
  string(JSON found GET "${info}" type)
  if(NOT found STREQUAL ${type})
    message(FATAL_ERROR "${KEY}: a key of the kind ${found}; CONFIG_TWIN_DECRYPT=${KIND} takes ${type}")
  endif()
  execute_process(COMMAND ${IMGTOOL} getpriv ${ARGN} -k ${KEY} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "0x[0-9a-f][0-9a-f]," bytes "${text}")
endmacro()

if(KIND STREQUAL kw)
  file(SIZE ${KEY} size)
  if(size EQUAL key_len)
    file(READ ${KEY} digits HEX)
  else()
    file(STRINGS ${KEY} digits LIMIT_COUNT 1)
  endif()
  string(TOLOWER "${digits}" digits)
  string(REGEX MATCHALL "[0-9a-f][0-9a-f]" bytes "${digits}")
  list(LENGTH bytes len)
  if(NOT len EQUAL key_len)
    message(FATAL_ERROR "${KEY}: an AES key of ${key_len} bytes is needed (CONFIG_TWIN_DECRYPT_BITS=${BITS}), raw or as hex digits")
  endif()
  list(TRANSFORM bytes REPLACE "(..)" "0x\\1,")
elseif(KIND STREQUAL ec256)
  read_pem(ecdsa-p256 --minimal)
  list(SUBLIST bytes 35 32 bytes)
elseif(KIND MATCHES "^x25519")
  read_pem(x25519 --minimal)
  list(SUBLIST bytes 16 32 bytes)
elseif(KIND STREQUAL rsa2048)
  read_pem(rsa-2048)
else()
  message(FATAL_ERROR "CONFIG_TWIN_DECRYPT=${KIND}: must be 0, kw, ec256, rsa2048, x25519 or x25519_sha512")
endif()
list(JOIN bytes " " bytes)
string(REGEX REPLACE "(............................................................) " "\\1\n    " bytes "${bytes}")
file(WRITE ${OUTPUT} "/* Made by cmake/decrypt_key.cmake when the firmware was built; a secret: do not keep it. */
#include \"boot/decrypt.h\"

static const uint8_t own[] = {
    ${bytes}
};
const struct twin_decrypt boot_decrypt = {&twin_unwrap_${ALG}, {own, sizeof(own)}, ${key_len}};
")
file(CHMOD ${OUTPUT} PERMISSIONS OWNER_READ OWNER_WRITE)
