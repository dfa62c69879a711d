"""A second, independent SMP client over a serial console or UDP, for tests: only what they need, and
none of the project's own code. SPDX-License-Identifier: Apache-2.0"""

import base64
import binascii
import hashlib
import os
import select
import socket
import struct
import termios
import time
import tty

PIECE = 93  # packet bytes in one line
READ, WRITE = 0, 2
OS, IMAGE = 0, 1
CHUNK = 384  # image bytes in one upload request
PATIENCE_S = 20  # longer than any answer takes: waiting this long is a failure


def cbor(value):
    """Encode what requests are made of."""
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return cbor_head(0, value)
    if isinstance(value, bytes):
        return cbor_head(2, len(value)) + value
    if isinstance(value, str):
        return cbor_head(3, len(value.encode())) + value.encode()
    return cbor_head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def cbor_head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    size = 1 if number < 1 << 8 else 2 if number < 1 << 16 else 4
    return bytes([major << 5 | 23 + size.bit_length()]) + number.to_bytes(size, "big")


def uncbor(data, at=0):
    """Decode one item; returns it and where the next one begins."""
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return {20: False, 21: True, 22: None}[info], at
    number = info
    if 24 <= info <= 27:
        size = 1 << (info - 24)
        number, at = int.from_bytes(data[at : at + size], "big"), at + size
    if major < 2:
        return (-1 - number if major == 1 else number), at
    if major < 4:
        text = data[at : at + number]
        return (text if major == 2 else text.decode()), at + number
    items = []
    while data[at] != 0xFF if info == 31 else len(items) < number * (major - 3):
        item, at = uncbor(data, at)
        items.append(item)
    at += info == 31
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), at


def frame(packet):
    """A packet as console lines."""
    body = struct.pack(">H", len(packet) + 2) + packet
    body += struct.pack(">H", binascii.crc_hqx(packet, 0))
    pieces = [body[i : i + PIECE] for i in range(0, len(body), PIECE)]
    marks = [b"\x06\x09"] + [b"\x04\x14"] * (len(pieces) - 1)
    return b"".join(m + base64.b64encode(p) + b"\n" for m, p in zip(marks, pieces))


def open_port(path):
    """Open a serial port at 115200 baud, all bytes as they are."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd, termios.TCSANOW)
    settings = termios.tcgetattr(fd)
    settings[4] = settings[5] = termios.B115200
    termios.tcsetattr(fd, termios.TCSANOW, settings)
    return fd


class Refused(Exception):
    """The device answered with an error: args[0] is the answer."""


class Client:
    def __init__(self, path):
        self.fd = open_port(path)
        self.seq, self.buf = 0, b""

    def close(self):
        os.close(self.fd)

    def line(self, deadline):
        while b"\n" not in self.buf:
            ready, _, _ = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError("no answer")
            received = os.read(self.fd, 4096)
            if not received:
                raise ConnectionError("the device has gone")
            self.buf += received
        line, self.buf = self.buf.split(b"\n", 1)
        return line

    def packet(self, timeout_s):
        """The next whole packet."""
        deadline, body = time.monotonic() + timeout_s, b""
        while True:
            line = self.line(deadline)
            for mark in (b"\x06\x09", b"\x04\x14"):
                if mark in line:
                    piece = base64.b64decode(line[line.index(mark) + 2 :])
                    body = piece if mark == b"\x06\x09" else body + piece
            if len(body) > 2 and len(body) == 2 + struct.unpack(">H", body[:2])[0]:
                assert binascii.crc_hqx(body[2:], 0) == 0, "wrong CRC from the device"
                return body[2:-2]

    def put(self, data):
        """Write these bytes, whatever they are."""
        while data:
            data = data[os.write(self.fd, data) :]

    def send(self, packet):
        self.put(frame(packet))

    def request(self, operation, group, command, body, timeout_s=PATIENCE_S):
        """Send a request (version 2 of the protocol); returns the answer's map."""
        self.seq = (self.seq + 1) % 256
        payload = cbor(body)
        header = struct.pack(">BBHHBB", 8 | operation, 0, len(payload), group, self.seq, command)
        self.send(header + payload)
        while True:
            packet = self.packet(timeout_s)
            if packet[6] == self.seq:
                break
        assert packet[0] == 8 | operation + 1, packet[:8]
        answer, _ = uncbor(packet[8:])
        if answer.get("rc", 0) != 0 or "err" in answer:
            raise Refused(answer)
        return answer

    def echo(self, text):
        return self.request(WRITE, OS, 0, {"d": text})["r"]

    def slots(self):
        return self.request(READ, IMAGE, 0, {})["images"]

    def upload(self, image):
        off = 0
        while off < len(image):
            body = {"off": off, "data": image[off : off + CHUNK]}
            if off == 0:
                body.update({"len": len(image), "sha": hashlib.sha256(image).digest()})
            off = self.request(WRITE, IMAGE, 1, body)["off"]

    def mark(self, image_hash, confirm=False):
        return self.request(WRITE, IMAGE, 0, {"hash": image_hash, "confirm": confirm})

    def confirm(self):
        return self.request(WRITE, IMAGE, 0, {"confirm": True})

    def reset(self):
        return self.request(WRITE, OS, 5, {})


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
