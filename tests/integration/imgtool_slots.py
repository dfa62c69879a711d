"""
imgtool_slots.py - `imgtool verify` of what comes back from devices: slots at every stage of an
update, with what updates leave behind, and images with TLVs that are not known here.
SPDX-License-Identifier: Apache-2.0

    imgtool_slots.py IMGTOOL VECTORS
"""
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

IMGTOOL, VECTORS = map(pathlib.Path, sys.argv[1:3])
KEY = VECTORS / "keys" / "ecdsa-p256.pem"
IMAGE = (VECTORS / "img" / "ecdsa-p256.bin").read_bytes()
SLOT, SECTOR = 0x8000, 0x1000
PLAIN = bytes.fromhex("77c295f360d2ef7f3552500f2cb67980")
ALIGNED = bytes.fromhex("2de15d29410b8d77679c110f1f8a")
OLD = random.Random(3).randbytes(SLOT)  # a longer image that was there before


def magic(align):
    return PLAIN if align == 8 else struct.pack("<H", align) + ALIGNED


def trailer(align, erased, **fields):
    """The end of a slot; fields from image_ok backwards, each `align` bytes."""
    field = lambda value: bytes(value) + bytes([erased]) * (align - len(value))
    size = -(-16 // align) * align
    return (field(struct.pack("<I", fields["swap_size"])) + field([fields["swap_info"]]) +
            field([fields["copy_done"]]) + field([fields["image_ok"]]) +
            bytes([erased]) * (size - 16) + magic(align))


def slot(image=IMAGE, end=b"", erased=0xFF, rest=b"", cells=b""):
    """An image, what the update before left behind it, status bytes, a trailer."""
    body = (image + rest)[:SLOT - len(end) - 200]
    status = bytes([1, 2, 3] * 30)
    body += bytes([erased]) * (SLOT - len(end) - len(status) - len(cells) - len(body))
    return body + cells + status + end


class Slots(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_it(self, verb, content, *more):
        path = self.folder / "slot.bin"
        path.write_bytes(content)
        done = subprocess.run([IMGTOOL, verb, *map(str, more), path], capture_output=True, timeout=60)
        self.assertNotIn(b"Sanitizer", done.stderr)
        return done

    def verify(self, content, *more):
        return self.run_it("verify", content, "-k", KEY, *more)

    def assert_valid(self, content, *more):
        done = self.verify(content, *more)
        self.assertEqual(done.returncode, 0, (done.stdout, done.stderr))
        self.assertTrue(done.stdout.startswith(b"Image was correctly validated\n"))
        return done

    def test_every_stage(self):
        """Any values in the fields, any alignment, either erased value, with and without remains."""
        for align in (8, 16, 32):
            for erased in (0xFF, 0x00):
                for info, done, confirmed in ((2, erased, erased), (2, 1, erased), (3, 1, 1),
                                              (4, 1, 1), (0x13, 1, erased), (0xF7, 0x55, 0xAA)):
                    with self.subTest(align=align, erased=erased, info=info):
                        end = trailer(align, erased, swap_size=0x5000, swap_info=info,
                                      copy_done=done, image_ok=confirmed)
                        cells = bytes([0x0F ^ erased ^ 0xFF] * 12)  # two starts on trial
                        for rest in (b"", OLD):
                            got = self.assert_valid(slot(end=end, erased=erased, rest=rest,
                                                         cells=cells))
                            self.assertNotIn(b"Warning", got.stderr)
                        told = json.loads(self.verify(slot(end=end), "--json").stdout)
                        self.assertEqual(told["confirmed"], confirmed == 1)
                        self.assertEqual(told["trailer"]["max_align"], align)
                        self.assertEqual(told["trailer"]["copy_done"], done == 1)
                        self.assertEqual(told["trailer"]["swap_type"], info & 15)

    def test_without_trailer(self):
        """A slot that was cut, whose trailer was never written, or is half there."""
        whole = slot(end=trailer(8, 0xFF, swap_size=1, swap_info=2, copy_done=1, image_ok=1), rest=OLD)
        for length in (len(IMAGE), len(IMAGE) + 1, 0x2000, SLOT - 1, SLOT - 16, SLOT - 24):
            with self.subTest(length=length):
                self.assert_valid(whole[:length])
        got = self.assert_valid(whole[:0x2000])
        self.assertIn(f"0x{len(IMAGE):x}".encode(), got.stderr)
        self.assertIn(b"was not checked", got.stderr)
        self.assertNotIn(b"Warning", self.assert_valid(IMAGE + b"\xff" * 5000).stderr)

    def test_image_up_to_a_small_trailer(self):
        """A loader that copies has three fields, so the image may reach up to them."""
        payload = VECTORS / "payload" / "p1000.bin"
        out = self.folder / "out.bin"
        sign = [IMGTOOL, "sign", "-v", "1.2.3+4", "-H", "0x20", "--pad-header", payload, out]
        subprocess.run([*sign, "-S", "0"], check=True)
        size = len(out.read_bytes()) + 32  # two flags of 8 bytes and the magic
        subprocess.run([*sign, "-S", str(size), "--pad", "--overwrite-only"], check=True)
        for flag in (0xFF, 1, 0x55):
            content = bytearray(out.read_bytes())
            self.assertEqual(len(content), size)
            content[-24] = flag
            got = self.run_it("verify", content, "--json")
            self.assertEqual(got.returncode, 0, got.stdout)
            self.assertEqual(json.loads(got.stdout)["confirmed"], flag == 1)

    def test_one_sector_in(self):
        """Swap by offset: the update stands in the second sector, and the hint leads there."""
        for start in (b"\xff" * SECTOR, OLD[:SECTOR], b"\0" * SECTOR):
            content = start + slot(end=trailer(8, 0xFF, swap_size=0, swap_info=2, copy_done=0xFF,
                                               image_ok=0xFF))
            got = self.verify(content)
            self.assertEqual(got.returncode, 1)
            self.assertEqual(got.stdout, b"Invalid image magic; is this an MCUboot image?\n")
            self.assertIn(b"--offset 0x1000", got.stderr)
            self.assert_valid(content, "--offset", "0x1000")
            self.assertIn(b"--offset 0x1000", self.run_it("dumpinfo", content).stderr)
            self.assertEqual(self.run_it("dumpinfo", content, "--offset", "0x1000").returncode, 0)
            self.assertIn(b"--offset 0x1000", self.verify(content, "--offset", "0x800").stderr)
        self.assertEqual(self.verify(IMAGE, "--offset", "0x100000").returncode, 2)

    def test_no_image(self):
        for content, word in ((b"\xff" * SLOT, b"empty slot"), (b"\0" * SLOT, b"empty slot"),
                              (b"\xff" * SECTOR + OLD, b"is erased")):
            got = self.verify(content)
            self.assertEqual(got.returncode, 1)
            self.assertIn(word, got.stderr)

    def test_in_the_middle(self):
        """Half of the sectors exchanged: not valid, and why."""
        end = trailer(8, 0xFF, swap_size=0x2000, swap_info=2, copy_done=0xFF, image_ok=0xFF)
        mixed = bytearray(slot(end=end))
        mixed[0x100:0x200] = OLD[:0x100]
        got = self.verify(bytes(mixed))
        self.assertEqual((got.returncode, got.stdout), (1, b"Image has an invalid hash\n"))
        self.assertIn(b"under way", got.stderr)
        done = trailer(8, 0xFF, swap_size=0x2000, swap_info=2, copy_done=1, image_ok=0xFF)
        mixed[SLOT - len(done):] = done
        self.assertNotIn(b"under way", self.verify(bytes(mixed)).stderr)

    def with_tlvs(self, protected, unprotected):
        """Our own signed image, with TLVs in both areas, signed by the openssl program."""
        def area(number, tlvs):
            body = b"".join(struct.pack("<HH", t, len(v)) + v for t, v in tlvs)
            return struct.pack("<HH", number, len(body) + 4) + body
        prot = area(0x6908, protected) if protected else b""
        payload = b"\x55" * 500
        head = struct.pack("<IIHHIIBBHII", 0x96F3B83D, 0, 32, len(prot), len(payload), 0, 1, 2, 3, 4, 0)
        covered = head + payload + prot
        call = lambda *words: subprocess.run(["openssl", *words], input=covered, capture_output=True,
                                             check=True).stdout
        digest = call("dgst", "-sha256", "-binary")
        public = subprocess.run([IMGTOOL, "getpubhash", "-k", KEY, "-e", "raw"], capture_output=True)
        sig = call("dgst", "-sha256", "-sign", str(KEY))
        return covered + area(0x6907, [(0x10, digest), (1, public.stdout), (0x22, sig), *unprotected])

    def test_unknown_tlvs(self):
        for kind in (0x76, 0x80, 0x81, 0x9F, 0xA0, 0xFE, 0x01A0, 0xFFFE, 0xFFFF):
            for value in (b"", b"manifest", bytes(300)):
                with self.subTest(kind=kind, length=len(value)):
                    name = f"0x{kind:04x}".encode()
                    got = self.assert_valid(self.with_tlvs([(kind, value)], []))
                    self.assertIn(name + b" (under the hash)", got.stderr)
                    got = self.assert_valid(self.with_tlvs([], [(kind, value)]))
                    self.assertIn(name + b" (NOT under the hash)", got.stderr)
        many = self.with_tlvs([(0x76, b"x")], [(t, b"y") for t in range(0x80, 0x90)])
        told = json.loads(self.verify(many, "--json").stdout)
        self.assertEqual(told["unknown_tlvs"][:2], [{"type": 0x76, "protected": True},
                                                    {"type": 0x80, "protected": False}])
        self.assertIn(b"and more", self.assert_valid(many).stderr)
        self.assertNotIn(b"not known", self.assert_valid(IMAGE).stderr)

    def test_unknown_tlvs_are_signed(self):
        """The signature covers those in the protected area."""
        image = bytearray(self.with_tlvs([(0x76, b"manifest")], [(0x81, b"outside")]))
        image[image.index(b"manifest")] ^= 1
        self.assertEqual(self.verify(bytes(image)).stdout, b"Image has an invalid hash\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
