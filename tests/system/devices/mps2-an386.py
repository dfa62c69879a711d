"""The emulated Cortex-M4 board. SPDX-License-Identifier: Apache-2.0"""

import os
import pathlib

from device import BadLine, Flash, Launched
from programs import BUILD

FIRMWARE = pathlib.Path(os.environ.get("TWIN_FIRMWARE_DIR", BUILD / "firmware"))


class Mps2An386(Launched):
    name = "mps2-an386"
    program = "twinslot-board"
    images, image_file = FIRMWARE, "monitor-{}.bin"
    recovery = ["--bootloader", str(FIRMWARE / "bootloader-recovery.bin")]
    bootloader = None  # a file; with the images, if nothing is said
    fault = "fault: status 00000082, address 2100"  # memory protection: data access
    flashes = [Flash(4096, 0x76000, 4, 0xFF)]
    bad_lines = [BadLine(("--drop", "71", "--garble", "67", "--double", "61", "--noise", "5"), 1024)]
    wrong_use = [["--flash", "f"], ["--pty", "p"], ["--flash", "f", "--pty", "p", "--cut", "x"]]

    def command(self):
        return [*super().command(), "--bootloader", self.bootloader or self.images / "bootloader.bin"]

    def slot_start(self, number):
        return (0x0C000, 0x82000)[number]


DEVICE = Mps2An386
