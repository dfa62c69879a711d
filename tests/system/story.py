"""What a story is made of: tests that run on each kind of device.

    python3 STORY.py DEVICE [what unittest takes]

DEVICE is the name of a file in devices/. SPDX-License-Identifier: Apache-2.0"""

import functools
import json
import subprocess
import sys
import unittest

from device import ABILITIES, kind_of, names
from programs import BIN


def needs(ability):
    """For tests that only devices with this ability can run; others skip them."""
    assert ability in ABILITIES, ability

    def only_there(test):
        @functools.wraps(test)
        def run(self):
            if ability not in self.kind.can:
                self.skipTest(f"not with {self.kind.name}: {ABILITIES[ability]}")
            test(self)
        return run
    return only_there


class Story(unittest.TestCase):
    """Each test has a new device, switched off, with 1.0.0 in its flash."""

    kind = None  # class of the device, set by main()

    def run(self, result=None):
        """As ever; when a test fails, the device's last words are shown."""
        bad = len(result.failures) + len(result.errors)
        with self.kind() as self.device:
            super().run(result)
            if len(result.failures) + len(result.errors) > bad:
                self.device.show_last_words()
        return result

    def good(self, *arguments, **more):
        """Run mcumgr on the device, which has to succeed; returns what it printed."""
        done = self.device.mcumgr(*arguments, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def complaint(self, *arguments, code=1):
        """Run mcumgr, which has to fail with this code; returns what it said about it."""
        done = self.device.mcumgr(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def slots(self):
        return json.loads(self.good("--json", "image", "list"))["images"]

    def listed(self):
        return [(slot["version"], slot["confirmed"]) for slot in self.slots()]

    def imgtool(self, *arguments):
        subprocess.run([BIN / "imgtool", *map(str, arguments)], check=True, capture_output=True)

    def changed(self, image, at, bits):
        """An image with some of a byte's bits changed."""
        data = bytearray(image)
        data[at] ^= bits
        return bytes(data)


def chosen():
    """The class of the device that the command line names; the name is taken away."""
    if len(sys.argv) < 2 or sys.argv[1] not in names():
        sys.exit(f"usage: {sys.argv[0]} {{{','.join(names())}}} [option...]")
    return kind_of(sys.argv.pop(1))


def main():
    Story.kind = chosen()
    unittest.main()
