"""mcumgr as its users would: wrong ports, unwilling devices, files that do not fit. After each the
device has what it had. SPDX-License-Identifier: Apache-2.0"""

import os
import pathlib
import pty
import subprocess
import unittest

from native import BIN, HEADER, KEY, PATIENCE_S, DeviceCase, image_path, imgtool


class Tools(DeviceCase):
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
        self.assertEqual(self.listed(), [("1.0.0", True)])

    def test_wrong_ports(self):
        for port in ("/dev/there-is-no-such-port", str(self.folder / "console.log")):
            done = subprocess.run([BIN / "mcumgr", "--conntype", "serial", "--connstring",
                                   f"dev={port}", "echo", "hi"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 3)
            self.assertIn(port, done.stderr)

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
