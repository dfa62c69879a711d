# The one list of library files. A library sees its own public headers and those of the libraries
# it may use; `./run lint` checks that (dependencies point down only).
set(TWIN_LIBS core smp crypto flash image boot server client)

# A group of SMP commands is a file in lib/smp/groups and one in lib/server/groups: the folder is
# the list.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(watched CONFIGURE_DEPENDS)
endif()
foreach(lib smp server)
  file(GLOB TWIN_${lib}_GROUPS RELATIVE ${CMAKE_CURRENT_LIST_DIR}/lib/${lib} ${watched}
    ${CMAKE_CURRENT_LIST_DIR}/lib/${lib}/groups/*.c)
endforeach()

set(TWIN_core_SOURCES err.c crc16.c base64.c cbor.c cbor_foreign.c text.c)
set(TWIN_core_USES)

set(TWIN_smp_SOURCES packet.c console.c msg.c msg_read.c msg_common.c rc.c ${TWIN_smp_GROUPS})
set(TWIN_smp_USES core)

set(TWIN_crypto_SOURCES sha256_bearssl.c sig_rsa2048.c sig_p256.c)
set(TWIN_crypto_USES core)

set(TWIN_flash_SOURCES area.c slots.c trailer.c)
set(TWIN_flash_USES core)

set(TWIN_image_SOURCES header.c version.c downgrade.c tlv.c verify.c)
set(TWIN_image_USES core flash crypto)

set(TWIN_boot_SOURCES boot.c script.c swap_offset.c attempts.c validate.c)
set(TWIN_boot_USES core flash image crypto)

set(TWIN_server_SOURCES server.c groups.c ${TWIN_server_GROUPS})
set(TWIN_server_USES core smp flash image crypto)

set(TWIN_client_SOURCES client.c upload.c upload_pace.c listing.c update.c update_stages.c)
set(TWIN_client_USES core smp)
