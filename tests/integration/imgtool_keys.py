"""
imgtool_keys.py - keys as people have them: any order and form of PEM, old protections, spelled-out
curves, RSA-PSS; where passphrases come from; what is left of secrets. Made by the openssl program.
SPDX-License-Identifier: Apache-2.0

    imgtool_keys.py IMGTOOL VECTORS LEFTOVERS

LEFTOVERS is the library made from tests/support/leftovers.c.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

IMGTOOL, VECTORS, LEFTOVERS = map(pathlib.Path, sys.argv[1:4])
KEYS = VECTORS / "keys"
P256, P384, RSA, ED25519 = (KEYS / f"{n}.pem" for n in ("ecdsa-p256", "ecdsa-p384", "rsa-2048",
                                                         "ed25519"))
PAYLOAD = VECTORS / "payload" / "p1000.bin"
LEGACY = ["-provider", "default", "-provider", "legacy"]


def openssl(*words, **options):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, check=True,
                          **options).stdout


def imgtool(*words, stdin=b"", env=None, **options):
    """Without a terminal, so that passphrases are read from stdin."""
    done = subprocess.run([IMGTOOL, *map(str, words)], input=stdin, capture_output=True, timeout=120,
                          start_new_session=True, env={**os.environ, **(env or {})}, **options)
    assert b"Sanitizer" not in done.stderr and done.returncode in (0, 1, 2), done
    return done


class Keys(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def assert_signs(self, key, original, **options):
        """It signs, and the image is the same key's as with the usual form of the key."""
        out = self.folder / "out.bin"
        sign = ["sign", "-v", "1.2.3", "-H", "32", "-S", "0x8000", "--pad-header", PAYLOAD, out]
        done = imgtool(*sign, "-k", key, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(imgtool("verify", "-k", original, out).returncode, 0)
        ours = imgtool("getpub", "-e", "raw", "-k", key, **options).stdout
        self.assertEqual(ours, imgtool("getpub", "-e", "raw", "-k", original).stdout)
        return done

    def assert_refused(self, key, *reasons, command="getpub", code=1, **options):
        done = imgtool(command, "-k", key, **options)
        self.assertEqual((done.returncode, done.stdout), (code, b""), done.stderr)
        for reason in (str(key), *reasons):
            self.assertIn(reason.encode(), done.stderr)
        return done

    # Forms of keys.

    def test_order_of_blocks(self):
        for original in (P256, P384, RSA, ED25519):
            private = original.read_bytes()
            public = openssl("pkey", "-in", original, "-pubout")
            orders = ([public, private], [private, public], [public, private, public, private],
                      [b"first some words\n\n", public, b"# and more\n", private, b"the end"])
            for blocks in orders if original == P256 else orders[:1]:
                both = self.file("both.pem", b"".join(blocks))
                self.assert_signs(both, original)
                self.assertEqual(imgtool("keyinfo", "-k", both).stdout, b"private\n")
        parameters = openssl("ecparam", "-name", "prime256v1")
        self.assert_signs(self.file("param.pem", parameters + openssl("ec", "-in", P256)), P256)

    def test_keys_that_do_not_belong_together(self):
        public, other = openssl("pkey", "-in", P256, "-pubout"), openssl("pkey", "-in", RSA, "-pubout")
        for blocks in ([P256.read_bytes(), RSA.read_bytes()], [other, P256.read_bytes()],
                       [P256.read_bytes(), other], [public, other]):
            self.assert_refused(self.file("two.pem", b"".join(blocks)), "do not belong together")

    def test_text(self):
        pem = P256.read_bytes()
        lines = pem.splitlines()
        for name, content in {
            "crlf": pem.replace(b"\n", b"\r\n"), "cr": pem.replace(b"\n", b"\r"),
            "mark": b"\xef\xbb\xbf" + pem, "no end of line": pem.rstrip(b"\n"),
            "indented": b"key: |\n  " + pem.replace(b"\n", b"\n  "),
            "blanks at the end": pem.replace(b"\n", b"  \n"),
            "one long line": b"\n".join([lines[0], b"".join(lines[1:-1]), lines[-1]]) + b"\n",
        }.items():
            with self.subTest(name):
                self.assert_signs(self.file("text.pem", content), P256)
        old = openssl("ec", "-in", P256, "-aes128", "-passout", "pass:abc")
        self.assert_signs(self.file("old.pem", old.replace(b"\n", b"\r\n")), P256, stdin=b"abc\n")

    def test_other_files(self):
        certificate = openssl("req", "-x509", "-key", P256, "-subj", "/CN=x")
        bag = self.file("c.pem", certificate)
        p12 = openssl("pkcs12", "-export", "-inkey", P256, "-in", bag, "-passout", "pass:x")
        ssh = b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"
        pem = P256.read_bytes()
        for content, word in ((certificate, "-pubkey"), (p12, "openssl pkcs12"), (ssh, "ssh-keygen"),
                              (openssl("pkey", "-in", P256, "-outform", "DER"), "-inform DER"),
                              (pem.decode().encode("utf-16"), "UTF-16"), (b"ssh-rsa AAAA x", "ssh-keygen"),
                              (pem[:-40], "not whole"), (b"", "is needed"), (b"hello\n", "is needed")):
            self.assert_refused(self.file("other.key", content), word)
        # The advice works where it is given.
        self.file("x.p12", p12)
        pulled = openssl("pkcs12", "-in", "x.p12", "-nocerts", "-passin", "pass:x", "-passout", "pass:y",
                         cwd=self.folder)
        self.assert_signs(self.file("x.pem", pulled), P256, stdin=b"y\n")
        self.file("x.der", openssl("pkey", "-in", P256, "-outform", "DER"))
        openssl("pkey", "-inform", "DER", "-in", "x.der", "-out", "KEY.pem", cwd=self.folder)
        self.assert_signs(self.folder / "KEY.pem", P256)

    def explicit(self, curve, pkcs8):
        path = self.folder / f"{curve}-{pkcs8}.pem"
        if pkcs8:
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-pkeyopt",
                    "ec_param_enc:explicit", "-out", path)
        else:
            openssl("ecparam", "-name", curve, "-genkey", "-noout", "-param_enc", "explicit", "-out", path)
        self.assertGreater(len(path.read_bytes()), 400)
        return path

    def test_explicit_parameters(self):
        """The numbers of a curve in place of its name: the curve is named."""
        for curve, size in (("prime256v1", 91), ("secp384r1", 120)):
            for pkcs8 in (True, False):
                key = self.explicit(curve, pkcs8)
                named = self.file("named.pem", openssl("pkey", "-in", key, "-ec_param_enc", "named_curve"))
                self.assert_signs(key, named)
                public = self.file("public.pem", openssl("pkey", "-in", key, "-pubout"))
                self.assertGreater(len(public.read_bytes()), 400)
                self.assertEqual(len(imgtool("getpub", "-e", "raw", "-k", public).stdout), size)
                self.assertEqual(imgtool("verify", "-k", public, self.folder / "out.bin").returncode, 0)
                if curve == "prime256v1":
                    for form in ("openssl", "pkcs8"):
                        self.assertEqual(imgtool("getpriv", "-f", form, "-k", key).stdout,
                                         imgtool("getpriv", "-f", form, "-k", named).stdout)
                pem = imgtool("getpub", "-e", "pem", "-k", key).stdout
                self.assertEqual(pem, imgtool("getpub", "-e", "pem", "-k", named).stdout)

    def test_other_curves(self):
        for curve in ("secp256k1", "brainpoolP256r1", "brainpoolP256t1", "secp521r1", "prime192v1"):
            for form in ("named_curve", "explicit"):
                key = self.folder / "curve.pem"
                openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-pkeyopt",
                        f"ec_param_enc:{form}", "-out", key)
                self.assert_refused(key, f"EC {curve}")
                self.assert_refused(self.file("p.pem", openssl("pkey", "-in", key, "-pubout")), f"EC {curve}")

    def test_forged_curve(self):
        """The numbers of P-256 with another generator: whoever chose it may know the private key."""
        der = openssl("pkey", "-in", self.explicit("prime256v1", True), "-pubout", "-outform", "DER")
        generator = bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
        own = der[-65:]  # a point of the curve: the public key
        at = der.index(generator)
        forged = self.file("f.der", der[:at] + own + der[at + 65:])
        pem = self.file("forged.pem", openssl("enc", "-base64", "-in", forged))
        self.file("forged.pem", b"-----BEGIN PUBLIC KEY-----\n" + pem.read_bytes() +
                  b"-----END PUBLIC KEY-----\n")
        self.assert_refused(pem)

    def test_rsa_pss(self):
        for bits in ("2048", "3072"):
            key = self.folder / "pss.pem"
            openssl("genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", f"rsa_keygen_bits:{bits}", "-out", key)
            public = self.file("pub.pem", openssl("pkey", "-in", key, "-pubout"))
            self.assert_signs(key, public)
            self.assertIn(b"rsaEncryption", openssl("asn1parse", input=imgtool(
                "getpub", "-e", "pem", "-k", public).stdout))
        self.assertIn(b'"rsa-3072"', imgtool("keyinfo", "--json", "-k", key).stdout)
        same = ["-pkeyopt", "rsa_pss_keygen_md:sha256", "-pkeyopt", "rsa_pss_keygen_mgf1_md:sha256",
                "-pkeyopt", "rsa_pss_keygen_saltlen:32"]
        openssl("genpkey", "-algorithm", "RSA-PSS", *same, "-out", key)
        self.assert_signs(key, self.file("pub.pem", openssl("pkey", "-in", key, "-pubout")))
        for other in (["rsa_pss_keygen_md:sha512"], ["rsa_pss_keygen_md:sha256",
                                                     "rsa_pss_keygen_saltlen:48"]):
            options = [w for o in other for w in ("-pkeyopt", o)]
            openssl("genpkey", "-algorithm", "RSA-PSS", *options, "-out", key)
            self.assert_refused(key, "RSA-PSS")

    # Protections.

    def protections(self):
        for name in ("PBE-MD5-DES", "PBE-SHA1-RC2-64", "PBE-SHA1-RC2-40", "PBE-SHA1-3DES", "PBE-SHA1-RC4-128"):
            yield name, openssl("pkcs8", "-topk8", "-v1", name, "-in", P256, "-passout", "pass:abc", *LEGACY)
        for cipher in ("des", "rc2", "aes-256-cbc"):
            yield cipher, openssl("pkcs8", "-topk8", "-v2", cipher, "-in", P256, "-passout", "pass:abc", *LEGACY)
        yield "scrypt", openssl("pkcs8", "-topk8", "-scrypt", "-in", P256, "-passout", "pass:abc")
        for cipher in ("des", "des3", "aes256", "camellia128"):
            yield f"DEK {cipher}", openssl("ec", "-in", P256, f"-{cipher}", "-passout", "pass:abc", *LEGACY)

    def test_protections(self):
        for name, pem in self.protections():
            with self.subTest(name):
                key = self.file("locked.pem", pem)
                self.assert_signs(key, P256, stdin=b"abc\n")
                self.assert_refused(key, "is the passphrase right?", stdin=b"abd\n")
                self.assert_refused(key, "password-protected", command="keyinfo", code=2)

    def test_without_old_algorithms(self):
        """OpenSSL's module for them is not on every machine: that is the cause, not the passphrase."""
        for name, pem in self.protections():
            with self.subTest(name):
                key = self.file("locked.pem", pem)
                env = {"OPENSSL_MODULES": str(self.folder)}
                old = re.search("MD5-DES|RC2|RC4|^des$|^rc2$|^DEK des$", name)
                if old:
                    done = self.assert_refused(key, "legacy", stdin=b"abc\n", env=env)
                    self.assertNotIn(b"passphrase right", done.stderr)
                    self.assertRegex(done.stderr, rb"(?i)protected with [-\w]*(des|rc2|rc4)")
                    openssl("pkey", *LEGACY, "-in", key, "-aes256", "-out", self.folder / "NEW", "-passin",
                            "pass:abc", "-passout", "pass:n")  # as the message says
                    self.assert_signs(self.folder / "NEW", P256, stdin=b"n\n", env=env)
                else:
                    self.assert_signs(key, P256, stdin=b"abc\n", env=env)

    # Passphrases.

    def keygen(self, *more, **options):
        return imgtool("keygen", "-t", "ecdsa-p256", "-k", self.folder / "new.pem", *more, **options)

    def with_fd(self, content, *words, **options):
        end, start = os.pipe()
        os.write(start, content)
        os.close(start)
        try:
            return imgtool(*words, "--passphrase-fd", end, pass_fds=[end], **options)
        finally:
            os.close(end)

    def test_empty_passphrase(self):
        new = self.folder / "new.pem"
        for stdin in (b"\n\n", b"\n", b"\nx\n"):
            done = self.keygen("-p", stdin=stdin)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"empty passphrase", done.stderr)
        self.assertEqual(self.keygen("-p", env={"IMGTOOL_PASSPHRASE": ""}).returncode, 1)
        self.assertEqual(self.with_fd(b"\n", "keygen", "-t", "ed25519", "-k", new, "-p").returncode, 1)
        self.assertEqual(self.with_fd(b"", "keygen", "-t", "ed25519", "-k", new, "-p").returncode, 1)
        for long in (b"x" * 1024, b"a\0b"):
            self.assertEqual(self.keygen("-p", stdin=(long + b"\n") * 2).returncode, 1)
        self.assertFalse(new.exists())
        done = self.keygen("-p", stdin=b"one\ntwo\n" + b"y" * 1023 + b"\n" + b"y" * 1023 + b"\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"do not match", done.stdout)
        self.assertEqual(imgtool("getpub", "-k", new, stdin=b"y" * 1023 + b"\n").returncode, 0)
        self.assertEqual(imgtool("getpub", "-k", new, env={"IMGTOOL_PASSPHRASE": "y" * 1023}).returncode, 0)

    def test_type_then_passphrase(self):
        """What stands behind the type on stdin is the passphrase, also through a pipe."""
        new = self.folder / "new.pem"
        done = imgtool("keygen", "-k", new, "-p", stdin=b"ed25519\nabc\nabc\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(imgtool("getpub", "-k", new, stdin=b"abc\n").returncode, 0)

    def test_sources(self):
        new = self.folder / "new.pem"
        self.assertEqual(self.keygen("-p", env={"IMGTOOL_PASSPHRASE": "from env"}).returncode, 0)
        self.assertIn(b"ENCRYPTED", new.read_bytes())
        self.assertEqual(imgtool("getpub", "-k", new, env={"IMGTOOL_PASSPHRASE": "from env"}).returncode, 0)
        self.assertEqual(imgtool("getpub", "-k", new, env={"IMGTOOL_PASSPHRASE": "other"}).returncode, 1)
        self.assertEqual(imgtool("keyinfo", "-k", new, env={"IMGTOOL_PASSPHRASE": "from env"}).stdout,
                         b"private\n")
        got = self.with_fd(b"from env\r\nmore", "getpub", "-k", new, env={"IMGTOOL_PASSPHRASE": "wrong"})
        self.assertEqual(got.returncode, 0, got.stderr)  # the descriptor comes first
        self.assertEqual(self.with_fd(b"wrong\n", "getpub", "-k", new).returncode, 1)
        done = imgtool("getpub", "-k", new, "--passphrase-fd", "77")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"descriptor 77", done.stderr)
        self.assertEqual(self.with_fd(b"x\n", "keygen", "-t", "ed25519", "-k", self.folder / "n.pem").returncode,
                         2)
        self.assertFalse((self.folder / "n.pem").exists())

    def test_several_protected_keys(self):
        """A line for each; one line does for all."""
        keys = [self.file(f"{w}.pem", openssl("pkey", "-in", k, "-aes256", "-passout", f"pass:{w}"))
                for k, w in ((ED25519, "one"), (KEYS / "x25519.pem", "two"))]
        sign = ["sign", "-v", "1", "-H", "32", "-S", "0", "--pad-header", "-k", keys[0], "-E", keys[1],
                PAYLOAD, self.folder / "o.bin"]
        self.assertEqual(self.with_fd(b"one\ntwo\n", *sign).returncode, 0)
        self.assertEqual(self.with_fd(b"one\n", *sign).returncode, 1)
        self.file("two.pem", openssl("pkey", "-in", KEYS / "x25519.pem", "-aes256", "-passout", "pass:one"))
        self.assertEqual(self.with_fd(b"one\n", *sign).returncode, 0)
        self.assertEqual(imgtool(*sign, env={"IMGTOOL_PASSPHRASE": "one"}).returncode, 0)

    def secrets(self, key, passphrase):
        """The numbers of a private key in both byte orders, and a line of its PEM."""
        text = openssl("pkey", "-in", key, "-text", "-noout", "-passin", f"pass:{passphrase}").decode()
        found = [key.read_bytes().splitlines()[-2]]
        for number in re.findall(r"(?:priv|privateExponent|prime1):\n((?: +[0-9a-f:]+\n)+)", text):
            number = bytes.fromhex(re.sub(r"[:\s]", "", number)).lstrip(b"\0")[:24]
            found += [number, number[::-1]]
        self.assertGreater(len(found), 2)
        return found

    def assert_nothing_left(self, secrets, *words, code=0, env=None, **options):
        """The program's memory at its end, searched through by a library loaded into it."""
        masked = ",".join("".join(f"{b ^ 0x5A:02x}" for b in s) for s in secrets)
        done = imgtool(*words, env={"LD_PRELOAD": str(LEFTOVERS), "LEFTOVERS": masked, "ASAN_OPTIONS":
                                    "verify_asan_link_order=0", **(env or {})}, **options)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(b"LOOKED\n", done.stderr)
        self.assertNotIn(b"LEFTOVER ", done.stderr)
        return done

    def test_nothing_left_in_memory(self):
        word, new, out = b"correct horse battery", self.folder / "new.pem", self.folder / "out.bin"
        sign = ["sign", "-v", "1", "-H", "32", "-S", "0", "--pad-header", PAYLOAD, out]
        for kind in ("ecdsa-p256", "rsa-2048", "ed25519"):
            self.assert_nothing_left([word], "keygen", "-t", kind, "-k", new, "-p", "--force",
                                     stdin=(word + b"\n") * 2)
            left, plain = [word, *self.secrets(new, word.decode())], KEYS / f"{kind}.pem"
            for key, secrets, stdin in ((new, left, word + b"\n"), (plain, self.secrets(plain, ""), b"")):
                for command in (sign, ["verify", out], ["getpub"], ["getpriv"]):
                    code = 2 if command == ["getpriv"] and kind == "ed25519" else 0
                    if command == ["getpriv"]:  # the text that it prints is a secret, too
                        text = imgtool("getpriv", "-k", key, stdin=stdin).stdout
                        secrets = secrets + text.splitlines()[4:5]
                    self.assert_nothing_left(secrets, *command, "-k", key, stdin=stdin, code=code)
            self.assert_nothing_left(left, "getpub", "-k", new, stdin=b"wrong\n", code=1)
        if b"__asan_init" not in IMGTOOL.read_bytes():  # the sanitizer keeps a copy of the environment
            self.assert_nothing_left([word], "getpub", "-k", new, env={"IMGTOOL_PASSPHRASE": word.decode()})

    def test_no_core_dump(self):
        """While it waits for the second passphrase, it would not dump the first."""
        with subprocess.Popen([IMGTOOL, "keygen", "-t", "ed25519", "-p", "-k", self.folder / "new.pem"],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              start_new_session=True) as program:
            program.stdin.write(b"abc\n")
            program.stdin.flush()
            shown = b""
            while not shown.endswith(b"Reenter passphrase: "):
                shown += os.read(program.stderr.fileno(), 100)
            limits = pathlib.Path(f"/proc/{program.pid}/limits").read_text()
            program.stdin.close()
            program.wait()
        self.assertRegex(limits, r"Max core file size +0 +0 ")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
