"""Signing and verifying against openssl, whole processes, in the same run.
SPDX-License-Identifier: Apache-2.0"""

import os
import pathlib
import shutil
import statistics
import tempfile

import firmware
from tools import BIN, host_program, run, table

IMAGE_BYTES = 470_000
ROUNDS = 25


def once(command):
    """One run of a program: seconds, and the most memory it held, in KiB."""
    return [float(word) for word in run(host_program("once"), *command).split()]


def compare(commands):
    """Medians of each program, their runs taking turns so that noise falls on all of them."""
    taken = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            taken[name].append(once(command))
    return {name: [statistics.median(values) for values in zip(*runs)]
            for name, runs in taken.items()}


def signers(folder, signature):
    key, image = firmware.key(signature), folder / "image.bin"
    arguments = ["sign", "-k", key, "-v", "1.0.0", "-H", "0x200", "--pad-header", "-S", "0x80000",
                 "--align", "4", image, folder / "signed.bin"]
    commands = {"openssl": ["openssl", "dgst", "-sha256", "-sign", key, "-out", folder / "sig", image],
                "imgtool": [BIN / "imgtool", *arguments]}
    python_tool = shutil.which("imgtool.py")
    if python_tool:
        commands["imgtool (Python)"] = [python_tool, *arguments]
    return commands


def verifiers(folder, signature):
    key, public = firmware.key(signature), folder / "public.pem"
    run("openssl", "pkey", "-in", key, "-pubout", "-out", public)
    return {"openssl": ["openssl", "dgst", "-sha256", "-verify", public, "-signature", folder / "sig",
                        folder / "image.bin"],
            "imgtool": [BIN / "imgtool", "verify", "-k", public, folder / "signed.bin"]}


def rows(what, measured):
    base_time, base_memory = measured["openssl"]
    for name, (seconds, memory) in measured.items():
        if name != "openssl":
            yield [f"{what}, {name}", f"{seconds / base_time:.2f}", f"{seconds * 1000:.1f} ms",
                   f"{memory - base_memory:+.0f} KiB",
                   f"{(memory - base_memory) * 1024 / IMAGE_BYTES:+.1f}"]


def section():
    out = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "image.bin").write_bytes(os.urandom(IMAGE_BYTES))
        for signature in firmware.SIGNATURES:
            out += rows(f"sign, {signature}", compare(signers(folder, signature)))
            out += rows(f"verify, {signature}", compare(verifiers(folder, signature)))
    head = ["470 KB image", "time / openssl", "time here", "memory - openssl", "in images"]
    return "## Signing and verifying\n\n" + table(head, out) + f"""
Limit: 1.5 times `openssl dgst -sha256 -sign` on the same file, and its memory and three images.
Method: whole processes, {ROUNDS} runs each that take turns, medians; memory is the largest resident set.
`imgtool sign` also verifies what it has signed, and writes the whole image.
"""
