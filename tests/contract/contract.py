"""The contract test of a board: runs contract.c on it, does what it asks for, and reads what it says.

    contract.py PROGRAM [option...]       on a device that twinslot-board or twinslot-device runs
    contract.py --wired SMP CONSOLE       on a board whose two serial ports have these names, with
                                          contract.bin in slot 0; a person switches its power

SPDX-License-Identifier: Apache-2.0"""

import os
import pathlib
import select
import subprocess
import sys
import tempfile
import termios
import time
import tty

PATIENCE_S = 120  # longer than anything takes: waiting this long is a failure
SMP_BUFFER, CONSOLE_BUFFER = 8192, 256  # board.h
ANSWER = 1024
PLAN = "checks in this start: "
CAUSES = ["power on", "reset on request", "watchdog", "fault", "power on"]  # of its five starts


def pattern(length):
    return bytes((at ^ at >> 8) & 0xFF for at in range(length))


def open_port(path):
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(port)
    settings = termios.tcgetattr(port)
    settings[4] = settings[5] = termios.B115200
    termios.tcsetattr(port, termios.TCSANOW, settings)
    return port


def send(port, content):
    while content:
        content = content[os.write(port, content):]


class Emulated:
    """A device that a program of ours runs, with flash, link and console in a folder."""

    def __init__(self, command, folder):
        self.command = [*command, "--flash", folder / "flash", "--pty", folder / "tty"]
        self.link, self.process = folder / "tty", None

    def power_on(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.typed, self.console = self.process.stdin.fileno(), self.process.stdout.fileno()
        deadline = time.monotonic() + PATIENCE_S
        while not self.link.exists():
            assert time.monotonic() < deadline and self.process.poll() is None, "no serial port came"
            time.sleep(0.01)
        self.smp = open_port(self.link)

    def power_off(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            os.close(self.smp)
            self.link.unlink(missing_ok=True)
            self.process = None


class Wired:
    """A board on the desk."""

    def __init__(self, smp, console):
        self.smp, self.console = open_port(smp), open_port(console)
        self.typed = self.console

    def power_on(self):
        print("Now switch the board on.", flush=True)

    def power_off(self):
        print("Now switch the board off.", flush=True)


class Contract:
    def __init__(self, device):
        self.device, self.text, self.said = device, b"", []

    def line(self):
        """The next line of the contract's on the console."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            line, end, rest = self.text.partition(b"\n")
            if end:
                self.text = rest
                line = line.decode(errors="replace").strip()
                if line.startswith("contract: "):
                    print(line.removeprefix("contract: "), flush=True)
                    return line.removeprefix("contract: ")
                continue
            ready, _, _ = select.select([self.device.console], [], [], deadline - time.monotonic())
            piece = os.read(self.device.console, 4096) if ready else b""
            assert piece, "the board says no more"
            self.text += piece

    def read_answer(self):
        got, deadline = b"", time.monotonic() + PATIENCE_S
        while len(got) < ANSWER:
            ready, _, _ = select.select([self.device.smp], [], [], deadline - time.monotonic())
            assert ready, f"{len(got)} of {ANSWER} bytes came from the SMP line"
            got += os.read(self.device.smp, 4096)
        assert got == pattern(ANSWER), "the bytes from the SMP line are others"

    def cut_power(self):
        self.device.power_off()
        self.text = b""
        self.device.power_on()

    def run(self):
        """Do what the board asks for until it is done; the lines it said."""
        asked = {
            "send to the SMP line": lambda: send(self.device.smp, pattern(SMP_BUFFER)),
            "sent to the SMP line": self.read_answer,
            "send to the console": lambda: send(self.device.typed, pattern(CONSOLE_BUFFER)),
            "cut the power": self.cut_power,
        }
        self.device.power_on()
        while (line := self.line()) != "done":
            self.said.append(line)
            asked.get(line, lambda: None)()


def main():
    with tempfile.TemporaryDirectory(prefix="twin-contract-") as folder:
        if sys.argv[1] == "--wired":
            device = Wired(*sys.argv[2:])
        else:
            device = Emulated(sys.argv[1:], pathlib.Path(folder))
        contract = Contract(device)
        try:
            contract.run()
        finally:
            device.power_off()
    passed = [line.removeprefix("ok: ") for line in contract.said if line.startswith("ok: ")]
    failed = [line for line in contract.said if line.startswith("FAILED: ")]
    causes = [name for name in passed if name in CAUSES]
    if causes != CAUSES:
        failed.append(f"starts due to {causes}, not {CAUSES}")
    planned = sum(int(line.split(": ")[1]) for line in contract.said if line.startswith(PLAN))
    if len(passed) != planned:
        failed.append(f"{planned} checks began")
    print(f"{len(passed)} passed, {len(failed)} failed", *failed, sep="\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
