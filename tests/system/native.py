"""Runs twinslot-device for the tests and cleans up after it, whatever happens.
SPDX-License-Identifier: Apache-2.0"""

import json
import os
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from smp import Client

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build"
BIN = pathlib.Path(os.environ.get("TWIN_BIN_DIR", BUILD / "bin"))
IMAGES = pathlib.Path(os.environ.get("TWIN_NATIVE_DIR", BUILD / "firmware/native"))
PATIENCE_S = 60  # longer than anything takes: waiting this long is a failure
POWER_CUT = 10  # exit status of twinslot-device
ATTEMPTS = 3


def image_path(name):
    return IMAGES / f"device-{name}.bin"


def image(name):
    return image_path(name).read_bytes()


def free_ports(count=1):
    """The first of `count` UDP ports that nobody uses."""
    while True:
        first = 20000 + int.from_bytes(os.urandom(2), "big") % 30000
        try:
            for port in range(first, first + count):
                with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
                    probe.bind(("::", port))
            return first
        except OSError:
            continue


def holders(path):
    """Process ids of all who have this file open."""
    found = set()
    for link in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == str(path):
                found.add(int(link.parts[2]))
        except OSError:
            pass  # ended meanwhile
    return found


def until(condition, what):
    """Wait until condition() is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what}: did not happen"
        time.sleep(0.002)


class UdpClient(Client):
    """The same client over UDP: one packet a datagram."""

    def __init__(self, host, port):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.connect((host, port))
        self.seq = 0

    def close(self):
        self.socket.close()

    def packet(self, timeout_s):
        ready, _, _ = select.select([self.socket], [], [], timeout_s)
        if not ready:
            raise TimeoutError("no answer")
        return self.socket.recv(65536)

    def send(self, packet):
        self.socket.send(packet)


class Device:
    """One device; its flash outlives each power-on.

    with Device() as device:
        device.power_on()
        device.wait_for("monitor 1.0.0 runs")
    """

    def __init__(self, image_name="1.0.0", *options):
        self.image, self.options = image_path(image_name), options

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="twin-device-"))
        self.flash, self.link = self.folder / "flash.bin", self.folder / "tty"
        self.console_file = self.folder / "console.log"
        self.console_file.write_text("")
        self.process, self.seen, self.port = None, 0, None
        return self

    def __exit__(self, *failure):
        try:
            self.power_off()
            if failure[0] is not None:
                print(f"--- console of the device\n{self.console()}\n---", flush=True)
        finally:
            shutil.rmtree(self.folder)

    def power_on(self, *options):
        self.seen = 0
        self.console_file.write_text("")
        self.process = subprocess.Popen(
            [BIN / "twinslot-device", "--flash", self.flash, "--pty", self.link, "--image",
             self.image, "--console", self.console_file, *self.options, *options],
            stdin=subprocess.PIPE)

    def power_on_udp(self, *options):
        self.port = free_ports()
        self.power_on("--udp", str(self.port), *options)

    def power_off(self):
        """As pulling the plug: nothing on the device is told."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process = None

    def console(self):
        return self.console_file.read_text(errors="replace")

    def wait_for(self, *texts):
        """Wait until the console says one of these, after what was waited for before; which."""
        found = None

        def look():
            nonlocal found
            new = self.console()[self.seen :]
            found = min((t for t in texts if t in new), key=new.index, default=None)
            assert found or self.process.poll() is None, f"the device ended; {texts} did not come"
            return found

        until(look, f"{texts} on the console")
        self.seen = self.console().index(found, self.seen) + len(found)
        return found

    def type(self, line):
        """Type a command on the console."""
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def client(self):
        return Client(self.link)

    def udp_client(self, host="127.0.0.1"):
        return UdpClient(host, self.port)

    def mcumgr(self, *arguments, udp=False):
        """Run our mcumgr on the device; returns the finished process, output as text."""
        link = (["udp", "--connstring", f"127.0.0.1:{self.port}"] if udp
                else ["serial", "--connstring", f"dev={self.link}"])
        return subprocess.run([BIN / "mcumgr", "--conntype", *link, *arguments],
                              capture_output=True, text=True)  # it bounds its own time

    def geometry(self):
        """(slot bytes, page bytes), from the end of the flash file."""
        words = self.flash.read_bytes()[-128:].split(b"\0")[0].decode().replace(",", "").split()
        return int(words[words.index("slot") + 1]), int(words[words.index("page") + 1])

    def slot_bytes(self, number, length, off=0):
        slot, _ = self.geometry()
        with open(self.flash, "rb") as flash:
            flash.seek(number * slot + off)
            return flash.read(length)


KEY = BUILD / "keys" / "dev-rsa-2048.pem"  # what the device's bootloader trusts
HEADER = ["--header-size", "0x200", "--pad-header", "--align", "4"]


def imgtool(*arguments):
    subprocess.run([BIN / "imgtool", *map(str, arguments)], check=True, capture_output=True)


class DeviceCase(unittest.TestCase):
    """Tests that each begin with a device that runs 1.0.0."""

    def setUp(self):
        self.device = Device("1.0.0").__enter__()
        self.addCleanup(self.device.__exit__, None, None, None)
        self.folder = pathlib.Path(self.device.folder)
        self.device.power_on()
        self.device.wait_for("monitor 1.0.0 runs")

    def listed(self):
        done = self.device.mcumgr("--json", "image", "list")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [(slot["version"], slot["confirmed"]) for slot in json.loads(done.stdout)["images"]]
