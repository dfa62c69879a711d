if(TWIN_PROGRAMS)
  twin_script_test(integration/known_keys integration/known_keys.py)
endif()
