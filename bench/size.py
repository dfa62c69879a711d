"""Size and stack of the firmware parts on a Cortex-M4. SPDX-License-Identifier: Apache-2.0"""

import collections
import re

import firmware
from tools import run, table

# What a program takes in of these is the SMP server, and of their folders groups/ the groups.
SERVER = ("core", "smp", "server")
NOT_SERVER = "err.c"  # texts of errors: only the example's log has them
BUDGETED = ("os", "image", "upload")  # groups that the limit is for
# What only groups with lists in their requests bring along (shell): a row like that of a group.
LISTS = "lists in requests"


def size(elf):
    text, data, bss = run("arm-none-eabi-size", elf).splitlines()[1].split()[:3]
    return int(text), int(data), int(bss)


def linked(map_file, libraries):
    """Bytes of code and constants that these libraries brought into a program, by its map: for each
    group of commands, and None for all else. Strings count as long as they were before equal ones
    of other libraries and the program were merged."""
    kept = map_file.read_text().split("Linker script and memory map")[1]
    kept = re.sub(r"^( \.\S+)\n +", r"\1 ", kept, flags=re.M)  # a long name has a line of its own
    parts = re.findall(r"^ \.(?:text|rodata)\S* +0x[0-9a-f]+ +(0x[0-9a-f]+) (\S+)$"
                       r"(?:\n +(0x[0-9a-f]+) \(size before relaxing\))?", kept, re.M)
    sizes = collections.Counter()
    for length, name, own in parts:
        if any(f"libtwin_{library}.a" in name for library in libraries) and NOT_SERVER not in name:
            group = re.search(r"\((?:grp|srv)_(\w+)\.c", name)
            lists = re.search(r"\(msg_(decode_more|items)\.c", name)
            sizes[LISTS if lists else group and group[1]] += int(own or length, 16)
    return sizes


def symbol(elf, name):
    return int(re.search(rf"^([0-9a-f]+) \S {name}$", run("arm-none-eabi-nm", elf), re.M)[1], 16)


# Limits of text, for the kinds of signature that have one.
LIMITS = {"rsa2048": 11 * 1024, "p256": 10 * 1024}

# What can be added to the bootloader, or be there instead: build options, and programs of its build.
OPTIONS = [
    ("mode swap-move", "MODE=swap_move"), ("mode swap-scratch", "MODE=swap_scratch"),
    ("mode overwrite", "MODE=overwrite"), ("mode overwrite, fast", "MODE=overwrite_fast"),
    ("mode overwrite with compressed images (LZMA2)", "MODE=overwrite_lzma"),
    ("mode direct-XIP", "MODE=xip"), ("mode direct-XIP with revert", "MODE=xip_revert"),
    ("mode RAM load", "MODE=ram_load"),
    ("refuses older versions", "BOOT_NO_DOWNGRADE=version"),
    ("refuses lower security counters", "BOOT_NO_DOWNGRADE=counter"),
    ("keys whole in images", "KEYS=whole"),
    ("watchdog at every start", "BOOT_WATCHDOG_EACH=1"),
    ("that, and a limit for confirmed images that hang", "BOOT_WATCHDOG_EACH=1 BOOT_HANGS=3"),
    ("a good image in the other slot is asked for when nothing starts", "BOOT_RECOVER=1"),
    ("shared data for the application", "BOOT_SHARE=1"),
    ("images for this vendor only", "BOOT_VENDOR=f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
    *[(f"encrypted images, keys wrapped by {kind}", f"DECRYPT={kind}")
      for kind in ("kw", "x25519", "ec256", "rsa2048", "x25519_sha512")],
]
PROGRAMS = [("several images", "bootloader-images"), ("record of what became of updates", "bootloader-record"),
            ("that, and the log", "bootloader"), ("serial recovery", "bootloader-recovery-nolog")]

def used(elf):
    """Text, data and bss, without what is reserved for the stack."""
    text, data, bss = size(elf)
    return text, data, bss - (symbol(elf, "stack_top") - symbol(elf, "stack_bottom"))


def bootloader_row(signature):
    text, data, bss = used(firmware.build(signature) / "ports" / "mps2-an386" / "bootloader-nolog.elf")
    stack = firmware.stack_used(signature)
    return [f"bootloader, {signature}, no log", text, data, bss, stack,
            f"{text / LIMITS[signature]:.2f}" if signature in LIMITS else "-",
            f"{(data + bss + stack) / 8192:.2f}"]


def price_rows():
    text, data, bss = used(firmware.bootloader())
    yield ["none of these", text, "", ""]
    elves = [(what, firmware.bootloader(*option.split())) for what, option in OPTIONS]
    elves += [(what, firmware.bootloader(name=name)) for what, name in PROGRAMS]
    for what, elf in elves:
        more, *ram = used(elf)
        yield [what, more, f"{more - text:+}", f"{sum(ram) - data - bss:+}"]


def section():
    rows = [bootloader_row(signature) for signature in firmware.ALL_SIGNATURES]
    parts = linked(firmware.build("rsa2048") / "ports" / "mps2-an386" / "monitor-good.map", SERVER)
    server = sum(parts[name] for name in (None, *BUDGETED))
    rows.append(["SMP server (framing, os, image)", server, "-", "-", "-", f"{server / 8192:.2f}", "-"])
    rows += [[name if name == LISTS else f"group {name} besides", parts[name], *"-----"]
             for name in sorted(set(parts) - {None, *BUDGETED})]
    prices = table(["rsa2048, no log, with", "text", "more text", "more static RAM"], price_rows())
    head = ["Cortex-M4, -Os", "text", "data", "bss", "stack", "of the text limit", "of the RAM limit"]
    return "## Size\n\n" + table(head, rows) + """
Bytes. Limits: bootloader 11 KiB of text for RSA-2048 and 10 KiB for P-256, 8 KiB of data, bss and stack; server 8 KiB of text.
Method: `arm-none-eabi-size`, the linker's map for the server; the stack is painted at start and read
at hand-over, after a swap with its verification, on the emulated board. The map
is that of an nRF52840, moved to where the emulated board has memory: swap-offset, revert, attempts,
watchdog, memory protection.

| MCUboot on a Cortex-M4, the same compiler | text | bss, without stack |
|---|---|---|
| swap-move, RSA-2048, mbedtls | 16772, asserts off 14984 | 11636 |
| swap-move, P-256, tinycrypt | 13216, asserts off 11424 | 3432 |
| swap-offset, P-256, tinycrypt | 13868 | 3444 |
| swap-scratch, P-256, tinycrypt | 13932 | 4468 |
| overwrite, P-256, tinycrypt | 10056 | 3428 |
| direct-XIP, P-256, tinycrypt | 8624 | 364 |
| swap-move, P-256, hardened against faults ("medium") | 14232 | 3428 |
| swap-move, P-256 and ECIES-P256, tinycrypt | 18136 | 3792 |
| swap-move, Ed25519, fiat | 25956 | 3432 |

Each of these is the bootloader for RSA-2048 with one thing more, or another mode:

""" + prices + """
Compressed images: most of their RAM are the 28,544 bytes of probabilities that LZMA asks for; a
dictionary is not among them, of whatever size it is.
"""
