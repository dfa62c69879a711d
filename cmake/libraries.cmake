# One static library for each room of lib/: twin_core, twin_smp, ... from the one list. Other builds
# call them twinslot::core, twinslot::smp, ..., with add_subdirectory and once installed.
include(GNUInstallDirs)

# Put files in place of the patterns in TWIN_name_SOURCES.
macro(twin_find_sources room)
  set(patterns ${TWIN_${room}_SOURCES})
  list(FILTER patterns INCLUDE REGEX "[*]")
  list(FILTER TWIN_${room}_SOURCES EXCLUDE REGEX "[*]")
  foreach(pattern IN LISTS patterns)
    file(GLOB files RELATIVE ${PROJECT_SOURCE_DIR}/lib/${room} CONFIGURE_DEPENDS
      ${PROJECT_SOURCE_DIR}/lib/${room}/${pattern})
    list(APPEND TWIN_${room}_SOURCES ${files})
  endforeach()
endmacro()

# A row of the list. TWIN_LIBS gets the rooms of lib/, TWIN_HOST_LIBS those of host/ that others may
# use too; TWIN_name_SOURCES, TWIN_name_USES and so on what the row of a room says.
macro(twin_room folder)
  if(${folder} MATCHES "^(lib|host)/(.+)$")
    set(room ${CMAKE_MATCH_2})
    cmake_parse_arguments(TWIN_${room} "QUIET" ""
      "USES;OUTSIDE;SOURCES;HEADERS;PUBLIC;NAMES;HOLDS" ${ARGN})
    list(TRANSFORM TWIN_${room}_USES REPLACE "^(lib|host)/" "")
    if(${folder} MATCHES "^lib/")
      list(APPEND TWIN_LIBS ${room})
      twin_find_sources(${room})
    elseif(TWIN_${room}_PUBLIC)
      list(APPEND TWIN_HOST_LIBS ${room})
    endif()
  endif()
endmacro()
macro(twin_exception)
endmacro()
set(TWIN_LIBS)
set(TWIN_HOST_LIBS)
include(${PROJECT_SOURCE_DIR}/sources.cmake)

# All are built where they are installed; elsewhere only what is linked.
if(TWIN_BOARD OR NOT PROJECT_IS_TOP_LEVEL)
  set(twin_not_all EXCLUDE_FROM_ALL)
endif()

function(twin_libraries)
  foreach(lib IN LISTS TWIN_LIBS)
    list(TRANSFORM TWIN_${lib}_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/lib/${lib}/ OUTPUT_VARIABLE files)
    add_library(twin_${lib} STATIC ${twin_not_all} ${files})
    add_library(twinslot::${lib} ALIAS twin_${lib})
    set_target_properties(twin_${lib} PROPERTIES EXPORT_NAME ${lib})
    target_compile_features(twin_${lib} PUBLIC c_std_11)
    target_include_directories(twin_${lib} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    # lib/crypto is one of two backends, so nobody gets it by default: each program names its own.
    set(uses ${TWIN_${lib}_USES})
    list(REMOVE_ITEM uses crypto)
    list(TRANSFORM uses PREPEND twin_)
    target_link_libraries(twin_${lib} PUBLIC ${uses})
    # Other builds have the one backend, and get what they need without naming it.
    if(crypto IN_LIST TWIN_${lib}_USES AND PROJECT_IS_TOP_LEVEL)
      target_link_libraries(twin_${lib} PUBLIC $<INSTALL_INTERFACE:twinslot::crypto>)
    elseif(crypto IN_LIST TWIN_${lib}_USES)
      target_link_libraries(twin_${lib} PUBLIC twin_crypto)
    endif()
  endforeach()
endfunction()

twin_libraries()
# On the host the distribution's shared library; for a board a target of this name built from its
# source package; in other builds their target of this name, else the library.
target_link_libraries(twin_crypto PUBLIC bearssl)
