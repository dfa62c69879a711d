"""The contract test of a board: runs contract.c on it, does what it asks for, and reads what it says.

    contract.py DEVICE                    on a device of tests/system/devices
    contract.py --emulated BOARD FOLDER   on another board that QEMU emulates; its firmware is there
    contract.py --wired SMP CONSOLE       on a board whose two serial ports have these names, with
                                          contract.bin in slot 0; a person switches its power

SPDX-License-Identifier: Apache-2.0"""

import os
import pathlib
import select
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from device import Device, kind_of
from programs import until
from smp import open_port
from story import chosen

SMP_BUFFER, CONSOLE_BUFFER = 8192, 256  # board.h
ANSWER = 1024
PLAN = "checks in this start: "
CAUSES = ["power on", "reset on request", "watchdog", "fault", "fault",
          "power on"]  # of its starts


def pattern(length):
    return bytes((at ^ at >> 8) & 0xFF for at in range(length))


class Wired(Device):
    """A board on the desk."""

    def __init__(self, smp, console):
        self.link, self.port, self.text = smp, open_port(console), b""

    def power_on(self):
        self.text, self.seen = b"", 0
        print("Now switch the board on.", flush=True)

    def power_off(self):
        print("Now switch the board off.", flush=True)

    def is_on(self):
        return True

    def console(self):
        if select.select([self.port], [], [], 0)[0]:
            self.text += os.read(self.port, 4096)
        return self.text.decode(errors="replace")

    def put(self, content):
        os.write(self.port, content)


def emulated(board, folder):
    """The kind of device that is as the emulated board of the stories, but for these."""
    class Emulated(kind_of("mps2-an386")):
        name, images = board, pathlib.Path(folder)

        def command(self):
            return [*super().command(), "--board", board]

    return Emulated


class Contract:
    def __init__(self, device):
        self.device, self.said, self.smp = device, [], None

    def send(self):
        self.smp = self.device.client()
        self.smp.put(pattern(SMP_BUFFER))

    def take(self):
        got = b""

        def all_came():
            nonlocal got
            if select.select([self.smp.fd], [], [], 0)[0]:
                got += os.read(self.smp.fd, 4096)
            return len(got) >= ANSWER

        until(all_came, f"{ANSWER} bytes from the SMP line")
        assert got == pattern(ANSWER), "the bytes from the SMP line are others"
        self.smp.close()

    def cut_power(self):
        self.device.power_off()
        self.device.power_on()

    def run(self):
        """Do what the board asks for until it is done; whether it kept the contract."""
        asked = {
            "send to the SMP line": self.send,
            "sent to the SMP line": self.take,
            "send to the console": lambda: self.device.put(pattern(CONSOLE_BUFFER)),
            "cut the power": self.cut_power,
        }
        self.device.power_on()
        while (line := self.device.wait_for_line("contract: ")) != "done":
            print(line, flush=True)
            self.said.append(line)
            asked.get(line, lambda: None)()
        return self.judge()

    def judge(self):
        passed = [line.removeprefix("ok: ") for line in self.said if line.startswith("ok: ")]
        failed = [line for line in self.said if line.startswith("FAILED: ")]
        causes = [name for name in passed if name in CAUSES]
        if causes != CAUSES:
            failed.append(f"starts due to {causes}, not {CAUSES}")
        planned = sum(int(line.split(": ")[1]) for line in self.said if line.startswith(PLAN))
        if len(passed) != planned:
            failed.append(f"{planned} checks began")
        print(f"{len(passed)} passed, {len(failed)} failed", *failed, sep="\n", flush=True)
        return not failed


def main():
    if sys.argv[1:2] == ["--wired"]:
        return Contract(Wired(*sys.argv[2:])).run()
    kind, kept = emulated(*sys.argv[2:]) if sys.argv[1:2] == ["--emulated"] else chosen(), True
    for flash in dict.fromkeys((kind.flashes[0], kind.flashes[-1])):
        with kind(flash=flash) as device:
            device.first_image = kind.images / "contract.bin"
            print(flash, flush=True)
            kept &= Contract(device).run()
    return kept


if __name__ == "__main__":
    sys.exit(not main())
