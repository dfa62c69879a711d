twin_test(unit test_core twin_core)
twin_test(unit test_cbor twin_core)
twin_test(unit test_text twin_core)
twin_test(unit test_proof twin_core)
