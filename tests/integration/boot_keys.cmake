if(TWIN_PROGRAMS)
  twin_script_test(integration/boot_keys integration/boot_keys.py)
endif()
