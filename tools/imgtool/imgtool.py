#!/usr/bin/env python3
"""
imgtool.py - for build systems that start imgtool through Python, as Zephyr does: runs the program.

Point them at this file, for Zephyr with -DIMGTOOL=.../imgtool.py. The program is TWINSLOT_IMGTOOL
in the environment, else the one beside this file, else `imgtool` in PATH.
SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil
import sys

here = os.path.realpath(__file__)
beside = os.path.join(os.path.dirname(here), "imgtool")
program = os.environ.get("TWINSLOT_IMGTOOL") or (
    beside if os.access(beside, os.X_OK) else shutil.which("imgtool"))
if program is None or os.path.realpath(program) == here:
    sys.exit("Error: no imgtool found; put it into PATH or name it in TWINSLOT_IMGTOOL")
os.execv(program, [program] + sys.argv[1:])
