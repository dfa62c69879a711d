twin_test(unit test_server twin_server test_support)
twin_test(unit test_srv_image twin_server test_support)
twin_test(unit test_srv_upload twin_server test_support)
twin_test(unit test_srv_upload_hostile twin_server test_support)
