"""Firmware built for measuring, and a swap of it on the emulated board.
SPDX-License-Identifier: Apache-2.0"""

import functools
import importlib
import os
import re
import sys

from tools import BIN, BUILD, ROOT, cmake, run

SIGNATURES = {"rsa2048": "rsa-2048", "p256": "ecdsa-p256"}  # build option: key type


def key(signature):
    path = BUILD / "bench" / f"{signature}.pem"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        run(BIN / "imgtool", "keygen", "-t", SIGNATURES[signature], "-k", path)
    return path


@functools.cache
def build(signature):
    """All programs of the board, with this kind of signature; the folder of the build."""
    folder = BUILD / "bench" / f"board-{signature}"
    return cmake("board", folder.name, f"-DTWIN_KEY={key(signature)}",
                 f"-DTWIN_FIRMWARE_DIR={folder}/firmware", f"-DCONFIG_TWIN_SIGNATURE={signature}")


def board_module(signature):
    """tests/system/board.py, for the firmware with this kind of signature."""
    os.environ.update(TWIN_BIN_DIR=str(BIN), TWIN_FIRMWARE_DIR=str(build(signature) / "firmware"))
    sys.path.insert(0, str(ROOT / "tests" / "system"))
    for module in ("board", "smp"):  # they read the folders when they are imported
        sys.modules.pop(module, None)
    return importlib.import_module("board")


@functools.cache
def swap_console(signature):
    """What the board says while it swaps an update in."""
    board = board_module(signature)
    with board.Board() as device:
        device.power_on()
        device.wait_for("monitor 1.0.0 runs")
        client = device.client()
        client.upload(board.firmware("monitor-1.1.0"))
        client.mark(client.slots()[1]["hash"])
        client.close()
        device.power_off()
        device.power_on()
        device.wait_for("monitor 1.1.0 runs")
        return device.console()


def stack_used(signature):
    """Bytes of the bootloader's stack at the hand-over after a swap: its deepest."""
    return int(re.search(r"starting 1\.1\.0.*stack (\d+) of", swap_console(signature))[1])
