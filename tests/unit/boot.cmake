twin_test(unit test_boot test_support)
twin_test(unit test_previous test_support)
twin_test(unit test_resume test_support)
twin_test(unit test_worn test_support)
