"""Images that must not be started, made from a good one. SPDX-License-Identifier: Apache-2.0"""

import hashlib
import pathlib
import struct
import tempfile

from board import ENTRY, PAGE, RAM, SLOT_LEN
from programs import run

HEADER = 0x200
SHA256, KEY_HASH, RSA2048 = 0x10, 0x01, 0x20


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


def is_rsa(image):
    return RSA2048 in values(image)


def signed_by_another(good):
    """The same by a new key of the kind of this one's."""
    kind = "rsa-2048" if is_rsa(good) else "ecdsa-p256"
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
    return hashlib.sha256(image[: hashed_len(image)]).digest()


def pss_encoding(message_hash):
    """What a signature of RSA-2048 is when it is verified without any arithmetic."""
    salt = bytes(32)
    h = hashlib.sha256(bytes(8) + message_hash + salt).digest()
    block = bytes(190) + b"\1" + salt
    mask = b"".join(hashlib.sha256(h + bytes([0, 0, 0, i])).digest() for i in range(7))
    masked = bytearray(a ^ b for a, b in zip(block, mask))
    masked[0] &= 0x7F
    return bytes(masked) + h + b"\xbc"


def changed(good, other):
    good[HEADER + 0x100] ^= 1
    return good


def resealed(good, other):
    changed(good, other)
    good[values(good)[SHA256]] = digest(good)
    return good


def foreign(good, other):
    return other


def renamed(good, other):
    other[values(other)[KEY_HASH]] = good[values(good)[KEY_HASH]]
    return other


def signature(good):
    return values(good)[max(values(good))]


def zeros(good, other):
    resealed(good, other)
    where = signature(good)
    good[where] = bytes(where.stop - where.start)
    return good


def encoded(good, other):
    resealed(good, other)
    good[signature(good)] = pss_encoding(digest(good))
    return good


def unsigned(good, other):
    resealed(good, other)
    at = hashed_len(good)
    struct.pack_into("<H", good, at + 2, 4 + 4 + 32)
    return good[: at + 4 + 4 + 32]


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
         (changed, resealed, foreign, renamed, zeros, encoded, unsigned, on_trial)}
