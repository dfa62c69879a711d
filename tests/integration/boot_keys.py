"""The list of keys that a bootloader is built with, and what it then starts on the emulated board.
SPDX-License-Identifier: Apache-2.0"""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from built_boot import Built, ROOT, imgtool


class Keys(unittest.TestCase):
    """cmake/keys.cmake."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="twin-keys-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def key(self, name, kind="ecdsa-p256"):
        path = self.folder / name
        imgtool("keygen", "-t", kind, "-k", path)
        return path

    def made(self, trusted, revoked=(), kind="ecdsa-p256", *options):
        """What the list says, or what the build says instead."""
        out = self.folder / "keys.c"
        out.unlink(missing_ok=True)
        done = subprocess.run(
            ["cmake", f"-DIMGTOOL={imgtool.path}", f"-DTYPE={kind}", f"-DOUTPUT={out}",
             "-DTRUSTED=" + "|".join(map(str, trusted)), "-DREVOKED=" + "|".join(map(str, revoked)),
             *options, "-P", ROOT / "cmake" / "keys.cmake"],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode == 0, out.exists(), done.stderr)
        return out.read_text() if out.exists() else " ".join(done.stderr.split())

    def test_order_and_marks(self):
        new, old, lost = (self.key(name) for name in ("new.pem", "old.pem", "lost.pem"))
        public = self.folder / "public.pem"
        imgtool("getpub", "-k", old, "-e", "pem", "-o", public)
        text = self.made([new, public], [lost])
        hashes = [imgtool.keyhash(path) for path in (new, old, lost)]
        self.assertEqual([line[3:-3] for line in text.splitlines() if line.startswith("/* ")][1:],
                         hashes)
        self.assertEqual([row.split()[-1] for row in text.splitlines() if "is_revoked" in row],
                         ["false},", "false},", "true},"])
        self.assertIn("BOOT_KEY_COUNT == 3,", text)

    def test_published_keys_are_refused(self):
        """Unless nobody trusts them."""
        for kind in "ecdsa-p256", "ecdsa-p384":
            key, own = self.key(f"{kind}.pem", kind), self.key(f"own-{kind}.pem", kind)
            known = self.folder / "known.txt"
            known.write_text(f"00 other.pem\n{imgtool.keyhash(key)} sample.pem\n")
            list_of = f"-DKNOWN={known}"
            self.assertIn("BOOT_KEY_COUNT == 1,", self.made([key], [], kind))
            for trusted in [key], [own, key]:
                self.assertIn("sample.pem", self.made(trusted, [], kind, list_of))
            self.assertIn("BOOT_KEY_COUNT == 2,", self.made([own], [key], kind, list_of))
            self.assertIn("BOOT_KEY_COUNT == 1,",
                          self.made([key], [], kind, list_of, "-DALLOW_KNOWN=1"))

    def test_contradictions_are_refused(self):
        key, other = self.key("key.pem"), self.key("other.pem", "ecdsa-p384")
        self.assertIn("in the list already", self.made([key, key]))
        self.assertIn("in the list already", self.made([key], [key]))
        self.assertIn("a key of the kind ecdsa-p384", self.made([key, other]))


class Rotation(Built, unittest.TestCase):
    """A device on its way from one key to the next."""

    def test_who_signs_for_it(self):
        self.key("old.pem"), self.key("new.pem"), self.key("lost.pem")
        self.build(f"-DTWIN_KEY={self.folder}/new.pem", f"-DTWIN_MORE_KEYS={self.folder}/old.pem",
                   f"-DTWIN_REVOKED_KEYS={self.folder}/lost.pem")
        for first, then, starts in (("old.pem", "new.pem", "1.1.0"), ("new.pem", "old.pem", "1.1.0"),
                                    ("old.pem", "lost.pem", "1.0.0")):
            with self.subTest(first=first, then=then), self.device(self.signed("1.0.0", first)) as device:
                device.start()
                client = device.client()
                client.upload(self.signed("1.1.0", then).read_bytes())
                client.mark(client.slots()[1]["hash"])
                client.reset()
                device.wait_for(f"monitor {starts} runs")
                self.assertEqual("update refused" in device.console(), starts == "1.0.0")

    def test_revoked_alone_starts_nothing(self):
        self.key("new.pem"), self.key("lost.pem")
        self.build(f"-DTWIN_KEY={self.folder}/new.pem",
                   f"-DTWIN_REVOKED_KEYS={self.folder}/lost.pem")
        with self.device(self.signed("1.0.0", "lost.pem")) as device:
            device.start(says="the firmware is not valid")
            device.wait_for("nothing to start")


if __name__ == "__main__":
    unittest.main()
