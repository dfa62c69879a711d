# What the devices of all boards are made of, said once: the bootloader, the example application in
# its variants, the key, and the images that are signed. Included by the folders that build them,
# ports/common (boards with a microcontroller) and ports/native (Linux processes).
# SPDX-License-Identifier: Apache-2.0
set(ports ${PROJECT_SOURCE_DIR}/ports)
set(app ${PROJECT_SOURCE_DIR}/app)

set(port_sources ${ports}/start_text.c) # of all programs
list(TRANSFORM TWIN_BOOT_OPTIONS PREPEND ${ports}/boot/ OUTPUT_VARIABLE boot_sources)
list(APPEND boot_sources ${ports}/boot/main.c)
if(TWIN_BOOT_DEVICE)
  list(APPEND boot_sources ${ports}/boot/device.c)
endif()
set(boot_log_sources ${ports}/boot/log.c ${ports}/print.c)
if(CONFIG_TWIN_KEYS STREQUAL whole)
  list(APPEND boot_sources ${ports}/boot/key_whole.c)
  set(key_format --public-key-format full)
endif()
set(boot_silent_sources ${ports}/boot/log_none.c)
set(app_sources main.c monitor.c sensor.c vitals.c selftest.c commands.c shell.c update.c)
list(TRANSFORM app_sources PREPEND ${app}/)
# Boards with one image, and boards with several: what is different in bootloader and application.
set(boot_one_sources ${ports}/boot/run_image.c)
set(boot_all_sources ${ports}/boot/run_images.c)
set(boot_one_recorded_sources ${ports}/boot/run_image_recorded.c)
set(boot_all_recorded_sources ${ports}/boot/run_images_recorded.c)
if(CONFIG_TWIN_BOOT_RECORD)
  set(boot_record _recorded)
endif()
set(serve_one_sources ${ports}/serve.c ${ports}/images_one.c)
set(serve_all_sources ${ports}/serve.c ${ports}/images_all.c)
# The contract test (tests/contract): a program in the place of the application.
set(contract_sources ${PROJECT_SOURCE_DIR}/tests/contract/contract.c)

# The variants of the application (app/variant.h), and the images that are signed of them:
# version and what it is for, variant.
set(app_variants good selfconfirm faults hangs)
set(app_images
  "1.0.0 good"
  "1.1.0 good"
  "1.1.0-selfconfirm selfconfirm"
  "1.2.0-faults faults"
  "1.2.0-hangs hangs"
  "1.2.0-unconfirmed good") # runs well, and nobody ever confirms it
set(image_header_len 0x200)
if(TWIN_IMAGE_HASH STREQUAL sha512) # not what imgtool chooses for any key
  set(hash_format --sha 512)
endif()

# The key, made once, by whichever build comes first; and the list of keys for the bootloader.
if(TARGET imgtool)
  set(imgtool $<TARGET_FILE:imgtool>)
else()
  set(TWIN_IMGTOOL ${PROJECT_SOURCE_DIR}/build/bin/imgtool CACHE FILEPATH "The host's imgtool")
  set(imgtool ${TWIN_IMGTOOL})
endif()
set(TWIN_KEY ${PROJECT_SOURCE_DIR}/build/keys/dev-${TWIN_KEY_TYPE}.pem CACHE FILEPATH
  "Key that signs images; a throw-away key is made if there is none")
cmake_path(GET TWIN_KEY PARENT_PATH key_dir)
file(MAKE_DIRECTORY ${key_dir})
add_custom_command(OUTPUT ${TWIN_KEY}
  COMMAND test -e ${TWIN_KEY} || ${imgtool} keygen -t ${TWIN_KEY_TYPE} -k ${TWIN_KEY}
  DEPENDS ${imgtool})
set(TWIN_MORE_KEYS "" CACHE STRING
  "Keys whose images count besides those of TWIN_KEY: files, private or public, separated by ;")
set(TWIN_REVOKED_KEYS "" CACHE STRING
  "Keys whose images do not count any more: files, private or public, separated by ;")
list(JOIN TWIN_MORE_KEYS "|" more_keys)
list(JOIN TWIN_REVOKED_KEYS "|" revoked_keys)
string(REGEX REPLACE "^[|]|[|]$" "" trusted_keys "${TWIN_KEY}|${more_keys}")
set(boot_keys ${TWIN_KEY} ${TWIN_MORE_KEYS} ${TWIN_REVOKED_KEYS})
list(LENGTH boot_keys boot_key_count)
set_source_files_properties(keys.c ${ports}/boot/main.c PROPERTIES
  COMPILE_DEFINITIONS BOOT_KEY_COUNT=${boot_key_count})
add_custom_command(OUTPUT keys.c
  COMMAND ${CMAKE_COMMAND} -DIMGTOOL=${imgtool} -DTYPE=${TWIN_KEY_TYPE} -DTRUSTED=${trusted_keys}
    -DREVOKED=${revoked_keys} -DALLOW_KNOWN=${CONFIG_TWIN_ALLOW_KNOWN_KEY} -DOUTPUT=keys.c
    -P ${PROJECT_SOURCE_DIR}/cmake/keys.cmake
  DEPENDS ${boot_keys} ${imgtool}
    ${PROJECT_SOURCE_DIR}/cmake/keys.cmake ${PROJECT_SOURCE_DIR}/cmake/known_keys.txt VERBATIM)

# The secret with which updates are decrypted; a throw-away one is made if there is none. The device of
# Linux processes always has one, which counts on a flash that has room for keys.
set(decrypt_kind ${CONFIG_TWIN_DECRYPT})
if(NOT decrypt_kind)
  set(decrypt_kind kw)
endif()
set(decrypt_alg ${decrypt_kind})
if(decrypt_kind STREQUAL ec256 AND TWIN_SIGNATURE_LIBRARY STREQUAL p256m)
  set(decrypt_alg ec256m) # it is there already
endif()
set(TWIN_DECRYPT_KEY ${key_dir}/dev-decrypt-${decrypt_kind}-${CONFIG_TWIN_DECRYPT_BITS}.key CACHE FILEPATH
  "Private key with which the bootloader decrypts updates, for kw an AES key; a throw-away key is made if there is none")
set(make_ec256 ${imgtool} keygen -t ecdsa-p256 -k ${TWIN_DECRYPT_KEY})
set(make_rsa2048 ${imgtool} keygen -t rsa-2048 -k ${TWIN_DECRYPT_KEY})
set(make_x25519 ${imgtool} keygen -t x25519 -k ${TWIN_DECRYPT_KEY})
set(make_x25519_sha512 ${make_x25519})
math(EXPR key_len "${CONFIG_TWIN_DECRYPT_BITS} / 8")
set(make_kw head -c ${key_len} /dev/urandom > ${TWIN_DECRYPT_KEY})
add_custom_command(OUTPUT ${TWIN_DECRYPT_KEY}
  COMMAND test -e ${TWIN_DECRYPT_KEY} || ${make_${decrypt_kind}} DEPENDS ${imgtool})
add_custom_command(OUTPUT decrypt_key.c
  COMMAND ${CMAKE_COMMAND} -DIMGTOOL=${imgtool} -DKIND=${decrypt_kind} -DBITS=${CONFIG_TWIN_DECRYPT_BITS}
    -DKEY=${TWIN_DECRYPT_KEY} -DALG=${decrypt_alg} -DOUTPUT=decrypt_key.c -P ${PROJECT_SOURCE_DIR}/cmake/decrypt_key.cmake
  DEPENDS ${TWIN_DECRYPT_KEY} ${imgtool} ${PROJECT_SOURCE_DIR}/cmake/decrypt_key.cmake VERBATIM)
set(boot_decrypts_one_sources ${ports}/boot/decrypt.c ${ports}/boot/decrypt_flags.c decrypt_key.c)
set(boot_decrypts_all_sources ${ports}/boot/decrypt_all.c ${ports}/boot/decrypt_flags.c decrypt_key.c)

# twin_signed(FILE VERSION PROGRAM PAYLOAD) - FILE of the firmware folder is PAYLOAD, which the
# target PROGRAM makes, signed. The caller has set firmware_dir, slot_len and write_bytes, and
# sign_options if there is more to be said to imgtool.
function(twin_signed file version program payload)
  add_custom_command(OUTPUT ${firmware_dir}/${file}
    COMMAND ${imgtool} sign --quiet --key ${TWIN_KEY} ${key_format} ${hash_format} ${TWIN_DEVICE_OPTIONS} --version ${version}
      --header-size ${image_header_len} --pad-header --slot-size ${slot_len} --align ${write_bytes}
      ${sign_options} ${payload} ${firmware_dir}/${file}
    DEPENDS ${program} ${TWIN_KEY} ${imgtool} VERBATIM)
  set_property(DIRECTORY APPEND PROPERTY firmware ${firmware_dir}/${file})
endfunction()

# twin_copied(FILE PROGRAM PAYLOAD) - the same, as it is.
function(twin_copied file program payload)
  add_custom_command(OUTPUT ${firmware_dir}/${file}
    COMMAND ${CMAKE_COMMAND} -E copy ${payload} ${firmware_dir}/${file} DEPENDS ${program})
  set_property(DIRECTORY APPEND PROPERTY firmware ${firmware_dir}/${file})
endfunction()

# twin_app_images(PREFIX [SUFFIX]) - all images of the application, as PREFIX-VERSIONSUFFIX.bin, and one
# before it is signed, for whoever wants to do that by hand. The variants are the targets
# monitor-VARIANTSUFFIX; twin_payload(NAME RESULT) says what file of such a target is the payload.
function(twin_app_images prefix)
  set(suffix ${ARGV1})
  foreach(row IN LISTS app_images)
    string(REGEX MATCH "^(([0-9.]+)[^ ]*) (.*)" row ${row})
    twin_payload(monitor-${CMAKE_MATCH_3}${suffix} payload)
    twin_signed(${prefix}-${CMAKE_MATCH_1}${suffix}.bin ${CMAKE_MATCH_2} monitor-${CMAKE_MATCH_3}${suffix}
      ${payload})
  endforeach()
  twin_payload(monitor-good${suffix} payload)
  twin_copied(app${suffix}.bin monitor-good${suffix} ${payload})
endfunction()

# twin_firmware() - the target that makes all of these; the last call.
function(twin_firmware)
  get_property(files DIRECTORY PROPERTY firmware)
  add_custom_target(firmware ALL DEPENDS ${files})
endfunction()
