# mcumgr and its script against devices that the test plays. SPDX-License-Identifier: Apache-2.0
if(TWIN_PROGRAMS)
  foreach(test mcumgr_odd mcumgr_link mcumgr_peers dfu_update)
    twin_script_test(integration/${test} integration/${test}.py)
  endforeach()
endif()
