"""Start of a device with nothing to do: instructions from reset to the application's first, on the
emulated Cortex-M4. SPDX-License-Identifier: Apache-2.0"""

import re
import struct
import sys

import firmware
from tools import ROOT, run, table

sys.path.append(str(ROOT / "tests" / "faults"))
import board

COUNTER, INSTRUCTIONS_A_TICK = 0x40028018, 40  # of the board: 25 MHz, while an instruction takes 1 ns
HEADER = 0x200
VERIFY = "(?:rsa2048_|rsa3072_|p256_|p384_)?verify"  # of a kind of signature
HASH = ("init", "final")  # of its kind of hash
FLASH = ("nor_write", "nor_erase")


def symbols(elf, pattern):
    """Addresses of functions."""
    found = re.findall(rf"^([0-9a-f]+) [tT] (?:{pattern})$", run("arm-none-eabi-nm", elf), re.M)
    return {int(one if isinstance(one, str) else one[0], 16) & ~1 for one in found}


def start(elf, image):
    """Let the bootloader start this image. Returns the instructions until then, those from the first
    hash's beginning to its end, how many signatures were checked and how often flash was written."""
    bootloader = elf.with_suffix(".bin").read_bytes()
    places = {"verify": symbols(elf, VERIFY), "flash": symbols(elf, "|".join(FLASH)),
              "begin": symbols(elf, HASH[0]), "end": symbols(elf, HASH[1])}
    assert all(places.values()), places
    entry = struct.unpack_from("<I", image, HEADER + 4)[0] & ~1
    hits, ticks = dict.fromkeys(places, 0), {}
    with board.Board(bootloader, image) as emulated:
        emulated.break_at(entry)
        for addr in set().union(*places.values()):
            emulated.break_at(addr)
        emulated.gdb.ask("s")  # behind the breakpoint at the reset vector
        while True:
            emulated.go()
            at = emulated.registers()[board.PC]
            now = struct.unpack("<I", emulated.read(COUNTER, 4))[0] * INSTRUCTIONS_A_TICK
            if at == entry:
                return now, ticks["end"] - ticks["begin"], hits["verify"], hits["flash"]
            for what, addrs in places.items():
                if at in addrs:
                    hits[what] += 1
                    ticks.setdefault(what, now)
            emulated.gdb.ask("s")


def section():
    rows = []
    for signature in firmware.ALL_SIGNATURES:
        built = firmware.build(signature)
        image = (built / "firmware" / "monitor-1.0.0.bin").read_bytes()
        elf = built / "ports" / "mps2-an386" / "bootloader-nolog.elf"
        count, hashing, verified, written = start(elf, image)
        rows.append([signature, len(image), f"{count / 1e6:.2f}", f"{hashing / 1e6:.2f}",
                     f"{count / hashing:.1f}", verified, written])
    head = ["confirmed image", "bytes", "million instructions", "hashing it alone", "ratio",
            "signatures checked", "flash writes"]
    return "## Boot of an unchanged device\n\n" + table(head, rows) + """
Method: the bootloader without log on the emulated Cortex-M4, from reset to the application's first
instruction, by a counter of the board that goes up every 40 instructions; checks and writes are
breakpoints. A signature is checked once; on elliptic curves that computes it twice (docs/design.md).
"""
