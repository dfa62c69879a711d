if(NOT TWIN_PROGRAMS)
  return()
endif()

twin_test(unit test_line sim_common)
twin_test(unit test_args sim_common)
