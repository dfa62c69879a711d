"""Devices that a test plays itself, at the end of a pseudo terminal.
SPDX-License-Identifier: Apache-2.0"""

import base64
import os
import pty
import select
import threading
import tty

import smp
from programs import NATIVE_IMAGES, run

IMAGE = NATIVE_IMAGES / "device-1.1.0.bin"  # a good image, for tests that need any


def mcumgr(*arguments, **more):
    return run("mcumgr", *arguments, **more)


class Line:
    """A serial line whose device is this test: bytes as they are."""

    def __enter__(self):
        self.device, self.client = pty.openpty()
        tty.setraw(self.client)
        self.port = os.ttyname(self.client)
        return self

    def __exit__(self, *failure):
        os.close(self.device)
        os.close(self.client)

    def arguments(self, extra=""):
        return ["--conntype", "serial", "--connstring", f"dev={self.port}{extra}"]


class Peer(Line):
    """A device that echoes, with the oddities of one server. hear(chunk) is what it gets of the
    bytes that came together, say(frame) what it writes as the answer in that frame."""

    def __init__(self, hear=lambda chunk: chunk, say=lambda frame: frame):
        self.hear, self.say, self.heard = hear, say, b""

    def __enter__(self):
        super().__enter__()
        self.stop, self.stopper = os.pipe()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *failure):
        os.close(self.stopper)
        self.thread.join()
        os.close(self.stop)
        super().__exit__(*failure)

    def run(self):
        body = line = b""
        while True:
            ready, _, _ = select.select([self.device, self.stop], [], [])
            if self.stop in ready:
                return
            chunk = os.read(self.device, 1 << 16)
            self.heard += chunk
            *lines, line = (line + self.hear(chunk)).split(b"\n")
            for text in lines:
                if text[:2] in (b"\x06\x09", b"\x04\x14"):  # only there, as most servers
                    body = (b"" if text[0] == 6 else body) + base64.b64decode(text[2:])
                    if len(body) > 2 and len(body) - 2 == int.from_bytes(body[:2], "big"):
                        self.answer(body[2:-2])

    def answer(self, packet):
        if packet[4:6] == b"\0\0" and packet[7] == 0:
            text, _ = smp.uncbor(packet, 8)
            reply = smp.cbor({"r": text["d"]})
            header = bytes([packet[0] + 1, 0]) + len(reply).to_bytes(2, "big") + packet[4:8]
            os.write(self.device, self.say(smp.frame(header + reply)))

    def echo(self, text, *options):
        return mcumgr(*self.arguments(), *options, "echo", text)
