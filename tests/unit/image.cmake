twin_test(unit test_image test_support)
twin_test(unit test_image_open twin_image twin_crypto)
twin_test(unit test_downgrade test_support)
twin_test(unit test_image_hostile test_support)

# The reference's vectors: a JSON file, and keys in PEM.
if(TWIN_PROGRAMS)
  find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
  twin_test(unit test_image_vectors test_support PkgConfig::JANSSON OpenSSL::Crypto)
  twin_test(unit test_boot_vectors test_support PkgConfig::JANSSON OpenSSL::Crypto)
endif()
