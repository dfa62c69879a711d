if(TARGET test_packed)
  twin_test(unit test_unpack test_packed)
  twin_test(unit test_overwrite_lzma test_packed)
endif()
