# One text a story. SPDX-License-Identifier: Apache-2.0
if(TWIN_PROGRAMS)
  foreach(story start update dfu verbs power kill)
    twin_device_test(system/${story} system/${story}.py)
  endforeach()
endif()
