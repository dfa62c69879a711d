if(NOT TWIN_PROGRAMS)
  return()
endif()

# The contract of ports/board.h, on each board that runs here. The emulated board needs the firmware
# that `./run build` makes. SPDX-License-Identifier: Apache-2.0

# contract_test(NAME COMMAND...) - COMMAND, with options, runs the device.
function(contract_test name)
  add_test(NAME contract/${name}
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/contract/contract.py ${ARGN})
  set_tests_properties(contract/${name} PROPERTIES TIMEOUT 600)
endfunction()

set(device $<TARGET_FILE:twinslot-device> --image ${TWIN_NATIVE_DIR}/contract.bin)
contract_test(native ${device})
contract_test(native-other-flash ${device}
  --page 3072 --slot 0x60000 --write-unit 16 --erased 0x00)
contract_test(mps2-an386 $<TARGET_FILE:twinslot-board>
  --bootloader ${TWIN_FIRMWARE_DIR}/bootloader.bin --image ${TWIN_FIRMWARE_DIR}/contract.bin)
