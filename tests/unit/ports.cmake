if(NOT TWIN_PROGRAMS)
  return()
endif()

twin_test(unit test_line port_host)
