twin_test(unit test_image test_support jansson OpenSSL::Crypto)
