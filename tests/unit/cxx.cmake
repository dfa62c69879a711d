# The headers in C++, where there is a compiler for it; nothing else here needs one.
include(CheckLanguage)
if(NOT CMAKE_CROSSCOMPILING)
  check_language(CXX)
endif()
if(CMAKE_CXX_COMPILER)
  enable_language(CXX)
  add_executable(test_cxx unit/test_cxx.cpp)
  set_target_properties(test_cxx PROPERTIES CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    LINKER_LANGUAGE C RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(test_cxx PRIVATE twin_client twin_server twin_crypto)
  add_test(NAME unit/test_cxx COMMAND test_cxx)
endif()
