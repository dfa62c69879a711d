# Build options. Each becomes a line of twin_config.h under the same name; ports and programs read
# that header, lib/ does not.
set(CONFIG_TWIN_BOOT_ATTEMPTS 3 CACHE STRING
  "Starts of an unconfirmed image before the old one returns (1 to 8; 1 as MCUboot)")
set(CONFIG_TWIN_BOOT_NO_DOWNGRADE 0 CACHE STRING
  "The bootloader refuses an update that is a step back by: version, build (version and build number), counter (security counter); 0: takes any")
set(CONFIG_TWIN_BOOT_RECORD 1 CACHE STRING
  "The bootloader writes down what became of updates and why; 0: its trailers only say so much")
set(CONFIG_TWIN_BOOT_WATCHDOG_MS 4000 CACHE STRING
  "Watchdog armed before an unconfirmed image starts, in milliseconds; 0: none")
set(CONFIG_TWIN_BOOT_WATCHDOG_EACH 0 CACHE STRING
  "1: the watchdog is armed before every start, also of a confirmed image; every application has to feed it")
set(CONFIG_TWIN_BOOT_HANGS 0 CACHE STRING
  "Starts of a confirmed image in a row that may end by watchdog or fault before the image in the other slot is asked for (1 to 254); 0: no limit")
set(CONFIG_TWIN_BOOT_SHARE 0 CACHE STRING
  "1: the bootloader tells the application about itself and about updates, in RAM, as MCUboot does")
set(CONFIG_TWIN_BOOT_RECOVER 0 CACHE STRING
  "1: when nothing can be started, a good image in the other slot is asked for")
set(CONFIG_TWIN_BOOT_VENDOR "" CACHE STRING
  "UUID of the vendor that an image must name (imgtool sign --vid); empty: any")
set(CONFIG_TWIN_BOOT_CLASS "" CACHE STRING
  "UUID of the class of devices that an image must name (imgtool sign --cid); empty: any")
set(CONFIG_TWIN_BOOT_RECOVERY 0 CACHE STRING
  "1: the bootloader serves SMP when it is asked to or nothing can be started; then also CONFIG_TWIN_BOOT_RECOVER")
set(CONFIG_TWIN_BOOT_RECOVERY_MS 10000 CACHE STRING
  "Time without a request after which a recovery that was asked for ends, in milliseconds")
set(CONFIG_TWIN_MODE swap_offset CACHE STRING
  "How an update comes to run: the name of a lib/boot/modes/*.c, or overwrite_fast, xip_revert")
set(CONFIG_TWIN_SIGNATURE rsa2048 CACHE STRING
  "Signature the bootloader accepts: rsa2048, rsa3072, p256, p384, ed25519 or ed25519_sha512")
set_property(CACHE CONFIG_TWIN_SIGNATURE PROPERTY STRINGS rsa2048 rsa3072 p256 p384 ed25519 ed25519_sha512)
set(CONFIG_TWIN_KEYS hash CACHE STRING
  "What images name the key by: hash, or whole (signed with --public-key-format full)")
set_property(CACHE CONFIG_TWIN_KEYS PROPERTY STRINGS hash whole)
set(CONFIG_TWIN_DECRYPT 0 CACHE STRING
  "How the keys of encrypted updates are wrapped: kw (AES key wrap), rsa2048 (OAEP), ec256, x25519, x25519_sha512 (ECIES); 0: updates are not encrypted")
set_property(CACHE CONFIG_TWIN_DECRYPT PROPERTY STRINGS 0 kw rsa2048 ec256 x25519 x25519_sha512)
set(CONFIG_TWIN_DECRYPT_BITS 128 CACHE STRING "Bits of these keys: 128 or 256")
set_property(CACHE CONFIG_TWIN_DECRYPT_BITS PROPERTY STRINGS 128 256)
set(CONFIG_TWIN_ALLOW_KNOWN_KEY 0 CACHE STRING
  "1: a key known from public sample code may be trusted (cmake/known_keys.txt)")
set(CONFIG_TWIN_SMP_BUF_SIZE 1024 CACHE STRING "Bytes of one SMP buffer on the device")
set(CONFIG_TWIN_SMP_BUF_COUNT 4 CACHE STRING "SMP buffers that the device announces")

if(CONFIG_TWIN_BOOT_ATTEMPTS LESS 1 OR CONFIG_TWIN_BOOT_ATTEMPTS GREATER 8)
  message(FATAL_ERROR "CONFIG_TWIN_BOOT_ATTEMPTS=${CONFIG_TWIN_BOOT_ATTEMPTS}: must be 1 to 8")
endif()

# Images are taken for this device only: a row of ports/boot/device.c for each UUID, and what imgtool
# is told when it signs the firmware of the build.
set(TWIN_BOOT_DEVICE "")
set(TWIN_DEVICE_OPTIONS)
foreach(kind "VENDOR VID vid" "CLASS CID cid")
  separate_arguments(kind UNIX_COMMAND ${kind})
  list(GET kind 0 option)
  list(GET kind 1 tlv)
  list(GET kind 2 word)
  set(uuid "${CONFIG_TWIN_BOOT_${option}}")
  if(uuid)
    string(REPLACE "-" "" digits "${uuid}")
    string(LENGTH "${digits}" length)
    if(NOT length EQUAL 32 OR NOT digits MATCHES "^[0-9a-fA-F]+$")
      message(FATAL_ERROR "CONFIG_TWIN_BOOT_${option}=${uuid}: must be a UUID, 32 hexadecimal digits")
    endif()
    string(REGEX REPLACE "([0-9a-fA-F][0-9a-fA-F])" "0x\\1, " bytes "${digits}")
    string(APPEND TWIN_BOOT_DEVICE "{TWIN_TLV_UUID_${tlv}, {${bytes}}}, ")
    list(APPEND TWIN_DEVICE_OPTIONS --${word} ${uuid})
  endif()
endforeach()
set(TWIN_BOOT_RECOVER twin_boot_recover)
if(CONFIG_TWIN_MODE STREQUAL overwrite_lzma)
  set(TWIN_BOOT_RECOVER twin_boot_recover_lzma)
endif()
# Options of the bootloader that are files: ports/boot/NAME.c, or NAME_none.c in its place.
set(TWIN_BOOT_OPTIONS)
if(CONFIG_TWIN_BOOT_RECOVERY) # what was uploaded need not be asked for
  set(CONFIG_TWIN_BOOT_RECOVER 1)
endif()
set(TWIN_RECOVERY_NONE "/(recover|recovery)_none[.]c$") # what a bootloader with recovery has another of
foreach(option hangs recover share recovery)
  string(TOUPPER ${option} name)
  set(stand_in "")
  if(NOT CONFIG_TWIN_BOOT_${name})
    set(stand_in _none)
  endif()
  list(APPEND TWIN_BOOT_OPTIONS ${option}${stand_in}.c)
endforeach()
set(TWIN_SHARED_LEN 0)
if(CONFIG_TWIN_BOOT_SHARE)
  set(TWIN_SHARED_LEN 192) # TWIN_SHARED_ENOUGH of twin/shared.h
endif()
string(REPLACE "." ", " TWIN_VERSION_NUMBERS "${PROJECT_VERSION}")
if(CONFIG_TWIN_BOOT_WATCHDOG_MS EQUAL 0)
  list(APPEND TWIN_BOOT_OPTIONS watchdog_none.c)
elseif(CONFIG_TWIN_BOOT_WATCHDOG_EACH)
  list(APPEND TWIN_BOOT_OPTIONS watchdog_each.c)
else()
  list(APPEND TWIN_BOOT_OPTIONS watchdog_trial.c)
endif()
if(CONFIG_TWIN_BOOT_HANGS GREATER 254 OR NOT CONFIG_TWIN_BOOT_HANGS MATCHES "^[0-9]+$")
  message(FATAL_ERROR "CONFIG_TWIN_BOOT_HANGS=${CONFIG_TWIN_BOOT_HANGS}: must be 0 to 254")
endif()
if(CONFIG_TWIN_BOOT_HANGS AND NOT "watchdog_each.c" IN_LIST TWIN_BOOT_OPTIONS)
  message(FATAL_ERROR "CONFIG_TWIN_BOOT_HANGS needs CONFIG_TWIN_BOOT_WATCHDOG_EACH=1: what hangs is ended by the watchdog")
endif()

set(downgrade_0 NULL)
set(downgrade_version twin_downgrade_version)
set(downgrade_build twin_downgrade_build)
set(downgrade_counter twin_downgrade_counter)
if(NOT DEFINED downgrade_${CONFIG_TWIN_BOOT_NO_DOWNGRADE})
  message(FATAL_ERROR "CONFIG_TWIN_BOOT_NO_DOWNGRADE=${CONFIG_TWIN_BOOT_NO_DOWNGRADE}: must be 0, version, build or counter")
endif()
set(TWIN_DOWNGRADE ${downgrade_${CONFIG_TWIN_BOOT_NO_DOWNGRADE}})
string(REPLACE twin_downgrade_ &twin_boot_no_downgrade_ TWIN_BOOT_RULE ${TWIN_DOWNGRADE})

# A variant is in the file of its mode; whether less is erased is nothing that others must know.
string(REGEX REPLACE "_(fast|revert)$" "" mode_file ${CONFIG_TWIN_MODE})
string(REGEX REPLACE "_(fast|lzma)$" "" TWIN_MODE_FACTS ${CONFIG_TWIN_MODE})
if(NOT EXISTS ${PROJECT_SOURCE_DIR}/lib/boot/modes/${mode_file}.c)
  message(FATAL_ERROR "CONFIG_TWIN_MODE=${CONFIG_TWIN_MODE}: there is no lib/boot/modes/${mode_file}.c")
endif()

# Where a decoder is, it has its RAM at the start of the bootloader's buffer (twin/boot.h).
include(${CMAKE_CURRENT_LIST_DIR}/unpack.cmake)
set(TWIN_BOOT_BUF_LEN 1024)
if(CONFIG_TWIN_MODE MATCHES "_lzma$")
  set(TWIN_BOOT_BUF_LEN 32768)
  if(NOT TWIN_UNPACKS)
    message(FATAL_ERROR "CONFIG_TWIN_MODE=${CONFIG_TWIN_MODE} needs the source of 7-Zip: `scripts/setup.sh board` fetches it")
  endif()
endif()

# Images that run in RAM: the board says where.
set(TWIN_BOOT_LOAD_RAM NULL)
if(CONFIG_TWIN_MODE STREQUAL ram_load)
  set(TWIN_BOOT_LOAD_RAM "&twin_board_load_ram")
endif()

# Updates that are encrypted: trailers have room for keys.
if(NOT CONFIG_TWIN_DECRYPT MATCHES "^(0|kw|rsa2048|ec256|x25519|x25519_sha512)$")
  message(FATAL_ERROR "CONFIG_TWIN_DECRYPT=${CONFIG_TWIN_DECRYPT}: must be 0, kw, ec256, rsa2048, x25519 or x25519_sha512")
endif()
if(NOT CONFIG_TWIN_DECRYPT_BITS MATCHES "^(128|256)$")
  message(FATAL_ERROR "CONFIG_TWIN_DECRYPT_BITS=${CONFIG_TWIN_DECRYPT_BITS}: must be 128 or 256")
endif()
set(TWIN_BOOT_KEY_LEN 0)
if(CONFIG_TWIN_DECRYPT)
  math(EXPR TWIN_BOOT_KEY_LEN "${CONFIG_TWIN_DECRYPT_BITS} / 8")
  if(NOT CONFIG_TWIN_MODE MATCHES "^(swap|overwrite)")
    message(FATAL_ERROR "CONFIG_TWIN_DECRYPT=${CONFIG_TWIN_DECRYPT}: with CONFIG_TWIN_MODE=${CONFIG_TWIN_MODE} images run from where they are stored, and cannot be encrypted there; choose a mode that swaps or overwrites")
  endif()
endif()

# Where the highest version runs and no trailer decides, the server compares versions.
set(TWIN_SRV_PLAN NULL)
if(CONFIG_TWIN_MODE MATCHES "^(xip|ram_load)$")
  set(TWIN_SRV_PLAN twin_srv_image_newest)
endif()

if(NOT CONFIG_TWIN_KEYS MATCHES "^(hash|whole)$")
  message(FATAL_ERROR "CONFIG_TWIN_KEYS=${CONFIG_TWIN_KEYS}: must be hash or whole")
endif()

# Kinds of signature: the struct twin_sig_alg; the hash of images; the target of a library besides
# BearSSL, or none; the key that imgtool keygen makes.
include(${CMAKE_CURRENT_LIST_DIR}/verifiers.cmake)
set(p256_auto "twin_sig_p256  sha256 none")
if(TARGET p256m)
  set(p256_auto "twin_sig_p256m sha256 p256m")
endif()
set(p256_p256m   "twin_sig_p256m sha256 p256m")
set(p256_bearssl "twin_sig_p256  sha256 none")
set(signature_rsa2048        "twin_sig_rsa2048        sha256 none    rsa-2048")
set(signature_rsa3072        "twin_sig_rsa3072        sha256 none    rsa-3072")
set(signature_p256           "${p256_${CONFIG_TWIN_P256}}            ecdsa-p256")
set(signature_p384           "twin_sig_p384           sha384 none    ecdsa-p384")
set(signature_ed25519        "twin_sig_ed25519        sha256 tinyssh ed25519")
set(signature_ed25519_sha512 "twin_sig_ed25519_sha512 sha512 tinyssh ed25519")
if(NOT DEFINED signature_${CONFIG_TWIN_SIGNATURE})
  message(FATAL_ERROR "CONFIG_TWIN_SIGNATURE=${CONFIG_TWIN_SIGNATURE}: must be rsa2048, rsa3072, p256, p384, ed25519 or ed25519_sha512")
endif()
separate_arguments(row UNIX_COMMAND "${signature_${CONFIG_TWIN_SIGNATURE}}")
list(LENGTH row length)
if(NOT length EQUAL 4)
  message(FATAL_ERROR "CONFIG_TWIN_P256=${CONFIG_TWIN_P256}: must be auto, p256m or bearssl")
endif()
list(GET row 0 TWIN_SIGNATURE)
list(GET row 1 TWIN_IMAGE_HASH)
list(GET row 2 TWIN_SIGNATURE_LIBRARY)
list(GET row 3 TWIN_KEY_TYPE)
if(TWIN_SIGNATURE_LIBRARY STREQUAL none)
  set(TWIN_SIGNATURE_LIBRARY)
elseif(NOT TARGET ${TWIN_SIGNATURE_LIBRARY})
  message(FATAL_ERROR "CONFIG_TWIN_SIGNATURE=${CONFIG_TWIN_SIGNATURE} needs the source of ${TWIN_SIGNATURE_LIBRARY}: `scripts/setup.sh board` fetches it")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/twin_config.h.in ${CMAKE_BINARY_DIR}/generated/twin_config.h)
include_directories(${CMAKE_BINARY_DIR}/generated)
