twin_test(unit test_boot test_support)
