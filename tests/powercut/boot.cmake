twin_test(powercut powercut test_support)
