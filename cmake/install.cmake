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
install(FILES README.md LICENSE TYPE DOC)
install(DIRECTORY docs TYPE DOC FILES_MATCHING PATTERN "*.md")

list(TRANSFORM TWIN_LIBS PREPEND twin_ OUTPUT_VARIABLE libraries)
if(NOT TWIN_PROGRAMS) # BearSSL was built along; no system has it
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
  list(TRANSFORM ARGN PREPEND twinslot- OUTPUT_VARIABLE requires)
  list(JOIN requires ", " requires)
  configure_file(cmake/twinslot.pc.in ${made}/${name}.pc @ONLY)
  install(FILES ${made}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

foreach(lib IN LISTS TWIN_LIBS)
  set(libs "-L\${libdir} -ltwin_${lib}")
  if(lib STREQUAL crypto)
    string(APPEND libs " -lbearssl")
  endif()
  twin_pkg_config(twinslot-${lib} "Firmware updates: ${lib}" "${libs}" ${TWIN_${lib}_USES})
endforeach()
twin_pkg_config(twinslot "Firmware updates: server, bootloader and client" ""
  server boot client)
