# Configures boards that are wrong, builds one in other modes. SPDX-License-Identifier: Apache-2.0
if(TWIN_PROGRAMS)
  twin_script_test(integration/board_build integration/board_build.py)
  twin_script_test(integration/board_modes integration/board_modes.py)
endif()
