twin_test(unit test_crypto test_support)
