"""mcumgr and dfu_update.sh as their users would: the good way, and every wrong file, wrong port and
unwilling device. After each the device has what it had. SPDX-License-Identifier: Apache-2.0"""

import json
import os
import pathlib
import pty
import subprocess
import tempfile
import unittest

from native import BIN, PATIENCE_S, Device, image_path

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY = ROOT / "build" / "keys" / "dev-rsa-2048.pem"
HEADER = ["--header-size", "0x200", "--pad-header", "--align", "4"]


def dfu(*arguments):
    env = {**os.environ, "MCUMGR": str(BIN / "mcumgr"), "IMGTOOL": str(BIN / "imgtool")}
    return subprocess.run([ROOT / "scripts" / "dfu_update.sh", *map(str, arguments)], env=env,
                          capture_output=True, text=True, timeout=PATIENCE_S)


def imgtool(*arguments):
    subprocess.run([BIN / "imgtool", *map(str, arguments)], check=True, capture_output=True)


class Tools(unittest.TestCase):
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

    def bad_files(self):
        """Name, file, and whether mcumgr, which knows no key, can see what is wrong."""
        good = image_path("1.1.0").read_bytes()
        payload = self.folder / "payload"
        payload.write_bytes(good[0x200:20000])
        other = self.folder / "other.pem"
        imgtool("keygen", "-t", "rsa-2048", "-k", other)
        for name, data in (("truncated", good[:5000]), ("flipped", good[:9000] + b"U" + good[9001:]),
                           ("text", b"this is no image\n" * 100), ("empty", b"")):
            (self.folder / name).write_bytes(data)
            yield name, self.folder / name, True
        imgtool("sign", "-v", "1.1.0", *HEADER, "-S", "0x76000", payload, self.folder / "unsigned")
        yield "unsigned", self.folder / "unsigned", False
        imgtool("sign", "-k", other, "-v", "1.1.0", *HEADER, "-S", "0x76000", payload,
                self.folder / "foreign")
        yield "foreign", self.folder / "foreign", False

    def test_wrong_files(self):
        for name, path, visible in self.bad_files():
            with self.subTest(file=name):
                done = dfu(path, "--port", self.device.link, "--key", KEY)
                self.assertEqual(done.returncode, 24, done.stderr)
                self.assertIn("not touched", done.stderr)
                if visible:
                    done = self.device.mcumgr("image", "upload", str(path))
                    self.assertEqual(done.returncode, 4, done.stderr)
                    self.assertTrue(done.stderr.startswith("Error: "))
                self.assertEqual(self.listed(), [("1.0.0", True)])
        self.assertEqual(dfu(self.folder / "unsigned", "--port", self.device.link).returncode, 24)
        self.assertEqual(dfu(self.folder / "nothing", "--port", self.device.link).returncode, 22)

    def test_foreign_image_is_taken_out(self):
        """What the tools cannot see, the bootloader does: the old image stays."""
        foreign = {name: path for name, path, _ in self.bad_files()}["foreign"]
        done = dfu(foreign, "--port", self.device.link)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.device.wait_for("boot: update refused")
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    def test_too_large(self):
        big = self.folder / "big"
        big.write_bytes(bytes(477_000))
        imgtool("sign", "-k", KEY, "-v", "1.1.0", *HEADER, "-S", "0", big, self.folder / "large")
        done = self.device.mcumgr("image", "upload", str(self.folder / "large"))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("too large", done.stderr)
        self.assertEqual(self.listed(), [("1.0.0", True)])

    def test_busy(self):
        """The application's own reason reaches the technician."""
        self.device.type("patient connect")
        for attempt in (self.device.mcumgr("image", "upload", str(image_path("1.1.0"))),
                        self.device.mcumgr("reset")):
            self.assertEqual(attempt.returncode, 1)
            self.assertIn("a patient is connected", attempt.stderr)
        self.assertEqual(dfu(image_path("1.1.0"), "--port", self.device.link).returncode, 31)
        self.assertEqual(self.listed(), [("1.0.0", True)])

    def test_wrong_ports(self):
        for port in ("/dev/there-is-no-such-port", str(self.folder / "console.log")):
            done = subprocess.run([BIN / "mcumgr", "--conntype", "serial", "--connstring",
                                   f"dev={port}", "echo", "hi"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 3)
            self.assertIn(port, done.stderr)
            self.assertEqual(dfu(image_path("1.1.0"), "--port", port).returncode, 13)

    def test_silent_device(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        for verb in (["echo", "hi"], ["image", "list"], ["image", "upload", str(image_path("1.1.0"))]):
            done = subprocess.run([BIN / "mcumgr", "-t", "1", "--conntype", "serial", "--connstring",
                                   f"dev={os.ttyname(slave)}", *verb],
                                  capture_output=True, text=True, timeout=PATIENCE_S)
            self.assertEqual(done.returncode, 3)
            self.assertIn("no answer", done.stderr)

    def test_update(self):
        done = dfu(image_path("1.1.0"), "--port", self.device.link, "--key", KEY, "--confirm")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.listed(), [("1.1.0", True), ("1.0.0", False)])

    def test_update_that_faults(self):
        done = dfu(image_path("1.2.0-faults"), "--port", self.device.link, "--key", KEY)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    def test_field_command_lines(self):
        self.assertEqual(self.device.mcumgr("echo", "hello").stdout, "hello\n")
        self.assertEqual(self.device.mcumgr("--json", "echo", "hello").stdout.strip(), '{"r":"hello"}')
        self.assertEqual(self.device.mcumgr("bogus").returncode, 2)
        key = self.folder / "key.pem"
        imgtool("keygen", "-k", key, "-t", "rsa-2048")
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        again = subprocess.run([BIN / "imgtool", "keygen", "-k", key, "-t", "rsa-2048"],
                               capture_output=True)
        self.assertNotEqual(again.returncode, 0)
        self.assertEqual(self.device.mcumgr("reset").returncode, 0)
        self.device.wait_for("monitor 1.0.0 runs")


if __name__ == "__main__":
    unittest.main()
