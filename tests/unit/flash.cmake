twin_test(unit test_slots test_support)
