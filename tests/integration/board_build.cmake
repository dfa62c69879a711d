# Configures boards that are wrong. SPDX-License-Identifier: Apache-2.0
if(TWIN_PROGRAMS)
  twin_script_test(integration/board_build integration/board_build.py)
endif()
