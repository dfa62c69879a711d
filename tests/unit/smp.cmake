twin_test(unit test_msg twin_smp)
twin_test(unit test_msg_odd twin_smp)
twin_test(unit test_msg_types twin_smp)
twin_test(unit test_console twin_smp)
twin_test(unit test_rc twin_smp)

# The vectors are a JSON file; only this test reads JSON.
if(TWIN_PROGRAMS)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
  twin_test(unit test_smp_vectors twin_smp PkgConfig::JANSSON)
endif()
