"""Start of a device with nothing to do: instructions from reset to the application's first, on the
emulated Cortex-M4. SPDX-License-Identifier: Apache-2.0"""

import itertools
import re
import struct
import sys

import firmware
from tools import ROOT, run, table

sys.path.append(str(ROOT / "tests" / "faults"))
import board

COUNTER, INSTRUCTIONS_A_TICK = 0x40028018, 40  # of the board: 25 MHz, while an instruction takes 1 ns
HEADER = 0x200
RUNS = 7
VERIFY = "(?:rsa2048_|rsa3072_|p256_|p384_)?verify(?:[.]\\w+)*"  # of a kind of signature
HASH = ("init(?:_384)?", "final(?:_384)?")  # of its kind of hash
FLASH = ("nor_write", "nor_erase")


def symbols(elf, pattern):
    """Addresses of functions."""
    found = re.findall(rf"^([0-9a-f]+) [tT] (?:{pattern})$", run("arm-none-eabi-nm", elf), re.M)
    return {int(one if isinstance(one, str) else one[0], 16) & ~1 for one in found}


def stops(elf, image, addrs):
    """Yields the address and the instructions since reset of each stop at one of these."""
    with board.Board(elf.with_suffix(".bin").read_bytes(), image) as emulated:
        for addr in addrs:
            emulated.break_at(addr)
        emulated.gdb.ask("s")  # behind the breakpoint at the reset vector
        while True:
            emulated.go()
            ticks = struct.unpack("<I", emulated.read(COUNTER, 4))[0]
            yield emulated.registers()[board.PC], ticks * INSTRUCTIONS_A_TICK
            emulated.gdb.ask("s")


def until(elf, image, addrs):
    """Instructions from reset to the first of these. QEMU's clock goes on a little while a debugger
    has stopped it, as at the reset: the least of some runs is next to right."""
    return min(next(stops(elf, image, addrs))[1] for _ in range(RUNS))


def start(elf, image):
    """Let the bootloader start this image. Returns the instructions until then, those from the first
    hash's beginning to its end, how many signatures were checked and how often flash was written."""
    verify, flash = symbols(elf, VERIFY), symbols(elf, "|".join(FLASH))
    begin, end = (symbols(elf, name) for name in HASH)
    assert verify and flash and begin and end, "a function has another name now"
    entry = struct.unpack_from("<I", image, HEADER + 4)[0] & ~1
    seen = list(itertools.takewhile(lambda at: at != entry,
                                    (at for at, _ in stops(elf, image, {entry} | verify | flash))))
    hashing = until(elf, image, end) - until(elf, image, begin)
    return (until(elf, image, {entry}), hashing, sum(at in verify for at in seen),
            sum(at in flash for at in seen))


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
instruction, by a counter of the board that goes up every 40 instructions, the least of seven runs, which
is right to about 1 %; checks and writes are breakpoints. A signature is checked once; on elliptic curves
that computes it twice (docs/design.md).
"""
