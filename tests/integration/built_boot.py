"""Bootloaders of the emulated board, built with the options of a test, and devices that have one.
SPDX-License-Identifier: Apache-2.0"""

import atexit
import functools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "system"))

from device import kind_of
from programs import BIN


class imgtool:
    """The program: imgtool("sign", ...)."""

    path = BIN / "imgtool"

    def __new__(cls, *arguments):
        done = subprocess.run([cls.path, *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @classmethod
    def keyhash(cls, key):
        return json.loads(cls("keyinfo", "-k", key, "--json"))["keyhash"]


@functools.cache
def build_folder():
    """One for all tests of a program: only what an option changes is compiled again."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="twin-boot-"))
    atexit.register(shutil.rmtree, folder)
    return folder


class Built:
    """For tests, besides unittest.TestCase."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="twin-built-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.kind = kind_of("mps2-an386")

    def configure(self, *options):
        """With these options, and no others of before."""
        cache = build_folder() / "CMakeCache.txt"
        cache.unlink(missing_ok=True)
        return subprocess.run(
            ["cmake", "--preset", "board", "--log-level=WARNING", "-B", build_folder(),
             f"-DTWIN_IMGTOOL={BIN / 'imgtool'}", f"-DTWIN_FIRMWARE_DIR={build_folder() / 'firmware'}",
             *options], cwd=ROOT, capture_output=True, text=True)

    def build(self, *options, target="bootloader"):
        """The bootloader of device() from now on."""
        done = self.configure(*options)
        assert done.returncode == 0, done.stderr
        done = subprocess.run(["cmake", "--build", build_folder(), "--target", target],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        shutil.copyfile(build_folder() / "ports" / "mps2-an386" / "bootloader.bin",
                        self.folder / "bootloader.bin")

    def key(self, name):
        imgtool("keygen", "-t", "rsa-2048", "-k", self.folder / name)

    def signed(self, version, key, *options):
        """The example application, signed with this key."""
        path = self.folder / f"{version}-{key}.bin"
        imgtool("sign", "--quiet", "--key", self.folder / key, "--version", version, *options,
                *self.kind.header, "--slot-size", "0x76000", self.kind.images / "app.bin", path)
        return path

    def device(self, image):
        """A device with this bootloader, and this image in its flash. image: a file."""
        folder = self.folder

        class WithBootloader(self.kind):
            bootloader = folder / "bootloader.bin"

        made = WithBootloader()
        made.first_image = image
        return made
