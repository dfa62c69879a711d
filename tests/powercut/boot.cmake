# The same cuts in every mode that swaps; by itself the program does swap_offset.
twin_test(powercut powercut test_support)
add_test(NAME powercut/swap_move COMMAND powercut swap_move)
