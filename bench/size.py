"""Size and stack of the firmware parts on a Cortex-M4. SPDX-License-Identifier: Apache-2.0"""

import collections
import re

import firmware
from tools import run, table

# What a program takes in of these is the SMP server, and of their folders groups/ the groups.
SERVER = ("core", "smp", "server")
NOT_SERVER = "err.c"  # texts of errors: only the example's log has them
BUDGETED = ("os", "image", "upload")  # groups that the limit is for


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
            sizes[group and group[1]] += int(own or length, 16)
    return sizes


def symbol(elf, name):
    return int(re.search(rf"^([0-9a-f]+) \S {name}$", run("arm-none-eabi-nm", elf), re.M)[1], 16)


# Limits of text, for the kinds of signature that have one.
LIMITS = {"rsa2048": 11 * 1024, "p256": 10 * 1024}


# Other modes than the first, in the order of their price.
MODES = ("swap_move", "swap_scratch", "overwrite", "overwrite_lzma", "xip", "xip_revert", "ram_load")
WRAPPINGS = ("kw", "x25519", "ec256", "rsa2048", "x25519_sha512")


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


def section():
    rows = [bootloader_row(signature) for signature in firmware.ALL_SIGNATURES]
    parts = linked(firmware.build("rsa2048") / "ports" / "mps2-an386" / "monitor-good.map", SERVER)
    server = sum(parts[name] for name in (None, *BUDGETED))
    rows.append(["SMP server (framing, os, image)", server, "-", "-", "-", f"{server / 8192:.2f}", "-"])
    rows += [[f"group {name} besides", parts[name], "-", "-", "-", "-", "-"]
             for name in sorted(set(parts) - {None, *BUDGETED})]
    modes = [[f"bootloader, rsa2048, no log, {mode}", *used(firmware.bootloader(mode))] for mode in MODES]
    decrypting = [[f"bootloader, rsa2048, no log, swap_offset, keys wrapped by {kind}",
                   *used(firmware.decrypting(kind))] for kind in WRAPPINGS]
    head = ["Cortex-M4, -Os", "text", "data", "bss", "stack", "of the text limit", "of the RAM limit"]
    return "## Size\n\n" + table(head, rows) + """
Bytes. Limits: bootloader 11 KiB of text for RSA-2048 and 10 KiB for P-256, 8 KiB of data, bss and stack; server 8 KiB of text.
Method: `arm-none-eabi-size`, the linker's map for the server; the stack is painted at start and read
at hand-over, after a swap with its verification, on the emulated board. MCUboot's core alone takes
14,984 bytes of text and 11,636 of bss for RSA-2048, 11,424 of text for P-256.

""" + table(["other modes", "text", "data", "bss"], modes) + """
overwrite_lzma also takes compressed images: most of its bss are the 28,544 bytes of probabilities that
LZMA asks for; a dictionary is not among them, of whatever size it is.

""" + table(["encrypted updates", "text", "data", "bss"], decrypting)
