# What `cmake --install` puts where: programs, libraries, public headers, documents, and the files by
# which other builds find them (find_package, pkg-config). All of it may be moved afterwards.
# SPDX-License-Identifier: Apache-2.0
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/twinslot)
set(made ${PROJECT_BINARY_DIR}/package)

if(TWIN_PROGRAMS)
  install(TARGETS imgtool mcumgr)
  install(PROGRAMS tools/imgtool/imgtool.py scripts/dfu_update.sh TYPE BIN)
endif()
install(DIRECTORY include/twin TYPE INCLUDE)
if(TWIN_PROGRAMS)
  foreach(room IN LISTS TWIN_HOST_LIBS)
    list(TRANSFORM TWIN_${room}_PUBLIC PREPEND host/${room}/ OUTPUT_VARIABLE headers)
    install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/twinslot/${room})
  endforeach()
endif()
install(FILES README.md LICENSE TYPE DOC)
install(DIRECTORY docs TYPE DOC FILES_MATCHING PATTERN "*.md")

list(TRANSFORM TWIN_LIBS PREPEND twin_ OUTPUT_VARIABLE libraries)
if(TWIN_PROGRAMS)
  list(TRANSFORM TWIN_HOST_LIBS PREPEND host_ OUTPUT_VARIABLE host_libraries)
  list(APPEND libraries ${host_libraries})
else() # BearSSL was built along; no system has it
  list(APPEND libraries bearssl)
endif()
install(TARGETS ${libraries} EXPORT twinslot ARCHIVE)

# find_package(twinslot)
install(EXPORT twinslot NAMESPACE twinslot:: FILE twinslot-targets.cmake DESTINATION ${package_dir})
configure_package_config_file(cmake/twinslot-config.cmake.in ${made}/twinslot-config.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${made}/twinslot-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${made}/twinslot-config.cmake ${made}/twinslot-config-version.cmake
  cmake/twinslot_sign.cmake DESTINATION ${package_dir})

# pkg-config: one file a library, and twinslot.pc for all. Its paths are relative to where it is.
set(pc_dir ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY ${pc_dir}
  OUTPUT_VARIABLE pc_include)
function(twin_pkg_config name description libs)
  list(JOIN ARGN ", " requires)
  configure_file(cmake/twinslot.pc.in ${made}/${name}.pc @ONLY)
  install(FILES ${made}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

foreach(lib IN LISTS TWIN_LIBS)
  set(libs "-L\${libdir} -ltwin_${lib}")
  if(lib STREQUAL crypto)
    string(APPEND libs " -lbearssl")
  endif()
  list(TRANSFORM TWIN_${lib}_USES PREPEND twinslot- OUTPUT_VARIABLE requires)
  twin_pkg_config(twinslot-${lib} "Firmware updates: ${lib}" "${libs}" ${requires})
endforeach()
twin_pkg_config(twinslot "Firmware updates: server, bootloader and client" ""
  twinslot-server twinslot-boot twinslot-client)

# Rooms of host/ need what their targets are linked with.
set(pc_more_cflags " -I\${includedir}/twinslot")
foreach(lib IN LISTS host_libraries)
  string(REPLACE host_ "" room ${lib})
  get_target_property(requires ${lib} INTERFACE_LINK_LIBRARIES)
  list(FILTER requires EXCLUDE REGEX "LINK_ONLY")
  list(TRANSFORM requires REPLACE "^(host|twin)_" "twinslot-")
  list(TRANSFORM requires REPLACE "^OpenSSL::Crypto$" libcrypto)
  list(TRANSFORM requires REPLACE "^LibLZMA::LibLZMA$" liblzma)
  list(TRANSFORM requires REPLACE "^PkgConfig::JANSSON$" jansson)
  twin_pkg_config(twinslot-${room} "Firmware updates: ${room}"
    "-L\${libdir} -ltwin_${room}" ${requires})
endforeach()
