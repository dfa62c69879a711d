"""
imgtool_files.py - what imgtool leaves on the disk: with interrupts, and on file systems that can do
less. SPDX-License-Identifier: Apache-2.0

    imgtool_files.py IMGTOOL VECTORS LEFTOVERS WEAK_FILES

WEAK_FILES is the library made from tests/support/weak_files.c.
"""
import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

IMGTOOL, VECTORS, _, WEAK_FILES = (pathlib.Path(p).resolve() for p in sys.argv[1:5])


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.key = self.folder / "key.pem"

    def keygen(self, *more, **env):
        return subprocess.run([IMGTOOL, "keygen", "-t", "ed25519", "-k", self.key, *more],
                              capture_output=True, timeout=60,
                              env={**os.environ, "LD_PRELOAD": str(WEAK_FILES), "ASAN_OPTIONS":
                                   "verify_asan_link_order=0", **env})

    def test_interrupted(self):
        """Nothing with the key in it is left behind, and an old key stays."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            for links in ({}, {"NO_LINKS": "1"}):
                done = self.keygen(INTERRUPT=str(int(number)), **links)
                self.assertEqual(done.returncode, -number, done.stderr)
                self.assertEqual(os.listdir(self.folder), [])
        self.key.write_text("old")
        self.assertEqual(self.keygen("--force", INTERRUPT="2").returncode, -2)
        self.assertEqual((os.listdir(self.folder), self.key.read_text()), (["key.pem"], "old"))

    def test_ignored_signals_interrupt_nothing(self):
        done = subprocess.run(["nohup", IMGTOOL, "keygen", "-t", "ed25519", "-k", self.key],
                              capture_output=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, "LD_PRELOAD": str(WEAK_FILES), "INTERRUPT":
                                   str(int(signal.SIGHUP)), "ASAN_OPTIONS": "verify_asan_link_order=0"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.listdir(self.folder), ["key.pem"])

    def test_without_links(self):
        self.assertEqual(self.keygen(NO_LINKS="1").returncode, 0)
        self.assertEqual(os.listdir(self.folder), ["key.pem"])
        self.assertEqual(stat.S_IMODE(self.key.stat().st_mode), 0o600)
        self.assertEqual(subprocess.run([IMGTOOL, "keyinfo", "-k", self.key],
                                        capture_output=True).stdout, b"private\n")
        before = self.key.read_bytes()
        done = self.keygen(NO_LINKS="1")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"--force", done.stderr)
        self.assertEqual((os.listdir(self.folder), self.key.read_bytes()), (["key.pem"], before))
        self.assertEqual(self.keygen("--force", NO_LINKS="1").returncode, 0)
        self.assertNotEqual(self.key.read_bytes(), before)

    def test_without_modes(self):
        done = self.keygen(NO_CHMOD="1", NO_LINKS="1")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(stat.S_IMODE(self.key.stat().st_mode), 0o600)
        self.key.unlink()
        done = self.keygen(SAME_MODES="1", NO_LINKS="1")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"others can read the key", done.stderr)

    def test_outputs_replace_no_input(self):
        self.assertEqual(self.keygen().returncode, 0)
        before = self.key.read_bytes()
        os.link(self.key, self.folder / "same")
        image = self.folder / "image.bin"
        image.write_bytes((VECTORS / "img" / "unsigned.bin").read_bytes())
        for words in (["getpub", "-k", self.key, "-o", self.key], ["getpub", "-k", self.key, "-o", "same"],
                      ["getpubhash", "-k", self.key, "-o", self.key], ["dumpinfo", image, "-o", image]):
            done = subprocess.run([IMGTOOL, *words], capture_output=True, cwd=self.folder)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"would be replaced", done.stderr)
        self.assertEqual(self.key.read_bytes(), before)
        self.assertEqual(subprocess.run([IMGTOOL, "verify", image], capture_output=True).returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
