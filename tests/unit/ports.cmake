twin_test(unit test_line port_host)
