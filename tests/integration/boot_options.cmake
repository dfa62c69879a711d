# Builds bootloaders for the emulated board. SPDX-License-Identifier: Apache-2.0
if(TWIN_PROGRAMS)
  twin_script_test(integration/boot_options integration/boot_options.py)
endif()
