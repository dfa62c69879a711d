"""scripts/dfu_update.sh: what it passes on to mcumgr, and links with nobody at their end. Updates with
it are a story of tests/system. SPDX-License-Identifier: Apache-2.0"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from peer import IMAGE, Line
from programs import BIN, PATIENCE_S, ROOT


def dfu(*arguments, mcumgr=BIN / "mcumgr"):
    return subprocess.run([ROOT / "scripts" / "dfu_update.sh", *map(str, arguments)],
                          env={**os.environ, "MCUMGR": str(mcumgr)}, capture_output=True, text=True,
                          timeout=PATIENCE_S)


class Script(unittest.TestCase):
    def test_no_port(self):
        with tempfile.NamedTemporaryFile() as file:
            for port in "/dev/there-is-no-such-port", file.name:
                done = dfu(IMAGE, "--port", port, "--json")
                self.assertEqual(done.returncode, 3)
                self.assertIn(port, json.loads(done.stdout)["error"]["why"])

    def test_no_answer(self):
        with Line() as line:
            done = dfu(IMAGE, "--port", line.port, "-t", "1", "--json")
        self.assertEqual(done.returncode, 3)
        result = json.loads(done.stdout)
        self.assertIn("no answer", result["error"]["why"])
        self.assertEqual(result["steps"], [{"step": "look", "result": "failed"}])

    def test_passed_on(self):
        """The script's words arrive as they are, whatever is in them."""
        with tempfile.TemporaryDirectory() as folder:
            seen, fake = pathlib.Path(folder) / "seen", pathlib.Path(folder) / "mcumgr"
            fake.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{seen}\nexit 4\n")
            fake.chmod(0o755)
            done = dfu("a b.bin", "--port=/dev/x", "--baud", "9600", "--health-check",
                       "--port $x 'y'", "-n2", "--timeout=5", "--confirm", "--key=k", "--", "-z",
                       mcumgr=fake)
            self.assertEqual(done.returncode, 4)
            self.assertEqual(seen.read_text().splitlines(),
                             ["--conntype", "serial", "--connstring", "dev=/dev/x,baud=9600",
                              "update", "a b.bin", "--health-check", "--port $x 'y'", "-n2",
                              "--wait", "5", "--confirm", "--key=k", "--", "-z"])


if __name__ == "__main__":
    unittest.main()
