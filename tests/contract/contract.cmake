# The contract of ports/board.h. SPDX-License-Identifier: Apache-2.0
if(TWIN_PROGRAMS)
  twin_device_test(contract contract/contract.py)
endif()
