if(NOT TWIN_PROGRAMS)
  return()
endif()

# Tests of host/report. SPDX-License-Identifier: Apache-2.0
twin_test(unit test_report host_report)
