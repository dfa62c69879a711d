"""Firmware built for measuring, and a swap of it on the emulated board.
SPDX-License-Identifier: Apache-2.0"""

import functools
import re
import sys

from tools import BIN, BUILD, ROOT, cmake, run

sys.path.append(str(ROOT / "tests" / "system"))
import device  # its programs are those of build/bin, as ours

SIGNATURES = {"rsa2048": "rsa-2048", "p256": "ecdsa-p256"}  # build option: key type
# And those that are not for every device.
ALL_SIGNATURES = {**SIGNATURES, "rsa3072": "rsa-3072", "p384": "ecdsa-p384", "ed25519": "ed25519"}


def key(signature):
    path = BUILD / "bench" / f"{signature}.pem"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        run(BIN / "imgtool", "keygen", "-t", ALL_SIGNATURES[signature], "-k", path)
    return path


@functools.cache
def build(signature):
    """All programs of the board, with this kind of signature; the folder of the build."""
    folder = BUILD / "bench" / f"board-{signature}"
    return cmake("board", folder.name, f"-DTWIN_KEY={key(signature)}",
                 f"-DTWIN_FIRMWARE_DIR={folder}/firmware", f"-DCONFIG_TWIN_SIGNATURE={signature}")


@functools.cache
def bootloader(*options, name="bootloader-nolog"):
    """A bootloader for RSA-2048 with these build options: its ELF file."""
    folder = BUILD / "bench" / "-".join(["boot", *options]).lower().replace("=", "-")
    cmake("board", folder.name, f"-DTWIN_KEY={key('rsa2048')}", f"-DTWIN_FIRMWARE_DIR={folder}/firmware",
          *(f"-DCONFIG_TWIN_{option}" for option in options), target=name)
    return folder / "ports" / "mps2-an386" / f"{name}.elf"


@functools.cache
def board(signature):
    """The emulated board of the tests, for the firmware with this kind of signature."""
    class Measured(device.kind_of("mps2-an386")):
        images = build(signature) / "firmware"

    return Measured


@functools.cache
def swap_console(signature):
    """What the board says while it swaps an update in."""
    with board(signature)() as measured:
        measured.start()
        client = measured.client()
        client.upload(measured.image("1.1.0"))
        client.mark(client.slots()[1]["hash"])
        client.close()
        measured.power_off()
        measured.start(says=device.NEW)
        return measured.console()


def stack_used(signature):
    """Bytes of the bootloader's stack at the hand-over after a swap: its deepest."""
    return int(re.search(r"starting 1\.1\.0.*stack (\d+) of", swap_console(signature))[1])
