"""Instructions from reset to the application's first, on the emulated Cortex-M4.
SPDX-License-Identifier: Apache-2.0"""

import os
import pathlib
import subprocess
import sys
import tempfile

import firmware
from programs import PATIENCE_S
from tools import table

BOOTLOADER = "0x21000000..0x2100bfff"  # where its code is
TOO_LONG = ("p384",)  # 70 million of them, one by one
WRAPPER = """#!/bin/sh
exec qemu-system-arm -singlestep -d exec,nochain -dfilter {range} -D {log} "$@"
"""


def instructions(signature, version):
    """Let the board start once; count what QEMU says it executes of the bootloader, one by one."""
    with firmware.board(signature)(version) as device, tempfile.TemporaryDirectory() as name:
        log, wrapper = pathlib.Path(name) / "log", pathlib.Path(name) / "qemu"
        os.mkfifo(log)
        wrapper.write_text(WRAPPER.format(range=BOOTLOADER, log=log))
        wrapper.chmod(0o755)
        with subprocess.Popen(["grep", "-c", "^Trace", log], stdout=subprocess.PIPE, text=True) as count:
            try:
                device.start("--qemu", str(wrapper), says=f"monitor {version} runs")
                device.power_off()
                return int(count.communicate(timeout=PATIENCE_S)[0])
            except (AssertionError, subprocess.TimeoutExpired) as problem:
                sys.exit(f"bench boot: gave up on {version} ({signature}), one instruction at a time: {problem}")
            finally:
                count.kill()  # it may still wait for a QEMU that never came


def section():
    rows = []
    for signature in firmware.ALL_SIGNATURES:
        if signature in TOO_LONG:
            continue
        image = firmware.build(signature) / "firmware" / "monitor-1.0.0.bin"
        count, size = instructions(signature, "1.0.0"), image.stat().st_size
        rows.append([f"confirmed image, {signature}", size, f"{count / 1e6:.2f} million"])
    return "## Boot\n\n" + table(["start", "bytes of the image", "instructions"], rows) + """
Method: QEMU executes one instruction at a time and reports those at the bootloader's addresses; from
reset to the hand-over, with the console log. Of these, hashing takes about 39 for each byte of image.
"""
