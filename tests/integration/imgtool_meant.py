"""
imgtool_meant.py - `imgtool sign` does what was meant or says what it did: options that contradict
each other or do nothing, values that look like something else, slots of two sizes, HEX addresses.
SPDX-License-Identifier: Apache-2.0

    imgtool_meant.py IMGTOOL VECTORS
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
import uuid

IMGTOOL, VECTORS = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
KEYS = VECTORS / "keys"
P256, ED25519, X25519 = (KEYS / f"{n}.pem" for n in ("ecdsa-p256", "ed25519", "x25519"))
PUBLIC = VECTORS / "pub" / "ecdsa-p256.pem"
SIGNATURE = VECTORS / "img" / "ecdsa-p256.sig.b64"
PAYLOAD = VECTORS / "payload" / "p1000.bin"


def run(*words, **options):
    done = subprocess.run([IMGTOOL, *map(str, words)], capture_output=True, timeout=60, **options)
    assert b"Sanitizer" not in done.stderr and done.returncode in (0, 1, 2), done
    return done


def record(kind, address, data=b""):
    body = bytes([len(data)]) + struct.pack(">H", address) + bytes([kind]) + data
    return b":" + (body + bytes([-sum(body) & 0xFF])).hex().upper().encode() + b"\n"


def hex_file(address, data):
    text, upper = b"", None
    for at in range(0, len(data), 16):
        if (address + at) >> 16 != upper:
            upper = (address + at) >> 16
            text += record(4, 0, struct.pack(">H", upper))
        text += record(0, (address + at) & 0xFFFF, data[at:at + 16])
    return text + record(1, 0)


class Meant(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.out = self.folder / "out.bin"

    def sign(self, *more, size="0x8000", header="32", pad=("--pad-header",), payload=PAYLOAD, out=None,
             version="1.2.3"):
        return run("sign", "-v", version, "-H", header, "-S", size, *pad, *more, payload, out or self.out)

    def signed(self, *more, **options):
        done = self.sign(*more, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return (options.get("out") or self.out).read_bytes()

    def refused(self, word, *more, code=2, **options):
        self.out.unlink(missing_ok=True)
        done = self.sign(*more, **options)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(word.encode(), done.stderr)
        self.assertFalse(self.out.exists())

    def warned(self, word, *more, **options):
        done = self.sign(*more, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"Warning: ", done.stderr)
        self.assertIn(word.encode(), done.stderr)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    # Combinations.

    def test_contradictions(self):
        vector, side = ["--vector-to-sign", "digest"], self.folder / "side"
        for word, more in (
                ("there is no signature from elsewhere", ["--fix-sig-pubkey", PUBLIC]),
                ("there is no signature from elsewhere", ["--fix-sig-pubkey", P256]),
                ("give one of them", ["--fix-sig-pubkey", PUBLIC, "-k", P256]),
                ("give one of them", ["--fix-sig-pubkey", PUBLIC, "-k", P256, *vector]),
                ("two runs", ["--fix-sig-pubkey", PUBLIC, "--fix-sig", SIGNATURE, *vector]),
                ("--sig-out", ["--sig-out", side, *vector]),
                ("--sig-out", ["--sig-out", side, *vector, "-k", P256]),
                ("--audit", ["--audit", side, *vector, "-k", P256]),
                ("--replaces", ["--replaces", side, *vector]),
                ("without a key", ["--audit", side]),
                ("exclude", ["--test", "--confirm"]),
                ("--included-header", ["--included-header"]),
                ("differ", ["--pad-value", "0", "-R", "0xff"]),
                ("that swaps", ["--swap", "move", "--overwrite-only"]),
                ("cannot be encrypted", ["--swap", "xip", "-E", P256]),
                ("need --swap", ["--primary-size", "0x9000"]), ("need --swap", ["--secondary-size", "0x9000"]),
                ("needs --replaces", ["--no-downgrade", "build"]),
                ("--encrypt", ["--clear"]), ("outside 1", ["--max-sectors", "0"])):
            with self.subTest(more=more):
                self.refused(word, *more)
                self.assertFalse(side.exists())

    def test_nothing_done(self):
        for word, more in (
                ("do nothing without --encrypt", ["--hmac-sha", "512"]),
                ("do nothing without --encrypt", ["--encrypt-keylen", "256"]),
                ("do nothing without --encrypt", ["--save-enctlv"]),
                ("nothing without a key", ["--public-key-format", "full"]), ("--pure", ["--pure"]),
                ("does nothing with --overwrite-only", ["--confirm", "--overwrite-only"]),
                ("does nothing", ["--hex-addr", "0x1000"]), ("--pad-sig", ["--pad-sig"]),
                ("--pad-sig", ["--pad-sig", "-k", ED25519]), ("no address", ["-L", "0"]),
                ("no address", ["-F", "0"]), ("multiple of 8", ["--pad", "-S", "0x8004"]),
                ("one sector in", ["--pad", "--swap", "offset"]),
                ("one sector in", ["--confirm", "--swap", "offset"])):
            with self.subTest(more=more):
                self.warned(word, *more)
        for more in ([], ["-k", P256, "--pad-sig"], ["--pad", "--swap", "move"], ["-E", X25519, "--hmac-sha", "512"],
                     ["-R", "0xff", "--pad-value", "0xff"], ["--confirm"], ["-L", "0x100"]):
            done = self.sign(*more)
            self.assertEqual((done.returncode, done.stderr), (0, b""), more)

    def test_outputs_replace_no_input(self):
        key = self.file("key.pem", P256.read_bytes())
        os.link(key, self.folder / "same.pem")
        for word, more, out in (("would be replaced", [], key), ("would be replaced", [], self.folder / "same.pem"),
                                ("would be replaced", ["--sig-out", key], None),
                                ("into one file", ["--sig-out", self.out], None),
                                ("into one file", ["--audit", self.out], None)):
            done = self.sign("-k", key, *more, out=out)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(word.encode(), done.stderr)
        self.assertEqual(key.read_bytes(), P256.read_bytes())
        self.assertFalse(self.out.exists())
        own = self.file("own.bin", PAYLOAD.read_bytes())
        self.assertEqual(self.signed(payload=own, out=own), self.signed())  # in place is meant

    def test_verify_needs_a_private_key_to_decrypt(self):
        self.signed("-E", VECTORS / "pub" / "ecdsa-p256.pem")
        done = run("verify", "--decrypt", PUBLIC, self.out)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"private key", done.stderr)

    # Slots of two sizes.

    def fits(self, mode, primary, secondary, most, sector=0x1000, more=("--sha", "256")):
        """Exactly `most` bytes fit, header and TLVs included."""
        overhead = 32 + 4 + 4 + 32
        for size, code in ((most, 0), (most + 1, 2)):
            app = self.file("app.bin", bytes(size - overhead))
            done = self.sign(*more, "--swap", mode, "--align", "4", "--sector-size", hex(sector), "--primary-size",
                             hex(primary), "--secondary-size", hex(secondary), size="0", payload=app)
            self.assertEqual(done.returncode, code, (mode, primary, secondary, size, done.stderr))

    def test_slots_of_two_sizes(self):
        """By the reference loader's rules, for a trailer that fits in one sector."""
        slot, sector = 0x20000, 0x1000
        self.fits("move", slot, slot, slot - 2 * sector)
        self.fits("move", slot + sector, slot, slot - sector)
        self.fits("offset", slot, slot, slot - 2 * sector)
        self.fits("offset", slot, slot + sector, slot - sector)
        self.fits("offset", slot, slot + 0x400, slot - 0x800, 0x400, ("--sha", "256", "-M", "129"))
        for mode in ("overwrite", "xip"):
            self.fits(mode, slot, slot + 5 * sector, slot - 40)
            self.fits(mode, slot + 5 * sector, slot, slot - 40)
        self.fits("scratch", slot, slot + sector, slot - 1584)
        # One that is told, the other is --slot-size.
        app = self.file("app.bin", bytes(slot - sector - 72))
        told = ["--swap", "offset", "--align", "4", "--sha", "256"]
        self.signed(*told, "--secondary-size", hex(slot + sector), size=hex(slot), payload=app)
        self.refused("hold at most", *told, size=hex(slot), payload=app)

    def test_slots_that_no_loader_takes(self):
        for word, more in (
                ("primary one longer", ["--swap", "move", "--secondary-size", "0x9000"]),
                ("primary one longer", ["--swap", "move", "--primary-size", "0xa000"]),
                ("secondary one longer", ["--swap", "offset", "--primary-size", "0x9000"]),
                ("secondary one longer", ["--swap", "offset", "--secondary-size", "0xa000"]),
                ("whole number", ["--swap", "offset", "--sector-size", "0x3000"]),
                ("whole number", ["--swap", "overwrite", "--sector-size", "0x3000"]),
                ("--max-sectors", ["--swap", "move", "--sector-size", "64"]),
                ("missing", ["--swap", "move", "--primary-size", "0x8000", "-S", "0"])):
            with self.subTest(more=more):
                self.refused(word, *more)

    # HEX.

    def test_hex_addresses(self):
        data = PAYLOAD.read_bytes()
        wanted = self.signed()
        for address in (0, 1, 0x10, 0x1F, 0x20, 0x8000, 2**32 - len(data)):
            source = self.file("in.hex", hex_file(address, data))
            self.assertEqual(self.signed(payload=source), wanted)
        target = self.folder / "out.hex"
        low = self.file("low.hex", hex_file(0x10, data))
        self.refused("no room for a header", payload=low, out=target)
        self.signed("-x", "0x4000", payload=low, out=target)
        self.warned("begins at address 0", payload=self.file("zero.hex", hex_file(0, data)), out=target)
        self.signed(pad=(), payload=self.file("top.hex", hex_file(2**32 - 1032, bytes(32) + data)), size="0")
        high = self.file("high.hex", record(4, 0, b"\xff\xff") + record(0, 0xFFFF, b"ab") + record(1, 0))
        self.refused("line 2: the data reaches beyond", payload=high, code=1)

    def test_hex_faults(self):
        a, b = record(0, 0x20, b"abcd"), record(0, 0x30, b"abcd")
        far = record(4, 0, b"\x20\x00") + a
        for content, line in ((a + b + a, 3), (a + b + b + a, 3), (b"\n" + b + a + record(0, 0x22, b"x") + b, 4),
                              (a + far + b, 3), (a + b.replace(b"6", b"7", 1), 2)):
            self.refused(f"bad.hex, line {line}: ", payload=self.file("bad.hex", content + record(1, 0)), code=1)

    # Values.

    def test_uuids(self):
        plain = "12345678-1234-5678-1234-567812345678"
        wanted = self.signed("--vid", plain, "--cid", plain)
        self.assertIn(uuid.UUID(plain).bytes, wanted)
        for form in ("{%s}" % plain, "urn:uuid:" + plain, "URN:UUID:{%s}" % plain, "{%s}" % plain.replace("-", "")):
            self.assertEqual(self.signed("--vid", form, "--cid", form), wanted)
            self.warned("taken as the UUID", "--vid", form)
        for wrong in (plain[:-1], plain + "0", plain.replace("-", "")[1:], "12345678-1234-5678-1234-56781234567g",
                      "1234567-1234-5678-1234-567812345678", "{%s" % plain, plain[:-2] + "}", "urn:uuid:1234",
                      "urn:uuid:" + plain[1:], plain.replace("-", "", 1), "1234-12-12-12-12", " " + plain, plain + " "):
            self.refused("nearly a UUID", "--vid", wrong, code=1)
        for option in ("--vid", "--cid"):
            self.refused("is empty", option, "", *([] if option == "--vid" else ["--vid", "a.b"]), code=1)
        vid = uuid.uuid5(uuid.NAMESPACE_DNS, "example.com")
        got = self.sign("--vid", "example.com", "--cid", "board-a")
        self.assertEqual((got.returncode, got.stderr), (0, b""))
        self.assertIn(vid.bytes, self.out.read_bytes())
        self.assertIn(uuid.uuid5(vid, "board-a").bytes, self.out.read_bytes())

    def test_dependencies(self):
        wanted = self.signed("-d", "(1, 2.0.0), (2, 1.1)")
        for form in ("(1,2.0.0)(2,1.1)", "(1,2.0.0) (2, 1.1), ", " (1, 2.0),(2, 1.1.0)"):
            self.assertEqual(self.signed("-d", form), wanted)
        for lost in ("(1, 2.0.0), 2, 1.1", "(1, 2.0.0); (2, 1.1)", "x(1, 2.0.0)", "(1, 2.0.0) and (2, 1.1)"):
            self.refused("Image dependency format is invalid", "-d", lost)

    def test_custom_tlv_text(self):
        self.warned("is taken as text", "--custom-tlv", "0xa0", "0X01ff")
        self.assertIn(b"0X01ff", self.out.read_bytes())
        self.assertIn(struct.pack("<HHH", 0xA0, 2, 0xFF01), self.signed("--custom-tlv", "0xa0", "0x01ff"))

    def test_inputs_of_other_kinds(self):
        data = PAYLOAD.read_bytes()
        for word, content in (("an ELF file", b"\x7fELF\2\1\1" + data), ("Intel HEX", hex_file(0x8000, data)),
                              ("a UF2 file", b"UF2\n\x57\x51\x5d\x9e" + data), ("S-records", b"S0030000FC\n"),
                              ("a signed image already", (VECTORS / "img" / "unsigned.bin").read_bytes())):
            self.warned(word, payload=self.file("app.img", content))
        for content in (data, b":-) text", b"S0FA", b"\x7fELK"):
            self.assertEqual(self.sign(payload=self.file("app.img", content)).stderr, b"")

    # Options of other imgtools.

    def test_header_size_auto(self):
        self.assertEqual(self.signed(header="auto"), self.signed())
        self.refused("needs --pad-header", header="auto", pad=())
        for wrong in ("AUTO", "31", "65536", "0x1g", "", "-1"):
            self.refused("--header-size", header=wrong)

    def test_pad_value(self):
        for value, byte in (("0", 0), ("0xff", 0xFF)):
            got = self.signed("--pad-value", value, "--pad", pad=(), header="0x40")
            self.assertEqual(got[32:64], bytes([byte]) * 32)
            self.assertEqual(got, self.signed("-R", value, "--pad", header="0x40"))
        self.refused("is not one of", "--pad-value", "1")

    def test_included_header(self):
        source = self.file("gap.bin", bytes(32) + PAYLOAD.read_bytes())
        self.assertEqual(self.signed("--included-header", pad=(), payload=source), self.signed(pad=(), payload=source))

    # Downgrades.

    def test_downgrades(self):
        """What loaders against downgrades compare, each rule by itself; equal ones are allowed."""
        old = self.folder / "old.bin"
        cases = [  # installed, next, rules that refuse
            (("1.2.3+4", "5"), ("1.2.2+9", "6"), {"version", "build"}),
            (("1.2.3+4", "5"), ("1.2.3+3", "6"), {"build"}),
            (("1.2.3+4", "5"), ("1.2.3+4", "4"), {"counter"}),
            (("1.2.3+4", "5"), ("2.0.0", None), {"counter"}),
            (("1.2.3+4", None), ("1.2.3+4", None), set()),
            (("1.2.3+4", None), ("1.2.4", "0"), set()),
        ]
        for (version, counter), (next_version, next_counter), refusing in cases:
            self.signed(*(["-s", counter] if counter else []), version=version, out=old)
            more = ["-s", next_counter] if next_counter else []
            self.signed(*more, version=next_version)
            self.assertEqual(run("verify", self.out).returncode, 0)
            for rule in ("version", "build", "counter"):
                checked = ["--replaces", old, "--no-downgrade", rule]
                bad = rule in refusing
                got = run("verify", *checked, self.out)
                self.assertEqual(got.returncode, int(bad), (version, next_version, rule, got.stderr))
                self.assertEqual(b"downgrade" in got.stdout, bad)
                got = self.sign(*more, *checked, version=next_version, out=self.folder / "next.bin")
                self.assertEqual(got.returncode, int(bad), got.stderr)
            plain = run("verify", "--replaces", old, self.out)
            self.assertEqual(plain.returncode, int("version" in refusing))
        self.assertEqual(run("verify", "--replaces", PAYLOAD, self.out).returncode, 1)
        self.assertEqual(run("verify", "--replaces", "nofile", self.out).returncode, 2)
        self.assertEqual(run("verify", "--no-downgrade", "build", self.out).returncode, 2)

    # Words.

    def test_quiet(self):
        for more in (["-k", P256], ["-k", ED25519], ["--vector-to-sign", "digest"], ["--compression", "lzma2"]):
            self.assertNotEqual(self.sign(*more).stdout, b"")
            done = self.sign("--quiet", *more)
            self.assertEqual((done.returncode, done.stdout), (0, b""))

    def test_one_form_of_versions(self):
        for version, form in (("1.1.0", "1.1.0+0"), ("1.1", "1.1.0+0"), ("1.1.0+7", "1.1.0+7")):
            audit = self.folder / "audit"
            audit.unlink(missing_ok=True)
            self.signed("-k", P256, "--audit", audit, version=version)
            self.assertIn(f"Image version: {form}\n".encode(), run("verify", self.out).stdout)
            self.assertEqual(json.loads(run("verify", "--json", self.out).stdout)["version"], form)
            self.assertEqual(json.loads(run("dumpinfo", "-f", "json", self.out).stdout)["header"]["version"], form)
            self.assertEqual(json.loads(audit.read_text())["version"], form)
            lower = self.sign("--replaces", self.out, version="1.0")
            self.assertIn(f"1.0.0+0 is below the installed {form}".encode(), lower.stderr)

    def test_json_of_failures(self):
        """One object on stdout, whatever fails; a fault of the image is verify's own object."""
        self.signed("-k", P256)
        broken = self.folder / "broken"
        broken.write_bytes(b"\x00" * 100)
        for words in (["verify", "--json", "nosuch"], ["verify", "--json", "-k", "nosuch", self.out],
                      ["verify", "--json", "-k", broken, self.out], ["verify", "--json"],
                      ["keyinfo", "--json", "-k", "nosuch"], ["keyinfo", "-k", broken, "--json"],
                      ["dumpinfo", "-f", "json", "nosuch"], ["dumpinfo", "-f", "json", broken]):
            done = run(*words)
            error = json.loads(done.stdout)["error"]
            self.assertEqual(error["code"], done.returncode, words)
            self.assertNotEqual(error["why"], "", words)
        done = run("keyinfo", "--json", "-k", PUBLIC, "--require", "private")
        told = json.loads(done.stdout)
        self.assertEqual((done.returncode, told["error"]["code"], told["kind"]), (2, 2, "public"))
        done = run("verify", "--json", broken)
        self.assertEqual((done.returncode, json.loads(done.stdout)["valid"]), (1, False))

    def test_help_and_version(self):
        for words in (["--help"], ["-h"], ["help"]):
            done = run(*words)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertIn(b"keygen", done.stdout)
        self.assertEqual(run("help", "sign").stdout, run("sign", "--help").stdout)
        self.assertEqual(run("help", "nosuch").returncode, 2)
        done = run("--version")
        self.assertEqual((done.returncode, done.stdout[:8]), (0, b"imgtool "))
        self.assertEqual(run("version").stdout, b"2.4.0\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
