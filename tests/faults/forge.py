"""Images that must not be started, made from a good one. SPDX-License-Identifier: Apache-2.0"""

import hashlib
import pathlib
import struct
import tempfile

import curves
from board import ENTRY, PAGE, RAM, SLOT_LEN
from programs import run

HEADER = 0x200
KEY_HASH = 0x01
HASHES = {0x10: hashlib.sha256, 0x11: hashlib.sha384, 0x12: hashlib.sha512}
RSA = {0x20: "rsa-2048", 0x23: "rsa-3072"}
ECDSA, ED25519 = 0x22, 0x24


def payload():
    """A vector table that leads to ENTRY, also from a fault, and code that is a fault everywhere."""
    return struct.pack("<16I", RAM + 0x1000, *[ENTRY | 1] * 15) + struct.pack("<H", 0xDE00) * 400


def signed(key):
    with tempfile.TemporaryDirectory() as folder:
        plain, image = pathlib.Path(folder) / "plain", pathlib.Path(folder) / "image"
        plain.write_bytes(payload())
        done = run("imgtool", "sign", "--quiet", "--key", key, "--version", "6.6.6", "--header-size",
                   HEADER, "--pad-header", "--slot-size", SLOT_LEN, "--align", 4, plain, image)
        assert done.returncode == 0, done.stderr
        return bytearray(image.read_bytes())


def hash_type(image):
    return next(kind for kind in HASHES if kind in values(image))


def signature_type(image):
    return max(values(image))


def key_type(image):
    kind = signature_type(image)
    ecdsa = "ecdsa-p384" if HASHES[hash_type(image)] is hashlib.sha384 else "ecdsa-p256"
    return RSA.get(kind) or {ECDSA: ecdsa, ED25519: "ed25519"}[kind]


def public_point(key):
    """Of a key on an elliptic curve: x and y, as its public half in DER ends with them."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "public"
        done = run("imgtool", "getpub", "-k", key, "-e", "raw", "-o", out)
        assert done.returncode == 0, done.stderr
        der = out.read_bytes()
    xy = der[der.index(b"\x00\x04") + 2 :]
    return [int.from_bytes(half) for half in (xy[: len(xy) // 2], xy[len(xy) // 2 :])]


def signed_by_another(good):
    """The same by a new key of the kind of this one's."""
    kind = key_type(good)
    with tempfile.TemporaryDirectory() as folder:
        key = pathlib.Path(folder) / "key.pem"
        done = run("imgtool", "keygen", "-t", kind, "-k", key)
        assert done.returncode == 0, done.stderr
        return signed(key)


def hashed_len(image):
    header, protected, size = struct.unpack_from("<HHI", image, 8)
    return header + protected + size


def values(image):
    """Where the value of each TLV is: {type: slice}."""
    at, found = hashed_len(image), {}
    end = at + struct.unpack_from("<H", image, at + 2)[0]
    at += 4
    while at < end:
        kind, length = struct.unpack_from("<HH", image, at)
        found[kind] = slice(at + 4, at + 4 + length)
        at += 4 + length
    return found


def digest(image):
    return HASHES[hash_type(image)](image[: hashed_len(image)]).digest()


def pss_encoding(message_hash, length):
    """What a signature of RSA is when it is verified without any arithmetic."""
    salt = bytes(32)
    h = hashlib.sha256(bytes(8) + message_hash + salt).digest()
    block = bytes(length - 66) + b"\1" + salt
    mask = b"".join(hashlib.sha256(h + bytes([0, 0, 0, i])).digest() for i in range(length // 32))
    masked = bytearray(a ^ b for a, b in zip(block, mask))
    masked[0] &= 0x7F
    return bytes(masked) + h + b"\xbc"


def changed(good, other):
    good[HEADER + 0x100] ^= 1
    return good


def resealed(good, other):
    changed(good, other)
    good[values(good)[hash_type(good)]] = digest(good)
    return good


def foreign(good, other):
    return other


def renamed(good, other):
    other[values(other)[KEY_HASH]] = good[values(good)[KEY_HASH]]
    return other


def signature(good):
    return values(good)[signature_type(good)]


def zeros(good, other):
    resealed(good, other)
    where = signature(good)
    good[where] = bytes(where.stop - where.start)
    return good


def encoded(good, other):
    resealed(good, other)
    where = signature(good)
    good[where] = pss_encoding(digest(good), where.stop - where.start)
    return good


def solved(good, other, point):
    """Made without the key, for a verification that leaves out the product that the image is in:
    r = x(2 Q) and s = r, so that Q + (r / s) Q is it."""
    curve = curves.OF[key_type(good)]
    resealed(good, other)
    r = curve.double(point)[0] % curve.order
    number = bytes([2, len(raw := r.to_bytes(r.bit_length() // 8 + 1))]) + raw
    return with_signature(good, bytes([0x30, 2 * len(number)]) + 2 * number)


def with_signature(good, new):
    """Exchange the last TLV's value for one of another length."""
    where, at = signature(good), hashed_len(good)
    struct.pack_into("<H", good, where.start - 2, len(new))
    struct.pack_into("<H", good, at + 2, where.start + len(new) - at)
    return good[: where.start] + new


def unsigned(good, other):
    resealed(good, other)
    at = hashed_len(good)
    length = 4 + 4 + len(digest(good))
    struct.pack_into("<H", good, at + 2, length)
    return good[: at + length]


def on_trial(good, other):
    """As after a swap, so that its starts would be counted."""
    changed(good, other)
    slot = good + b"\xff" * (SLOT_LEN - len(good))
    magic = bytes.fromhex("77c295f360d2ef7f3552500f2cb67980")
    end = SLOT_LEN - 16
    slot[end:] = magic
    slot[end - 16] = 1  # copy_done
    slot[end - 24] = 2  # swap_info: a test
    struct.pack_into("<I", slot, end - 32, PAGE)  # swap_size
    return slot


KINDS = {make.__name__: make for make in
         (changed, resealed, foreign, renamed, zeros, encoded, solved, unsigned, on_trial)}


def makes_sense(kind, image):
    """Some are made against one kind of signature."""
    return {"encoded": signature_type(image) in RSA,
            "solved": signature_type(image) == ECDSA}.get(kind, True)


def make(kind, key):
    """A forged image of this kind, for a bootloader that trusts this key."""
    good = signed(key)
    more = [public_point(key)] if kind == "solved" else []
    return bytes(KINDS[kind](good, signed_by_another(good), *more))
