if(TWIN_PROGRAMS)
  twin_test(unit test_session host_session)
endif()
