"""
imgtool_behaviour.py - what imgtool does beyond the vectors: keys, passphrases, files, signing
elsewhere, limits, hostile input. SPDX-License-Identifier: Apache-2.0

    imgtool_behaviour.py IMGTOOL VECTORS
"""
import base64
import json
import os
import pty
import random
import select
import stat
import subprocess
import sys
import tempfile

from checks import check, report

IMGTOOL, VECTORS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
KEYS = os.path.join(VECTORS, "keys")
P256 = os.path.join(KEYS, "ecdsa-p256.pem")
PAYLOAD = os.path.join(VECTORS, "payload", "fw20k.bin")
TYPES = ["rsa-2048", "rsa-3072", "ecdsa-p256", "ecdsa-p384", "ed25519", "x25519"]


def run(*args, stdin=b"", env=None):
    """Without a terminal, so that passphrases are read from stdin."""
    got = subprocess.run([IMGTOOL, *args], input=stdin, capture_output=True, timeout=120,
                         start_new_session=True, env={**os.environ, **(env or {})})
    check(b"Sanitizer" not in got.stderr and got.returncode in (0, 1, 2), f"{args}: healthy",
          got.stderr)
    return got


def sign(*more, size="0x20000", header="0x200", out="out.bin", payload=PAYLOAD, key=P256):
    keys = ["-k", key] if key else []
    return run("sign", "-v", "1.2.3", "-H", header, "-S", size, "--pad-header", *keys, *more,
               payload, out)


def data(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def test_keygen():
    for kind in TYPES:
        name = kind + ".pem"
        check(run("keygen", "-k", name, "-t", kind).returncode == 0, f"keygen {kind}")
        check(stat.S_IMODE(os.stat(name).st_mode) == 0o600, f"{kind}: mode 0600")
        check(subprocess.run(["openssl", "pkey", "-in", name, "-noout"]).returncode == 0,
              f"{kind}: openssl reads it")
        before = data(name)
        got = run("keygen", "-k", name, "-t", kind)
        check(got.returncode == 1 and b"--force" in got.stderr and data(name) == before,
              f"{kind}: not overwritten")
        check(run("keygen", "-k", name, "-t", kind, "--force").returncode == 0 and
              data(name) != before, f"{kind}: --force")
        got = run("keyinfo", "-k", name, "--json")
        check(json.loads(got.stdout)["type"] == kind, f"{kind}: keyinfo")
        check(run("getpub", "-k", name, "-e", "pem", "-o", kind + ".pub").returncode == 0, kind)
        check(run("keyinfo", "-k", kind + ".pub").stdout == b"public\n", f"{kind}: public")
        if kind != "x25519":
            got = sign(key=name)
            check(got.returncode == 0, f"{kind}: sign", got.stderr)
            check(run("verify", "-k", kind + ".pub", "out.bin").returncode == 0, f"{kind}: verify")
            check(run("verify", "-k", os.path.join(KEYS, kind + ".pem"),
                      "out.bin").returncode == 1, f"{kind}: another key")
    check(not [n for n in os.listdir(".") if n.count(".") > 1], "nothing temporary is left",
          os.listdir("."))
    check(run("keygen", "-k", "no/where.pem", "-t", "ed25519").returncode == 1, "no folder")
    got = run("keygen", "-k", "asked.pem", stdin=b"nothing\ned25519\n")
    check(got.returncode == 0 and os.path.exists("asked.pem"), "type asked for", got.stdout)


def test_passphrase():
    got = run("keygen", "-k", "locked.pem", "-t", "ecdsa-p256", "-p",
              stdin=b"one\ntwo\nsecret\nsecret\n")
    check(got.returncode == 0 and b"do not match" in got.stdout, "asked again", got.stdout)
    check(b"ENCRYPTED PRIVATE KEY" in data("locked.pem"), "the file is protected")
    check(subprocess.run(["openssl", "pkey", "-in", "locked.pem", "-noout", "-passin",
                          "pass:secret"], capture_output=True).returncode == 0, "openssl opens it")
    check(run("getpub", "-k", "locked.pem", stdin=b"secret\n").returncode == 0, "right passphrase")
    got = run("getpub", "-k", "locked.pem", stdin=b"wrong\n")
    check(got.returncode == 1 and b"passphrase" in got.stderr and got.stdout == b"", "wrong one")
    check(run("getpub", "-k", "locked.pem").returncode == 1, "end of input")
    check(run("keyinfo", "-k", "locked.pem").returncode == 2, "keyinfo never asks")
    theirs = os.path.join(KEYS, "ecdsa-p256-pw.pem")
    check(run("getpub", "-k", theirs, stdin=b"secret\n").returncode == 0, "the reference's file")
    subprocess.run(["openssl", "ec", "-in", P256, "-aes128", "-passout", "pass:abc", "-out",
                    "old.pem"], capture_output=True, check=True)
    check(run("getpub", "-k", "old.pem", stdin=b"abc\n").returncode == 0, "older protected form")
    check(run("getpub", "-k", "old.pem", stdin=b"abd\n").returncode == 1, "and its wrong one")


def test_terminal():
    """On a terminal the passphrase is not echoed, and the echo is back afterwards."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(IMGTOOL, [IMGTOOL, "getpub", "-k", "locked.pem", "-o", "t.c"])
    shown = b""
    while b"passphrase: " not in shown and select.select([fd], [], [], 60)[0]:
        shown += os.read(fd, 1000)
    os.write(fd, b"secret\n")
    try:
        while select.select([fd], [], [], 60)[0]:
            shown += os.read(fd, 1000)
    except OSError:  # the other side has closed the terminal
        pass
    os.close(fd)  # ends a child that still waits
    check(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, "passphrase on a terminal", shown)
    check(b"secret" not in shown and os.path.exists("t.c"), "not echoed", shown)


def test_key_errors():
    cases = {"empty.pem": b"", "text.pem": b"hello\n", "cert.pem":
             b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
             "broken.pem": data(P256)[:100] + data(P256)[130:]}
    for name, content in cases.items():
        write(name, content)
        got = run("getpub", "-k", name)
        check(got.returncode == 1 and name.encode() in got.stderr, f"{name} is refused", got.stderr)
    for args in (["rsa:1024"], ["rsa:4096"]):
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt",
                        "rsa_keygen_bits:" + args[0][4:], "-out", "odd.pem"], capture_output=True)
        check(run("getpub", "-k", "odd.pem").returncode == 1, f"{args} is refused")
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                    "ec_paramgen_curve:secp256k1", "-out", "odd.pem"], capture_output=True)
    check(run("getpub", "-k", "odd.pem").returncode == 1, "another curve is refused")
    got = run("sign", "-v", "1", "-H", "32", "-S", "0", "--pad-header", "-k",
              os.path.join(KEYS, "x25519.pem"), PAYLOAD, "out.bin")
    check(got.returncode == 2, "x25519 cannot sign", got.stderr)


def test_output_is_whole():
    write("out.bin", b"before")
    check(sign(size="0x1000").returncode == 2 and data("out.bin") == b"before",
          "a refused image leaves the old file")
    check(sign(key="nowhere.pem").returncode == 1 and data("out.bin") == b"before", "no key")
    check(sign("--sig-out", "no/where").returncode == 1, "no folder for the signature")
    os.mkdir("folder")
    check(sign(out="folder").returncode == 1, "output is a folder")
    check(sign(out="/dev/stdout").stdout.endswith(data_after_sign()), "output to a pipe")


def data_after_sign():
    sign(key=os.path.join(KEYS, "ed25519.pem"), out="ed.bin")
    got = sign(key=os.path.join(KEYS, "ed25519.pem"), out="/dev/stdout")
    check(data("ed.bin") in got.stdout, "the same bytes through a pipe")
    return b""


def openssl_sign(key, kind, vector):
    extra = {"rsa": ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                     "rsa_pss_saltlen:32"], "p256": ["-sha256"], "p384": ["-sha384"]}
    if kind == "ed25519":
        args = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", vector]
    else:
        args = ["openssl", "dgst", *extra[kind], "-sign", key, vector]
    return subprocess.run(args, capture_output=True, check=True).stdout


def test_signing_elsewhere():
    """What an air-gapped signer does, here with the openssl program."""
    for name, kind in (("rsa-2048", "rsa"), ("rsa-3072", "rsa"), ("ecdsa-p256", "p256"),
                       ("ecdsa-p384", "p384"), ("ed25519", "ed25519")):
        private = os.path.join(KEYS, name + ".pem")
        run("getpub", "-k", private, "-e", "pem", "-o", "pub.pem")
        options = ["-s", "7", "--boot-record", "SPE", "--confirm", "--fix-sig-pubkey", "pub.pem"]
        vector = "digest" if kind == "ed25519" else "payload"
        got = sign(*options, "--vector-to-sign", vector, key=None, out="vector")
        check(got.returncode == 0, f"{name}: vector", got.stderr)
        write("sig.b64", base64.b64encode(openssl_sign(private, kind, "vector")))
        got = sign(*options, "--fix-sig", "sig.b64", key=None)
        check(got.returncode == 0, f"{name}: fixed signature", got.stderr)
        check(run("verify", "-k", "pub.pem", "out.bin").returncode == 0, f"{name}: verifies")
        os.remove("out.bin")
        got = sign("--fix-sig-pubkey", "pub.pem", "--fix-sig", "sig.b64", key=None)
        check(got.returncode == 1 and not os.path.exists("out.bin"),
              f"{name}: a signature of other bytes is refused")


def test_swap_fit():
    """Sizes around the limit of each mode, for a slot of 32 sectors."""
    slot, sector = 0x20000, 0x1000
    limits = {"move": slot - 2 * sector, "offset": slot - 2 * sector, "overwrite": slot - 40,
              "xip": slot - 40, "scratch": slot - 1584}
    for mode, limit in limits.items():
        small = ["--overwrite-only"] if mode in ("overwrite", "xip") else []
        options = ["--swap", mode, "--align", "4", "--sha", "256", *small]
        overhead = 0x20 + 4 + 4 + 32  # header, TLV area, hash TLV; unsigned
        for more, wanted in ((0, 0), (1, 2)):
            write("app.bin", bytes(limit - overhead + more))
            got = sign(*options, header="0x20", payload="app.bin", key=None)
            check(got.returncode == wanted, f"--swap {mode}, {more} over", got.stderr)
    write("app.bin", bytes(slot - 0x1200))
    got = sign("--align", "4", header="0x20", payload="app.bin", key=None)
    check(got.returncode == 0 and b"Warning" in got.stderr and b"--swap" in got.stderr,
          "a hint without --swap", got.stderr)


def test_refused_combinations():
    for name, args in {
        "encryption for P-384": ["-E", os.path.join(KEYS, "ecdsa-p384.pem")],
        "encryption for Ed25519": ["-E", os.path.join(KEYS, "ed25519.pem")],
        "encryption for RSA-3072": ["-E", os.path.join(KEYS, "rsa-3072.pem")],
        "hmac 512 with P-256": ["-E", P256, "--hmac-sha", "512"],
        "compressed and signed elsewhere": ["--compression", "lzma2", "--vector-to-sign", "digest"],
        "max-align below align": ["--align", "32", "--max-align", "16"],
        "two ways to encrypt": ["-E", P256, "--encrypt-kek", P256],
    }.items():
        got = sign(*args, key=None)
        check(got.returncode == 2 and b"Error: " in got.stderr, name, got.stderr)
    check(sign("--pad", size="0").returncode == 2, "padding without a slot")
    got = sign("-E", P256, "--clear")
    check(got.returncode == 0 and b"Warning" in got.stderr, "--clear warns", got.stderr)


def test_encrypted_verify():
    other = os.path.join(KEYS, "x25519-other.pem")
    x25519, ed25519 = (os.path.join(KEYS, n) for n in ("x25519.pem", "ed25519.pem"))
    options = ["-E", x25519, "--hmac-sha", "512", "--encrypt-keylen", "256", "--compression",
               "lzma2armthumb", "-s", "9", "--custom-tlv", "0xa0", "text"]
    check(sign(*options, key=ed25519).returncode == 0, "encrypted and compressed")
    got = run("verify", "-k", ed25519, "--decrypt", x25519, "--json", "out.bin")
    answer = json.loads(got.stdout)
    check(answer["valid"] and answer["encrypted"] and answer["compressed"] and
          answer["signatures"] == 1, "verified through both", got.stdout)
    check(run("verify", "-k", ed25519, "out.bin").returncode == 1, "not without the key")
    check(run("verify", "-k", ed25519, "--decrypt", other, "out.bin").returncode == 1,
          "not with another key")
    image = bytearray(data("out.bin"))
    for at in range(0, len(image), 293):
        image[at] ^= 0x40
        write("flip.bin", image)
        image[at] ^= 0x40
        check(run("verify", "-k", ed25519, "--decrypt", x25519, "flip.bin").returncode == 1,
              f"bit at {at}")


def test_hostile_images():
    """Cut, changed and random files: refused, without a crash, by verify; dumped or refused."""
    image = data(os.path.join(VECTORS, "img", "everything.bin"))
    end = 0x4B1 + 0x97
    rng = random.Random(5)
    cuts = [image[:n] for n in list(range(0, 64, 5)) + list(range(1000, end, 29))]
    flips = []
    for _ in range(80):
        at = rng.randrange(end)
        flips.append(image[:at] + bytes([image[at] ^ 1 << rng.randrange(8)]) + image[at + 1:])
    noise = [image[:32] + rng.randbytes(rng.randrange(3000)) for _ in range(20)]
    for number, content in enumerate(cuts + flips + noise):
        write("bad.bin", content)
        got = run("verify", "-k", P256, "bad.bin")
        check(got.returncode == 1 and got.stdout != b"", f"hostile image {number}", got.stdout)
        run("dumpinfo", "-f", ("human", "yaml", "json")[number % 3], "bad.bin")
    write("rest.bin", image[:end] + b"rest")
    got = run("verify", "-k", P256, "rest.bin")
    check(got.returncode == 0 and b"does not belong" in got.stderr, "bytes behind the image")
    write("rest.bin", image[:end] + b"\xff" * 100)
    check(run("verify", "-k", P256, "rest.bin").returncode == 0, "filler behind the image")
    write("half.hex", data(os.path.join(VECTORS, "img", "hex-pad.hex"))[:5000])
    check(run("verify", "half.hex").returncode == 1, "a cut HEX file")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                test()
        os.chdir("/")
    report()


main()
