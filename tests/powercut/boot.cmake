# The same cuts in every mode; by itself the program does swap_offset.
twin_test(powercut powercut test_support)
foreach(mode swap_move swap_scratch swap_scratch_wide overwrite overwrite_fast xip xip_revert)
  add_test(NAME powercut/${mode} COMMAND powercut ${mode})
endforeach()
