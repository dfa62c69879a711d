"""Runs the emulated board for the tests and cleans up after it, whatever happens.
SPDX-License-Identifier: Apache-2.0"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from smp import Client

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build"
BIN = pathlib.Path(os.environ.get("TWIN_BIN_DIR", BUILD / "dev/bin"))
FIRMWARE = pathlib.Path(os.environ.get("TWIN_FIRMWARE_DIR", BUILD / "firmware"))
PATIENCE_S = 60  # longer than anything takes: waiting this long is a failure
POWER_CUT = 10  # exit status of twinslot-board


def firmware(name):
    return (FIRMWARE / f"{name}.bin").read_bytes()


class Board:
    """One board on the bench: its flash outlives each run of the emulator.

    with Board("monitor-1.0.0") as board:
        board.power_on()
        board.wait_for("monitor 1.0.0 runs")
    """

    def __init__(self, image="monitor-1.0.0"):
        self.image = FIRMWARE / f"{image}.bin"

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="twin-board-"))
        self.flash, self.link = self.folder / "flash.bin", self.folder / "tty"
        self.console_file = self.folder / "console.log"
        self.console_file.write_text("")
        self.process, self.seen = None, 0
        return self

    def __exit__(self, *failure):
        try:
            self.power_off()
            if failure[0] is not None:
                print(f"--- console of the board\n{self.console()}\n---")
        finally:
            shutil.rmtree(self.folder)

    def power_on(self, *options):
        self.seen = 0
        self.console_file.write_text("")
        self.process = subprocess.Popen(
            [BIN / "twinslot-board", "--flash", self.flash, "--pty", self.link,
             "--bootloader", FIRMWARE / "bootloader.bin", "--image", self.image,
             "--console", self.console_file, *options],
            stdin=subprocess.PIPE)

    def power_off(self):
        """As pulling the plug: nothing on the board is told."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process = None

    def console(self):
        return self.console_file.read_text(errors="replace")

    def wait_for(self, *texts):
        """Wait until the console says one of these, after what was waited for before; which."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := [text for text in texts if text in self.console()[self.seen :]]):
            assert self.process.poll() is None, f"the board ended; {texts} did not come"
            assert time.monotonic() < deadline, f"{texts} did not come"
            time.sleep(0.01)
        first = min(found, key=lambda text: self.console().index(text, self.seen))
        self.seen = self.console().index(first, self.seen) + len(first)
        return first

    def wait_for_end(self, text):
        """Wait until the board ends (--cut), or its console says this."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and text not in self.console():
            assert time.monotonic() < deadline, f"neither the end nor '{text}' came"
            time.sleep(0.01)

    def type(self, line):
        """Type a command on the console."""
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def client(self):
        return Client(self.link)

    def mcumgr(self, *arguments):
        """Run our mcumgr on the board; returns the finished process, output as text."""
        return subprocess.run(
            [BIN / "mcumgr", "--conntype", "serial", "--connstring", f"dev={self.link}",
             *arguments],
            capture_output=True, text=True, timeout=PATIENCE_S)

    def slot_bytes(self, number, length):
        start = (0x0C000, 0x82000)[number]
        with open(self.flash, "rb") as flash:
            flash.seek(start)
            return flash.read(length)
