if(NOT TWIN_PROGRAMS)
  return()
endif()

twin_test(unit test_line port_host)
twin_test(unit test_args port_host)
