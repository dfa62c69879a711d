"""Options in their long form do what their short form does, and flags that no vector has do what they
say. usage: imgtool_options.py IMGTOOL VECTORS. SPDX-License-Identifier: Apache-2.0"""

import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

IMGTOOL, VECTORS = map(pathlib.Path, sys.argv[1:3])
KEY = VECTORS / "keys" / "ed25519.pem"  # its signatures are not random: equal options, equal bytes
PAYLOAD = VECTORS / "payload" / "p1000.bin"
BASE = ["-H", "0x20", "-S", "0x8000", "--pad-header"]

# The two forms of each option of `sign`, with a value, and what else it takes to see it.
SIGN = [
    (["--key", KEY], ["-k", KEY], []),
    (["--load-addr", "0x20000000"], ["-L", "0x20000000"], []),
    (["--rom-fixed", "0x10000"], ["-F", "0x10000"], []),
    (["--endian", "big"], ["-e", "big"], []),
    (["--max-sectors", "64"], ["-M", "64"], ["--pad"]),
    (["--erased-val", "0"], ["-R", "0"], ["--pad"]),
    (["--security-counter", "7"], ["-s", "7"], []),
    (["--dependencies", "(1, 1.2.3+0)"], ["-d", "(1, 1.2.3+0)"], []),
    (["--test"], ["--pad"], []),
]


def run(*arguments, **options):
    return subprocess.run([IMGTOOL, *map(str, arguments)], capture_output=True, **options)


class Options(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def sign(self, *arguments):
        out = self.folder / "out.bin"
        out.unlink(missing_ok=True)
        done = run("sign", "--version", "1.2.3", *BASE, *arguments, PAYLOAD, out)
        self.assertEqual(done.returncode, 0, done.stderr)
        return out.read_bytes()

    def test_sign(self):
        plain = {}
        for long, short, extra in SIGN:
            with self.subTest(option=long[0]):
                with_option = self.sign(*long, *extra)
                self.assertEqual(with_option, self.sign(*short, *extra))
                without = plain.setdefault(tuple(extra), self.sign(*extra))
                if long[0] != "--max-sectors":  # it only changes how much room is asked for
                    self.assertNotEqual(with_option, without)

    def test_max_sectors_takes_room(self):
        out = self.folder / "out.bin"
        fits = ["sign", "-v", "1", "-H", "32", "--pad-header", "-S", "0x1000", PAYLOAD, out]
        self.assertEqual(run(*fits, "--max-sectors", "128").returncode, 0)
        self.assertEqual(run(*fits, "--max-sectors", "1024").returncode, 2)

    def test_non_bootable(self):
        flags = struct.unpack_from("<I", self.sign("--non-bootable"), 16)[0]
        self.assertEqual(flags, 0x10)

    def test_getpub(self):
        for long, short in ((["--encoding", "raw"], ["-e", "raw"]), (["--lang", "rust"], ["-l", "rust"])):
            out = self.folder / "key"
            self.assertEqual(run("getpub", "--key", KEY, *long, "--output", out).returncode, 0)
            self.assertEqual(out.read_bytes(), run("getpub", "-k", KEY, *short).stdout)

    def test_dumpinfo_and_getpriv(self):
        image = VECTORS / "img" / "rsa-2048.bin"
        self.assertEqual(run("dumpinfo", "--format", "json", image).stdout,
                         run("dumpinfo", "-f", "json", image).stdout)
        p256 = VECTORS / "keys" / "ecdsa-p256.pem"
        long = run("getpriv", "--key", p256, "--format", "openssl")
        self.assertEqual((long.returncode, long.stdout),
                         (0, run("getpriv", "-k", p256, "-f", "openssl").stdout))

    def test_password(self):
        key = self.folder / "key.pem"
        for form in ("--password", "-p"):
            done = run("keygen", "--type", "ecdsa-p256", "--key", key, "--force", form,
                       input=b"secret\nsecret\n", start_new_session=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"ENCRYPTED PRIVATE KEY", key.read_bytes())
            opened = run("getpub", "-k", key, input=b"secret\n", start_new_session=True)
            self.assertEqual(opened.returncode, 0, opened.stderr)

    def test_help(self):
        for command in ("keygen", "getpub", "getpubhash", "getpriv", "keyinfo", "verify", "dumpinfo",
                        "version", "sign", "create"):
            for form in ("--help", "-h"):
                done = run(command, form)
                self.assertEqual((done.returncode, done.stderr), (0, b""), command)
                self.assertIn(b"--help", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
