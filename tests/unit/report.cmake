if(NOT TWIN_PROGRAMS)
  return()
endif()

# Tests of host/report and host/profiles. SPDX-License-Identifier: Apache-2.0
twin_test(unit test_report host_report)
twin_test(unit test_item host_report)
twin_test(unit test_profiles host_profiles)
