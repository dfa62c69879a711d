"""What the sections share: where programs are, running them, Markdown tables.
SPDX-License-Identifier: Apache-2.0"""

import functools
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
BIN = BUILD / "bin"


def run(*command, **options):
    """Run a program; its standard output as text. A failure ends the measurement."""
    return subprocess.run([str(part) for part in command], check=True, text=True,
                          stdout=subprocess.PIPE, **options).stdout


def cmake(preset, folder, *arguments, target="all"):
    """Configure and build a variant in a folder of its own below build/bench."""
    folder = BUILD / "bench" / folder
    run("cmake", "--preset", preset, "-B", folder, "--log-level=ERROR", *arguments, cwd=ROOT)
    run("cmake", "--build", folder, "--target", target)
    return folder


@functools.cache
def host_program(name):
    """A program of this folder, built optimised."""
    folder = cmake("release", "host", "-DTWIN_TESTS=ON", f"-DTWIN_BIN_DIR={BUILD}/bench/host/bin",
                   target=name)
    return folder / "bin" / name


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
