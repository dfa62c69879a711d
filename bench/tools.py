"""What the sections share: where programs are, running them, Markdown tables.
SPDX-License-Identifier: Apache-2.0"""

import functools
import pathlib
import subprocess
import time

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


def numbered(path, count):
    """The files of so many devices."""
    return [path.with_name(f"{path.name}.{i}") for i in range(count)] if count > 1 else [path]


def start_devices(folder, options, count=1):
    """Linux devices that run, with one launcher: ports FOLDER/tty, consoles FOLDER/console. Their
    flash is new."""
    for old in [*folder.glob("flash*"), *folder.glob("console*")]:
        old.unlink()
    image = BIN.parent / "firmware/native/device-1.0.0.bin"
    devices = subprocess.Popen([BIN / "twinslot-device", "--flash", folder / "flash", "--pty",
                                folder / "tty", "--image", image, "--console", folder / "console",
                                "--count", str(count), *map(str, options)],
                               stdin=subprocess.DEVNULL)
    for console in numbered(folder / "console", count):
        while not console.exists() or "runs on" not in console.read_text(errors="replace"):
            assert devices.poll() is None, "a device ended"
            time.sleep(0.01)
    return devices


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
