"""The device that is Linux processes. SPDX-License-Identifier: Apache-2.0"""

import os
import socket

from device import BadLine, Flash, Launched
from programs import BIN, NATIVE_IMAGES
from smp import UdpClient


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


class Native(Launched):
    name = "native"
    can = {"udp", "fleet", "buffers", "processes", "images", "modes", "files", "encrypts",
           "button"} | (
        {"unpacks"} if os.environ.get("TWIN_UNPACKS") else set())
    program = "twinslot-device"
    images, image_file = NATIVE_IMAGES, "device-{}.bin"
    recovery = ["--bootloader", str(BIN / "twinslot-boot-recovery")]
    fault = "fault: Segmentation fault"
    flashes = [Flash(4096, 0x76000, 4, 0xFF), Flash(512, 0x20000, 1, 0xFF),
               Flash(2048, 0x40000, 8, 0x00), Flash(8192, 0x80000, 16, 0xFF),
               Flash(4096, 0x20000, 32, 0xFF), Flash(1024, 0x20000, 2, 0x00),
               Flash(3072, 0x60000, 16, 0x00)]
    bad_lines = [BadLine(("--smp-buf", "384", "--drop", "29", "--double", "23", "--garble", "31",
                          "--noise", "5"), 384),
                 BadLine(("--smp-buf", "384", "--loss", "7"), 384)]
    slow = [("--erase-us", us) for us in ("0", "200", "1000")]
    wrong_use = [["--flash", "f", *wrong] for wrong in (
        ["--page", "100"], ["--udp", "0"], ["--erased", "3"], ["--write-unit", "64"])]
    cuts, kills = 52, (20, 500)
    port = None  # of UDP, if it is switched on with that

    def flash_options(self):
        return [text for pair in zip(("--page", "--slot", "--write-unit", "--erased"),
                                     map(str, self.flash)) for text in pair]

    def slot_start(self, number):
        return number * self.flash.slot

    def power_on(self, *options, udp=False, count=1):
        self.port = free_ports(count) if udp else None
        super().power_on(*options, *(["--udp", str(self.port)] if udp else []),
                         *(["--count", str(count)] if count > 1 else []))

    def udp_client(self, host="127.0.0.1", number=0):
        return UdpClient(host, self.port + number)

    def clients(self):
        return [self.client(), *([self.udp_client()] if self.port else [])]

    def connection(self, udp=False, number=0):
        if not udp:
            return super().connection()
        return ["--conntype", "udp", "--connstring", f"127.0.0.1:{self.port + number}"]

    def told_flash(self):
        words = self.flash_file.read_bytes()[-128:].split(b"\0")[0].decode().replace(",", "").split()
        return int(words[words.index("page") + 1]), int(words[words.index("slot") + 1])


DEVICE = Native
