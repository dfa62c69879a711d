"""mcumgr against servers that answer in their own ways: what can be understood is shown, the rest
costs itself, and nothing reaches the terminal that is not one line of printable characters.
SPDX-License-Identifier: Apache-2.0"""

import base64
import json
import os
import pty
import socket
import struct
import subprocess
import tempfile
import threading
import tty
import unittest

import smp
from programs import BIN, PATIENCE_S

ECHO, TASKSTAT, PARAMS, INFO, BOOTLOADER = (0, 0), (0, 2), (0, 6), (0, 7), (0, 8)
STATE, SLOT_INFO = (1, 0), (1, 6)
HASH = bytes(range(32))
CONTENT = bytes(range(256)) * 12

# Text that must not reach a terminal as it is, and how it is shown on one.
HOSTILE = [
    (b"a\n image=0 slot=7\n    hash: 00", r"a\n image=0 slot=7\n    hash: 00"),
    (b"\x1b[2J\x7f\r\t\x00", r"\x1b[2J\x7f\r\t\x00"),
    (b"\x9b2J", r"\x9b2J"),
    ("\u009b2J\u0085".encode(), r"\xc2\x9b2J\xc2\x85"),
    ("\u202egnp\u2066".encode(), r"\xe2\x80\xaegnp\xe2\x81\xa6"),
    ("\u2028\ufeff\u200b".encode(), r"\xe2\x80\xa8\xef\xbb\xbf\xe2\x80\x8b"),
    (b"\xff\xc3", r"\xff\xc3"),
]


class Raw(bytes):
    """CBOR as it is to be sent."""


def head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    size = 1 if number < 1 << 8 else 2 if number < 1 << 16 else 4 if number < 1 << 32 else 8
    return bytes([major << 5 | 23 + size.bit_length()]) + number.to_bytes(size, "big")


def cbor(value):
    if isinstance(value, Raw):
        return bytes(value)
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    items = value if isinstance(value, tuple) else value.items()  # a tuple of pairs: keys may repeat
    return head(5, len(items)) + b"".join(cbor(key) + cbor(item) for key, item in items)


def text(raw):
    """Bytes as a CBOR text, UTF-8 or not."""
    return Raw(head(3, len(raw)) + raw)


def pieces(major, *parts):
    return Raw(bytes([major << 5 | 31]) + b"".join(head(major, len(p)) + p for p in parts) + b"\xff")


class Server:
    """Answers requests by their group and id, an answer or a function of the request; a longer
    request than `limit` disappears."""

    def __init__(self, answers, limit=65536):
        self.answers, self.limit = answers, limit
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                packet, peer = self.socket.recvfrom(65536)
            except OSError:
                return
            operation, _, _, group, seq, command = struct.unpack(">BBHHBB", packet[:8])
            answer = self.answers.get((group, command))
            if answer is None or len(packet) > self.limit or not packet:
                continue
            payload = cbor(answer(smp.uncbor(packet[8:])[0]) if callable(answer) else answer)
            self.socket.sendto(struct.pack(">BBHHBB", operation + 1, 0, len(payload), group, seq,
                                           command) + payload, peer)

    def mcumgr(self, *arguments, locale="C.UTF-8", **env):
        where = f"127.0.0.1:{self.socket.getsockname()[1]}"
        env = {**os.environ, "LC_ALL": locale, **env}
        return subprocess.run([BIN / "mcumgr", "--conntype", "udp", "--connstring", where,
                               *arguments], capture_output=True, env=env, timeout=PATIENCE_S)


class Console:
    """A device on a serial line that prints `line` before it answers an echo."""

    def __init__(self, line):
        self.line = line
        self.device, self.client = pty.openpty()
        tty.setraw(self.client)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        heard = b""
        while b"\n" not in heard[heard.find(b"\x06\x09"):]:
            heard += os.read(self.device, 4096)
        packet = base64.b64decode(heard[heard.find(b"\x06\x09") + 2:].split(b"\n")[0])[2:-2]
        payload = cbor({"r": "hi"})
        answer = struct.pack(">BBHHBB", packet[0] + 1, 0, len(payload), 0, packet[6], 0) + payload
        os.write(self.device, self.line + b"\n" + smp.frame(answer))

    def mcumgr(self, *arguments, locale):
        port = f"dev={os.ttyname(self.client)}"
        return subprocess.run([BIN / "mcumgr", "--conntype", "serial", "--connstring", port,
                               *arguments], capture_output=True, timeout=PATIENCE_S,
                              env={**os.environ, "LC_ALL": locale})


class Odd(unittest.TestCase):
    def ask(self, answers, *arguments, code=0, limit=65536, **more):
        server = Server(answers, limit)
        self.addCleanup(server.socket.close)
        done = server.mcumgr(*arguments, **more)
        self.assertEqual(done.returncode, code, done)
        self.assertTrue(all(byte >= 32 or byte == 10 for byte in done.stdout + done.stderr), done)
        self.assertNotIn(127, done.stdout + done.stderr)
        return done.stdout.decode()

    def ask_json(self, answers, *arguments, **more):
        answer = self.ask(answers, "--json", *arguments, **more)
        self.assertEqual(answer.count("\n"), 1)
        return json.loads(answer)

    # ---- taskstat ----

    def test_tasks(self):
        odd = {"prio": -1, "tid": 1.0, "runtime": 1 << 32, "cswcnt": (1 << 64) - 1,
               "stkuse": "many", "stksiz": None, "last_checkin": Raw(b"\xc2\x45\1\0\0\0\0"),
               "next_checkin": -5, "state": 2, "extra": [{}], 7: 8}
        tasks = (("workq", {"prio": 1}), ("workq", {"prio": 2}), ("", {}), (42, odd), (-3, {}),
                 (b"bytes", {}), (text(b"\xff"), {}), (text(b"\xfe"), {}), ("odd", 5),
                 (pieces(3, b"in ", b"pieces"), {"prio": 3}), ("workq#2", {"prio": 4}),
                 ([1], {"prio": 5}), (-(1 << 64), {}))
        got = self.ask_json({TASKSTAT: {"tasks": tasks}}, "taskstat")["tasks"]
        self.assertEqual(got, {
            "workq": {"prio": 1}, "workq#3": {"prio": 2}, "": {}, "-3": {}, "bytes": {},
            r"\xff": {}, r"\xfe": {}, "odd": {}, "in pieces": {"prio": 3},
            "workq#2": {"prio": 4}, "?": {"prio": 5}, "-18446744073709551616": {},
            "42": {"prio": -1, "tid": 1, "runtime": 1 << 32, "cswcnt": str((1 << 64) - 1),
                   "state": 2, "last_checkin": 1 << 32}})
        table = self.ask({TASKSTAT: {"tasks": tasks}}, "taskstat").splitlines()
        self.assertEqual(len(table), 1 + len(tasks))
        row = next(line for line in table if line.split()[0] == "42")
        self.assertEqual(row.split(), ["42", "-1", "1", "4294967296", "18446744073709551615", "?",
                                       "?", "4294967296", "?"])
        table = self.ask({TASKSTAT: {"tasks": {"t": {}}}}, "--compat", "taskstat")
        self.assertEqual(table.splitlines()[1].split(), ["t"] + ["0"] * 8)

    def test_many_tasks(self):
        tasks = {f"task {i}": {"prio": i, "runtime": i << 33} for i in range(40)}
        got = self.ask_json({TASKSTAT: {"tasks": tasks}}, "taskstat")["tasks"]
        self.assertEqual(got, tasks)
        self.assertEqual(len(self.ask({TASKSTAT: {"tasks": tasks}}, "taskstat").splitlines()), 41)
        self.assertEqual(self.ask_json({TASKSTAT: {"tasks": {}}}, "taskstat"), {"tasks": {}})
        same = tuple(("t", {"prio": i}) for i in range(5000))  # more would not fit a datagram
        got = self.ask_json({TASKSTAT: {"tasks": same}}, "taskstat")["tasks"]
        self.assertEqual(got, {"t" if i == 0 else f"t#{i + 1}": {"prio": i} for i in range(5000)})

    # ---- image list, slot-info ----

    def test_images(self):
        flags = {"bootable": True, "pending": None, "confirmed": 1, "active": 1.0}
        images = [{"image": i // 2, "slot": i % 2, "version": f"{i}.0.0", "hash": HASH, **flags}
                  for i in range(6)]
        images += [{"slot": -1, "hash": pieces(2, HASH[:5], b"", HASH[5:])},
                   {"version": pieces(3, b"1.", b"2.3"), 3: 4, "hash": Raw(b"\xd8\x17\x41\x07")},
                   {"version": 5, "slot": "one", "hash": [1], "active": "yes"}, None]
        state = {"splitStatus": False, "images": images, None: {}}
        got = self.ask_json({STATE: state}, "image", "list")
        self.assertEqual(got["splitStatus"], 0)
        self.assertEqual([(e["image"], e["slot"], e["version"]) for e in got["images"]],
                         [(i // 2, i % 2, f"{i}.0.0") for i in range(6)] +
                         [(0, -1, None), (0, None, "1.2.3"), (0, None, None), (0, None, None)])
        self.assertEqual([e["hash"] for e in got["images"]],
                         [HASH.hex()] * 7 + ["07", "", ""])
        for entry in got["images"][:6]:
            self.assertTrue(entry["bootable"] and entry["confirmed"] and entry["active"])
            self.assertFalse(entry["pending"] or entry["permanent"])
        shown = self.ask({STATE: state}, "image", "list")
        self.assertEqual(shown.count(" image="), 10)
        self.assertIn(" image=0 slot=-1\n    version: ?\n", shown)
        self.assertIn(" image=0 slot=?\n    version: 1.2.3\n", shown)
        self.assertIn("Split status: N/A (0)", shown)
        shown = self.ask({STATE: {"images": [{}]}}, "--compat", "image", "list")
        self.assertIn(" image=0 slot=0\n    version: \n", shown)

    def test_no_images(self):
        for answer in ({}, {"rc": 0}, {"images": 5}, {"images": {"0": {}}}, [], "images"):
            self.ask({STATE: answer}, "-t", "0.2", "image", "list", code=3)
        self.assertEqual(self.ask_json({STATE: {"images": []}}, "image", "list")["images"], [])

    def test_slot_info(self):
        images = [{"image": i, "slots": [{"slot": 0, "size": 1 << 33}, {"slot": 1, "rc": -5},
                                         {"size": 7.0, "upload_image_id": i}],
                   "max_image_size": "large" if i == 1 else 1000} for i in range(5)]
        images.append({"slots": 3, "max_image_size": 9})
        got = self.ask_json({SLOT_INFO: {"images": images}}, "image", "slot-info")["images"]
        for i in range(5):
            self.assertEqual(got[i]["slots"], [{"slot": 0, "size": 1 << 33}, {"slot": 1, "rc": -5},
                                               {"size": 7, "upload_image_id": i}])
            self.assertEqual(got[i].get("max_image_size"), None if i == 1 else 1000)
        self.assertEqual(got[5], {"slots": [], "max_image_size": 9})
        shown = self.ask({SLOT_INFO: {"images": images}}, "image", "slot-info")
        self.assertIn("image=4 max_image_size=1000\n  slot=0 size=8589934592\n  slot=1 error=-5\n"
                      "  slot=? size=7 upload_image_id=4\nimage=? max_image_size=9\n", shown)

    # ---- single values ----

    def test_params(self):
        for answer, want in (({}, (None, None)), ({"rc": 0}, (None, None)),
                             ({"buf_size": 512}, (512, None)),
                             ({"buf_size": 1 << 32, "buf_count": 4.0}, (None, 4)),
                             ({"buf_size": "512", "buf_count": True}, (None, 1)),
                             ({"buf_size": -1, "buf_count": []}, (None, None))):
            got = self.ask_json({PARAMS: answer}, "params")
            self.assertEqual((got["buf_size"], got["buf_count"]), want)
            shown = "buf_size: {}\nbuf_count: {}\n".format(*("?" if n is None else n for n in want))
            self.assertEqual(self.ask({PARAMS: answer}, "params"), shown)

    def upload(self, params, limit, **more):
        """Send a file to a device that tells this of its buffers; what it stored, what was said."""
        stored = bytearray()

        def take(request):
            if request["off"] == len(stored):
                stored.extend(request["data"])
            return {"off": len(stored)}

        with tempfile.NamedTemporaryFile() as file:
            file.write(CONTENT)
            file.flush()
            said = self.ask({PARAMS: params, (1, 1): take}, "--json", "image", "upload", "--any",
                            file.name, limit=limit, **more)
        return stored, json.loads(said)

    def test_upload_without_params(self):
        """What a device does not tell of its buffers has a safe value: 384 bytes, one at a time."""
        for params in ({}, {"rc": 0}, {"rc": 8}, {"buf_size": 1 << 32, "buf_count": 4},
                       {"buf_size": "512", "buf_count": "4"}, {"buf_size": -1}, {"buf_size": []}):
            self.assertEqual(self.upload(params, 384)[0], CONTENT)

    def test_upload_to_small_buffers(self):
        """What it tells is kept to; what cannot be done with that is said at once."""
        for size in (96, 80):
            stored, said = self.upload({"buf_size": size, "buf_count": 4}, size)
            self.assertEqual((stored, said["losses"]), (CONTENT, 0))
        stored, said = self.upload({"buf_size": 60, "buf_count": 4}, 60, code=3)
        self.assertEqual(stored, b"")
        self.assertIn("longer than the device's buffers", said["error"]["why"])
        self.assertIn("mcumgr params", said["error"]["try"])

    def test_bootloader(self):
        answer = {BOOTLOADER: {"bootloader": "MCUboot", "mode": "swap", "no-downgrade": [1]}}
        got = self.ask_json(answer, "bootloader")
        self.assertEqual((got["bootloader"], got["mode"], got["no_downgrade"]),
                         ("MCUboot", None, False))
        self.assertEqual(self.ask(answer, "bootloader"), "Bootloader: MCUboot\nMode: unknown\n")
        got = self.ask_json({BOOTLOADER: {"bootloader": b"X", "mode": 1 << 40}}, "bootloader")
        self.assertEqual((got["bootloader"], got["mode"]), ("X", 1 << 40))

    def test_codes(self):
        for answer, rc in (({"rc": -22}, -22), ({"rc": 1 << 40}, 1 << 40),
                           ({"err": {"group": 1, "rc": -5}}, -5), ({"err": {"rc": 8.0}}, 8)):
            got = self.ask_json({STATE: answer}, "image", "list", code=1)["error"]
            self.assertEqual(got["rc"], rc)
            done = self.ask({STATE: answer}, "image", "list", MCUMGR_COMPAT="1")
            self.assertEqual(done, f"Error: {rc}\n")
        for answer in ({"rc": "busy"}, {"err": 5}, {"err": {}}, {"rc": None}):
            self.ask({(1, 5): answer}, "-t", "0.2", "image", "erase", code=3)

    # ---- text ----

    def test_hostile_text(self):
        for raw, shown in HOSTILE:
            slot = {"version": text(raw), "slot": 0, "hash": HASH}
            answers = {STATE: {"images": [slot]}, INFO: {"output": text(raw)},
                       ECHO: {"r": text(raw)}, BOOTLOADER: {"bootloader": text(raw), "mode": 3},
                       TASKSTAT: {"tasks": ((text(raw), {"prio": 1}),)}}
            for locale in ("C", "C.UTF-8"):
                self.assertIn(f"    version: {shown}\n",
                              self.ask(answers, "image", "list", locale=locale))
                self.assertEqual(self.ask(answers, "info", locale=locale), shown + "\n")
                self.assertEqual(self.ask(answers, "echo", "hi", locale=locale), shown + "\n")
                self.assertIn(f"Bootloader: {shown}\n",
                              self.ask(answers, "bootloader", locale=locale))
                self.assertIn(f"  {shown}   1",
                              self.ask(answers, "taskstat", locale=locale).replace("  " * 3, " "))
            lossless = raw.decode(errors="backslashreplace")
            self.assertEqual(self.ask_json(answers, "info")["output"], lossless)
            self.assertEqual(self.ask_json(answers, "image", "list")["images"][0]["version"],
                             lossless)
            self.assertEqual(list(self.ask_json(answers, "taskstat")["tasks"]),
                             [lossless.replace("\0", r"\x00")])

    def test_hostile_reasons(self):
        for raw, shown in HOSTILE:
            answers = {STATE: {"rc": 6, "rsn": text(raw)}}
            server = Server(answers)
            self.addCleanup(server.socket.close)
            for locale in ("C", "C.UTF-8"):
                done = server.mcumgr("image", "list", locale=locale)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f'"{shown}"', done.stderr.decode())
                self.assertEqual(done.stderr.count(b"\n"), 1)
            self.ask_json(answers, "image", "list", code=1)

    def test_hostile_console(self):
        for raw, shown in HOSTILE:
            for locale in ("C", "C.UTF-8"):
                console = Console(raw.replace(b"\n", b" ").replace(b"\r", b""))
                done = console.mcumgr("-l", "debug", "echo", "hi", locale=locale)
                os.close(console.client)
                self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done)
                want = "device: " + shown.replace(r"\n", " ").replace(r"\r", "") + "\n"
                self.assertIn(want.encode(), done.stderr)
                self.assertTrue(all(byte >= 32 or byte == 10 for byte in done.stderr), done)

    def test_good_text(self):
        answers = {INFO: {"output": "Köln 💉"}}
        self.assertEqual(self.ask(answers, "info"), "Köln 💉\n")
        self.assertEqual(self.ask(answers, "info", locale="C"),
                         r"K\xc3\xb6ln \xf0\x9f\x92\x89" + "\n")
        self.assertEqual(self.ask_json(answers, "info", locale="C")["output"], "Köln 💉")

    # ---- an echo that is too long ----

    def test_long_echo(self):
        long = "x" * 600
        for answers, limit, words in (
                ({ECHO: {"rc": 7}}, 65536, "TEXT is longer than the device takes (code 7"),
                ({ECHO: {"rc": 2}}, 65536, "TEXT is longer than the device takes (code 2"),
                ({ECHO: {"r": ""}, PARAMS: {"buf_size": 384}}, 384,
                 "the device's buffers have 384"),
                ({ECHO: {"r": ""}, PARAMS: {}}, 384, "TEXT may be longer than it takes"),
                ({ECHO: {"r": ""}, PARAMS: {"rc": 8}}, 384, "TEXT may be longer than it takes")):
            got = self.ask_json(answers, "-t", "0.5", "echo", long, code=1, limit=limit)
            self.assertIn(words, got["error"]["why"])
        got = self.ask_json({}, "-t", "0.5", "echo", long, code=3)
        self.assertIn("no answer", got["error"]["why"])
        self.ask({}, "echo", "x" * 1472, code=2)


if __name__ == "__main__":
    unittest.main()
