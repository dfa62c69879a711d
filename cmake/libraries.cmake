# One static library for each room of lib/: twin_core, twin_smp, ... from the one list.
include(${CMAKE_SOURCE_DIR}/sources.cmake)

function(twin_libraries)
  foreach(lib IN LISTS TWIN_LIBS)
    list(TRANSFORM TWIN_${lib}_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/lib/${lib}/ OUTPUT_VARIABLE files)
    add_library(twin_${lib} STATIC EXCLUDE_FROM_ALL ${files})
    target_include_directories(twin_${lib} PUBLIC ${CMAKE_SOURCE_DIR}/include)
    # lib/crypto is one of two backends, so nobody gets it by default: programs name theirs.
    set(uses ${TWIN_${lib}_USES})
    list(REMOVE_ITEM uses crypto)
    list(TRANSFORM uses PREPEND twin_)
    target_link_libraries(twin_${lib} PUBLIC ${uses})
  endforeach()
endfunction()

twin_libraries()
# On the host the distribution's shared library; for a board a target of this name built from its
# source package.
target_link_libraries(twin_crypto PUBLIC bearssl)
