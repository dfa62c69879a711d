# A sample of ./run faults: what goes through the whole signature, and what is on trial.
# SPDX-License-Identifier: Apache-2.0
if(TWIN_PROGRAMS)
  twin_script_test(faults faults/faults.py --sample 600 zeros resealed on_trial)
endif()
