"""Files on a device, up and down, as people and programs see it. SPDX-License-Identifier: Apache-2.0"""

import hashlib
import json
import os
import zlib

from story import Story, main, needs


class Files(Story):
    def setUp(self):
        if "files" not in self.kind.can:
            self.skipTest(f"not with {self.kind.name}: no files")
        self.there, self.here = self.device.folder / "there", self.device.folder / "here"
        self.there.mkdir()
        self.here.mkdir()
        self.device.start("--files", self.there)

    def content(self, length=30000):
        return os.urandom(length)

    def test_up_and_down(self):
        content = self.content()
        (self.here / "a").write_bytes(content)
        lines = self.good("fs", "upload", self.here / "a", "/a.bin").splitlines()
        self.assertEqual((self.there / "a.bin").read_bytes(), content)
        self.assertEqual(lines[-2:], ["30000", "Done"])
        self.assertEqual([int(line) for line in lines[:-1]],
                         sorted({int(line) for line in lines[:-1]}))

        lines = self.good("fs", "download", "/a.bin", self.here / "b").splitlines()
        self.assertEqual((self.here / "b").read_bytes(), content)
        self.assertEqual((lines[0], lines[-2], lines[-1]), ("0", "30000", "Done"))

        answer = json.loads(self.good("--json", "fs", "download", "/a.bin", self.here / "c"))
        self.assertEqual(answer, {"len": 30000, "resumed_from": 0, "match": True})

    def test_what_is_there(self):
        """It is not sent again; a part of it is gone on with; something else is replaced."""
        content = self.content()
        (self.here / "a").write_bytes(content)
        for found, resumed in ((content, 30000), (content[:9999], 9999), (content[:-1] + b"?", 0)):
            (self.there / "a").write_bytes(found)
            answer = json.loads(self.good("--json", "fs", "upload", self.here / "a", "/a"))
            self.assertEqual(answer, {"len": 30000, "resumed_from": resumed, "match": True})
            self.assertEqual((self.there / "a").read_bytes(), content)

    def test_empty(self):
        (self.here / "a").write_bytes(b"")
        (self.there / "a").write_bytes(b"old")
        self.assertEqual(self.good("fs", "upload", self.here / "a", "/a"), "0\nDone\n")
        self.assertEqual((self.there / "a").read_bytes(), b"")
        self.assertEqual(self.good("fs", "download", "/a", self.here / "b"), "0\nDone\n")
        self.assertEqual((self.here / "b").read_bytes(), b"")

    def test_questions(self):
        content = self.content(5000)
        (self.there / "x").mkdir()
        (self.there / "x" / "a").write_bytes(content)
        self.assertEqual(self.good("fs", "stat", "/x/a"), "len: 5000\n")
        self.assertEqual(json.loads(self.good("--json", "fs", "stat", "/x/a")), {"len": 5000})
        sha, crc = hashlib.sha256(content).hexdigest(), f"{zlib.crc32(content):08x}"
        self.assertEqual(self.good("fs", "hash", "/x/a"), f"crc32 {crc}\n")
        self.assertEqual(self.good("fs", "hash", "/x/a", "sha256"), f"sha256 {sha}\n")
        part = hashlib.sha256(content[7:107]).hexdigest()
        self.assertEqual(
            json.loads(self.good("--json", "fs", "hash", "/x/a", "sha256", "--off", "7", "--len",
                                 "100")),
            {"type": "sha256", "off": 7, "len": 100, "output": part})
        types = json.loads(self.good("--json", "fs", "types"))["types"]
        self.assertEqual(types, {"crc32": {"size": 4, "format": 0},
                                 "sha256": {"size": 32, "format": 1}})
        self.assertEqual(len(self.good("fs", "types").splitlines()), 3)
        self.assertEqual(self.good("fs", "close"), "Done\n")

    def test_not_out_of_the_folder(self):
        (self.here / "secret").write_bytes(b"secret")
        (self.there / "link").symlink_to(self.here / "secret")
        (self.there / "out").symlink_to(self.here)
        os.mkfifo(self.there / "pipe")
        for name, words in (("/../here/secret", "the file name is invalid"),
                            ("/out/secret", "no such file"), ("/link", "the file name is invalid"),
                            ("/", "the file name is invalid"), ("/pipe", "could not be opened"),
                            ("/" + "a" * 80, "the file name is invalid"),
                            ("/nothing", "no such file")):
            self.assertIn(words, self.complaint("fs", "download", name, self.here / "got"))
            self.assertFalse((self.here / "got").exists())
        (self.here / "a").write_bytes(b"a")
        for name in "/../here/secret", "/link", "/out/secret", "/pipe":
            self.complaint("fs", "upload", self.here / "a", name)
        self.assertEqual((self.here / "secret").read_bytes(), b"secret")

    def test_refused(self):
        """What was here stays what it was; with --compat the Go tool's words."""
        (self.here / "a").write_bytes(b"mine")
        self.complaint("fs", "download", "/nothing", self.here / "a")
        self.assertEqual((self.here / "a").read_bytes(), b"mine")
        done = self.device.mcumgr("--compat", "fs", "download", "/nothing", self.here / "a")
        self.assertEqual((done.returncode, done.stdout), (0, "Error: 5\n"))
        self.complaint("fs", "upload", self.here / "not there", "/a", code=2)
        self.device.patient("connect")
        self.assertIn("a patient is connected",
                      self.complaint("fs", "upload", self.here / "a", "/a"))
        self.assertFalse((self.there / "a").exists())

    @needs("udp")
    def test_udp(self):
        content = self.content()
        (self.here / "a").write_bytes(content)
        self.device.power_off()
        self.device.start("--files", self.there, udp=True)
        self.good("fs", "upload", self.here / "a", "/a", udp=True)
        self.assertEqual((self.there / "a").read_bytes(), content)
        self.good("fs", "download", "/a", self.here / "b", udp=True)
        self.assertEqual((self.here / "b").read_bytes(), content)

    def test_bad_lines(self):
        content = self.content(12000)
        (self.here / "a").write_bytes(content)
        for line in self.kind.bad_lines:
            self.device.power_off()
            self.device.start("--files", self.there, *line.options)
            (self.there / "a").unlink(missing_ok=True)
            self.good("-t", "4", "-r", "5", "fs", "upload", self.here / "a", "/a")
            self.assertEqual((self.there / "a").read_bytes(), content)
            self.good("-t", "4", "-r", "5", "fs", "download", "/a", self.here / "b")
            self.assertEqual((self.here / "b").read_bytes(), content)


if __name__ == "__main__":
    main()
