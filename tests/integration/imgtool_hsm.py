"""
imgtool_hsm.py - keys in a PKCS#11 token, with SoftHSM2 as the token. Leaves with 77 (skipped) where
SoftHSM2 is not installed. SPDX-License-Identifier: Apache-2.0

    imgtool_hsm.py IMGTOOL VECTORS LEFTOVERS

LEFTOVERS is the library made from tests/support/leftovers.c.
"""
import ctypes
import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

from checks import check, report

IMGTOOL, VECTORS, LEFTOVERS = (os.path.abspath(path) for path in sys.argv[1:4])
PAYLOAD = os.path.join(VECTORS, "payload", "fw20k.bin")
TYPES = ["rsa-2048", "rsa-3072", "ecdsa-p256", "ecdsa-p384", "ed25519"]
PIN = "4711"


def module_path():
    found = glob.glob("/usr/lib/softhsm/libsofthsm2.so") + glob.glob(
        "/usr/lib/*/softhsm/libsofthsm2.so")
    return found[0] if found and shutil.which("softhsm2-util") else None


MODULE = module_path()


def run(*args, stdin=b"", pin=PIN, env=None, **kwargs):
    extra = {"IMGTOOL_PKCS11_MODULE": MODULE, **({"IMGTOOL_PIN": pin} if pin else {})}
    # SoftHSM leaves memory behind at its end, which is not ours to watch.
    extra["ASAN_OPTIONS"] = "detect_leaks=0"
    got = subprocess.run([IMGTOOL, *args], input=stdin, capture_output=True, timeout=120,
                         start_new_session=True, env={**os.environ, **extra, **(env or {})},
                         **kwargs)
    check(b"Sanitizer" not in got.stderr and got.returncode in (0, 1, 2), f"{args}: healthy",
          got.stderr)
    return got


def sign(key, *more, **kwargs):
    return run("sign", "-v", "1.2.3", "-H", "0x200", "-S", "0x20000", "--pad-header", "-k", key,
               *more, PAYLOAD, "out.bin", **kwargs)


def refused(got, *words):
    return got.returncode in (1, 2) and all(w.encode() in got.stderr for w in words)


def softhsm(*args):
    return subprocess.run(["softhsm2-util", *args], capture_output=True, check=True)


def new_token(label):
    softhsm("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "0815")


def configure(more=""):
    os.makedirs("tokens", exist_ok=True)
    with open("softhsm2.conf", "w", encoding="ascii") as file:
        file.write(f"directories.tokendir = {os.getcwd()}/tokens\nlog.level = ERROR\n{more}")
    os.environ["SOFTHSM2_CONF"] = os.path.join(os.getcwd(), "softhsm2.conf")


def test_every_kind():
    for kind in TYPES:
        uri = f"pkcs11:token=fw;object={kind}"
        got = run("keygen", "-k", uri, "-t", kind)
        check(got.returncode == 0, f"{kind}: keygen", got.stderr)
        check(refused(run("keygen", "-k", uri, "-t", kind), "already"), f"{kind}: kept")
        got = run("getpub", "-k", uri, "-e", "pem", "-o", kind + ".pub", pin=None)
        check(got.returncode == 0, f"{kind}: getpub needs no PIN", got.stderr)
        got = subprocess.run(["openssl", "pkey", "-pubin", "-in", kind + ".pub", "-noout"])
        check(got.returncode == 0, f"{kind}: openssl reads it")
        a = run("getpubhash", "-k", uri, "-e", "raw").stdout
        check(len(a) == 32 and a == run("getpubhash", "-k", kind + ".pub", "-e", "raw").stdout,
              f"{kind}: same hash")
        got = sign(uri, "--confirm", "-s", "3")
        check(got.returncode == 0 and b"Warning: pkcs11" not in got.stderr, f"{kind}: sign",
              got.stderr)
        check(run("verify", "-k", kind + ".pub", "out.bin").returncode == 0, f"{kind}: verify")
        got = run("verify", "-k", uri, "out.bin", pin=None)
        check(got.returncode == 0, f"{kind}: verify by URI without PIN", got.stderr)
        check(json.loads(run("keyinfo", "-k", uri, "--json").stdout)["type"] == kind, kind)
        check(refused(run("getpriv", "-k", uri), "does not leave"), f"{kind}: getpriv")
    got = sign("pkcs11:token=fw;object=ed25519", "--pure")
    check(got.returncode == 0, "pure Ed25519", got.stderr)
    check(run("verify", "-k", "ed25519.pub", "out.bin").returncode == 0, "pure verifies")
    check(refused(run("keygen", "-k", "pkcs11:token=fw;object=x", "-t", "x25519"), "x25519"),
          "no encryption keys")
    check(refused(run("keygen", "-k", "pkcs11:token=fw", "-t", "ed25519"), "object="), "no name")


def test_pins():
    uri = "pkcs11:token=fw;object=ecdsa-p256"
    read, write = os.pipe()
    os.write(write, PIN.encode() + b"\n")
    os.close(write)
    got = run("--pin-fd", str(read), "sign", "-v", "1", "-H", "32", "-S", "0", "--pad-header",
              "-k", uri, PAYLOAD, "out.bin", pin=None, pass_fds=(read,))
    check(got.returncode == 0, "--pin-fd", got.stderr)
    check(sign(uri, pin=None, stdin=PIN.encode() + b"\n").returncode == 0, "asked for")
    with open("pin", "w", encoding="ascii") as file:
        file.write(PIN + "\n")
    for source in ("pin", "file:pin", "file://" + os.path.abspath("pin")):
        check(sign(f"{uri}?pin-source={source}", pin=None).returncode == 0, f"pin-source={source}")
    check(refused(sign(f"{uri}?pin-source=nowhere", pin=None), "nowhere"), "no PIN file")
    os.remove("out.bin")
    got = sign(f"{uri}?pin-value={PIN}")
    check(refused(got, "command line") and PIN.encode() not in got.stderr, "PIN in the URI",
          got.stderr)
    check(refused(sign(uri, pin="0000"), "the PIN is wrong"), "wrong PIN")
    check(refused(sign(uri, pin="1"), "the PIN is wrong"), "short PIN")
    check(refused(sign(uri, pin=None), "Aborted!"), "end of input")
    check(not os.path.exists("out.bin"), "nothing was written")


def test_choice():
    check(refused(sign("pkcs11:token=none;object=x"), "no such token"), "no such token")
    check(refused(sign("pkcs11:token=fw;object=none"), "no such"), "no such key")
    check(refused(sign("pkcs11:token=fw"), "keys fit", "id="), "several keys")
    check(refused(sign("pkcs11:token=fw;object=rsa-2048?module-path=/nowhere.so"), "/nowhere.so"),
          "no such module")
    for uri, word in (("pkcs11:token", "without a value"), ("pkcs11:token=%4", "escape"),
                      ("pkcs11:colour=red", "not known"), ("pkcs11:token=a;token=b", "twice")):
        check(refused(sign(uri), word), uri)

    for name in ("01", "02"):
        subprocess.run([IMGTOOL, "keygen", "-k", name + ".pem", "-t", "ecdsa-p256"], check=True)
        softhsm("--import", name + ".pem", "--token", "fw", "--label", "twice", "--id", name,
                "--pin", PIN)
    got = sign("pkcs11:token=fw;object=twice")
    check(refused(got, "2 public keys fit", "%01", "%02"), "one label twice", got.stderr)
    got = sign("pkcs11:token=fw;object=twice;id=%02")
    check(got.returncode == 0, "chosen by id", got.stderr)
    check(run("verify", "-k", "02.pem", "out.bin").returncode == 0, "and it is that one")

    new_token("twin")
    new_token("twin")
    got = sign("pkcs11:token=twin;object=x")
    check(refused(got, "two tokens fit", "serial="), "two tokens", got.stderr)
    serial = got.stderr.decode().split("numbers ")[1].split(" ")[0]
    got = run("keygen", "-k", f"pkcs11:token=twin;serial={serial};object=k%20k", "-t", "ed25519")
    check(got.returncode == 0, "chosen by serial", got.stderr)
    check(sign(f"pkcs11:serial={serial};object=k%20k").returncode == 0, "and there it is")


def make_extractable(label):
    """A key that may leave its token, which imgtool itself never makes."""
    class Attribute(ctypes.Structure):
        _fields_ = [("type", ctypes.c_ulong), ("value", ctypes.c_void_p), ("len", ctypes.c_ulong)]

    class Mechanism(ctypes.Structure):
        _fields_ = [("type", ctypes.c_ulong), ("value", ctypes.c_void_p), ("len", ctypes.c_ulong)]

    api = ctypes.CDLL(MODULE)
    keep = []

    def attribute(kind, value):
        buffer = ctypes.create_string_buffer(value, len(value))
        keep.append(buffer)
        return Attribute(kind, ctypes.cast(buffer, ctypes.c_void_p), len(value))

    slots, count = (ctypes.c_ulong * 16)(), ctypes.c_ulong(16)
    session, a, b = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_ulong()
    assert api.C_Initialize(None) == 0 and api.C_GetSlotList(1, slots, ctypes.byref(count)) == 0
    slot = next(s for s in slots[:count.value] if token_label(api, s) == b"fw")
    assert api.C_OpenSession(ctypes.c_ulong(slot), ctypes.c_ulong(6), None, None,
                             ctypes.byref(session)) == 0
    assert api.C_Login(session, ctypes.c_ulong(1), PIN.encode(), ctypes.c_ulong(len(PIN))) == 0
    common = [attribute(1, b"\x01"), attribute(3, label.encode()), attribute(0x102, b"\x77")]
    public = (Attribute * 4)(*common, attribute(
        0x180, bytes.fromhex("06082a8648ce3d030107")))
    private = (Attribute * 5)(*common, attribute(0x162, b"\x01"), attribute(0x108, b"\x01"))
    mechanism = Mechanism(0x1040, None, 0)
    assert api.C_GenerateKeyPair(session, ctypes.byref(mechanism), public, ctypes.c_ulong(4),
                                 private, ctypes.c_ulong(5), ctypes.byref(a),
                                 ctypes.byref(b)) == 0
    api.C_Finalize(None)


def token_label(api, slot):
    info = ctypes.create_string_buffer(400)
    assert api.C_GetTokenInfo(ctypes.c_ulong(slot), info) == 0
    return info.raw[:32].rstrip()


def test_extractable():
    make_extractable("loose")
    got = sign("pkcs11:token=fw;object=loose")
    check(got.returncode == 0 and b"can be copied out" in got.stderr, "extractable", got.stderr)


def test_no_pin_left():
    """The memory of the program at its end, searched through by a library loaded into it."""
    pin = "a PIN of some length"
    softhsm("--init-token", "--free", "--label", "searched", "--pin", pin, "--so-pin", "0815")
    masked = "".join(f"{ord(c) ^ 0x5a:02x}" for c in pin)
    search = {"LD_PRELOAD": LEFTOVERS, "LEFTOVERS": masked,
              "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}
    uri = "pkcs11:token=searched;object=k"
    with open("searched.pin", "w", encoding="ascii") as file:
        file.write(pin + "\n")
    line = (pin + "\n").encode()
    runs = [run("keygen", "-t", "ecdsa-p256", "-k", uri, stdin=line, pin=None, env=search),
            sign(uri, stdin=line, pin=None, env=search),
            sign(uri + "?pin-source=searched.pin", pin=None, env=search)]
    with open(IMGTOOL, "rb") as file:
        if b"__asan_init" not in file.read():  # the sanitizer keeps a copy of the environment
            runs.append(sign(uri, pin=pin, env=search))
    for number, got in enumerate(runs):
        check(got.returncode == 0 and b"LOOKED" in got.stderr, f"searched run {number}", got.stderr)
        check(b"LEFTOVER " not in got.stderr, f"no PIN is left in memory, run {number}", got.stderr)


def test_audit():
    uri = "pkcs11:token=fw;object=ed25519"
    for _ in range(3):
        check(sign(uri + "?pin-source=pin", "--audit", "audit.log").returncode == 0, "audited")
    lines = open("audit.log", "rb").read().split(b"\n")[:-1]
    check(len(lines) == 3, "a line each")
    before = ""
    for line in lines:
        record = json.loads(line)
        check(record["previous"] == before, "the chain holds")
        check(record["key"] == uri and record["version"] == "1.2.3+0" and
              record["key_type"] == "ed25519" and record["token_serial"], "what was signed", record)
        before = hashlib.sha256(line).hexdigest()
    image = open("out.bin", "rb").read()
    check(bytes.fromhex(record["digest"]) in image, "the digest is the image's")
    check(PIN.encode() not in b"".join(lines), "no PIN in it")
    os.remove("out.bin")
    check(refused(sign(uri, "--audit", "no/where"), "--audit") and not os.path.exists("out.bin"),
          "no record, no image")
    with open("audit.log", "ab") as file:
        file.write(b"half a line")
    check(refused(sign(uri, "--audit", "audit.log"), "last line"), "a torn record")


def test_missing_mechanism():
    configure("slots.mechanisms = -CKM_DES_KEY_GEN,CKM_EDDSA,CKM_EC_EDWARDS_KEY_PAIR_GEN\n")
    got = sign("pkcs11:token=fw;object=ed25519")
    check(refused(got, "cannot do", "CKM_EDDSA"), "mechanism missing", got.stderr)
    got = run("keygen", "-k", "pkcs11:token=fw;object=new", "-t", "ed25519")
    check(refused(got, "cannot do"), "and for making keys", got.stderr)
    configure()


def test_removed_token():
    shutil.rmtree("tokens")
    os.makedirs("tokens")
    got = sign("pkcs11:token=fw;object=ed25519")
    check(refused(got, "no such token"), "the token was taken away", got.stderr)


def main():
    if MODULE is None:
        print("SoftHSM2 is not installed: skipped")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        configure()
        new_token("fw")
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                test()
        os.chdir("/")
    report()


main()
