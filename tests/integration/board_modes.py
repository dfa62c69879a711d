"""Other modes than the first one on the emulated board: bootloader and application are built for the
mode, and an update comes, goes, and stays. SPDX-License-Identifier: Apache-2.0"""

import functools
import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "system"))

import device
from device import ATTEMPTS, NEW, OLD
from programs import BIN, BUILD
from story import Story

HEADER_LEN = 0x200  # as Device.header says
NAMES = ("1.0.0", "1.1.0", "1.2.0-unconfirmed")  # images that are tried


@functools.cache
def build(mode, suffixes=("",)):
    """The firmware of the board in this mode; the folder of its images."""
    folder = BUILD / "board-modes" / mode
    images = folder / "firmware"
    files = [f"monitor-{name}{suffix}.bin" for name in NAMES for suffix in suffixes]
    for command in (
            ["cmake", "--preset", "board", "-B", folder, "--log-level=ERROR", f"-DCONFIG_TWIN_MODE={mode}",
             f"-DTWIN_IMGTOOL={BIN}/imgtool", f"-DTWIN_KEY={device.Device.key}",
             f"-DTWIN_FIRMWARE_DIR={images}"],
            ["cmake", "--build", folder, "--target", *(images / file for file in files),
             images / "bootloader.bin", images / "app.bin"]):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return images


class Board(Story):
    """The board with firmware of a mode."""

    mode, suffixes = None, ("",)

    @classmethod
    def setUpClass(cls):
        class Kind(device.kind_of("mps2-an386")):
            images = build(cls.mode, cls.suffixes)

        cls.kind = Kind

    def restart(self, says):
        self.device.power_off()
        self.device.start(says=says)

    def running(self):
        """Number and version of the slot that runs, and whether it is confirmed."""
        (slot,) = [slot for slot in self.slots() if slot["active"]]
        return slot["slot"], slot["version"], slot["confirmed"]

    def other(self):
        (slot,) = [slot for slot in self.slots() if not slot["active"]]
        return slot

    def update(self, name):
        self.good("update", "--confirm", self.kind.image_path(name))

    def check_trial(self, name, back):
        """It is asked for, nobody confirms it, and after its starts the old one is back."""
        self.good("image", "upload", self.kind.image_path(name))
        self.good("image", "test", self.other()["hash"])
        for start in range(1, ATTEMPTS + 1):
            self.restart(f"starting {name[:5]}, on trial, start {start} of {ATTEMPTS}")
            self.device.wait_for(f"monitor {name[:5]} runs")
            self.assertEqual(self.running()[1:], (name[:5], False))
        self.restart(f"monitor {back} runs")
        self.assertEqual(self.running()[1:], (back, True))


class InEitherSlot(Board):
    """Direct-XIP with revert: an image is linked for its slot."""

    mode, suffixes = "xip_revert", ("", "-slot1")

    def test_update(self):
        self.device.start()
        self.assertEqual(self.running(), (0, "1.0.0", True))
        self.update("1.1.0-slot1")
        self.restart(NEW)
        self.assertEqual(self.running(), (1, "1.1.0", True))
        self.update("1.2.0-unconfirmed")
        self.restart("monitor 1.2.0 runs")
        self.assertEqual(self.running(), (0, "1.2.0", True))
        new = self.kind.image("1.2.0-unconfirmed")
        self.assertEqual(self.device.slot_bytes(0, len(new)), new)
        self.assertEqual(self.other()["version"], "1.1.0")

    def test_revert(self):
        self.device.start()
        self.check_trial("1.1.0-slot1", "1.0.0")
        self.update("1.1.0-slot1")
        self.check_trial("1.2.0-unconfirmed", "1.1.0")  # now from slot 0 to slot 1
        self.assertEqual(self.running(), (1, "1.1.0", True))

    def test_linked_for_the_other_slot(self):
        """It says so, and is not started: there it would run into the image beside."""
        self.device.start()
        self.good("image", "upload", self.kind.image_path("1.1.0"))
        self.good("image", "test", self.other()["hash"])
        self.restart("boot: update refused")
        self.device.wait_for(OLD)
        self.assertEqual(self.running(), (0, "1.0.0", True))
        self.assertFalse(self.other()["pending"])
        self.update("1.1.0-slot1")

    def test_power_fails(self):
        """While the trial begins: the next start is one of them."""
        for cut in (1, 2, 3):
            self.device.flash_file.unlink(missing_ok=True)
            self.device.start()
            self.good("image", "upload", self.kind.image_path("1.1.0-slot1"))
            self.good("image", "test", self.other()["hash"])
            self.device.power_off()
            self.device.power_on("--cut", str(cut))
            self.device.exit_status()
            self.restart(NEW)
            self.assertEqual(self.running()[:2], (1, "1.1.0"))
            self.device.power_off()


class InRam(Board):
    """RAM load: the newest is copied to RAM, whichever slot it is in, and runs there."""

    mode = "ram_load"

    def test_update(self):
        self.device.start()
        self.assertEqual(self.running(), (0, "1.0.0", True))
        self.update("1.1.0")
        self.restart(NEW)
        self.assertEqual(self.running(), (1, "1.1.0", True))
        self.update("1.2.0-unconfirmed")
        self.restart("monitor 1.2.0 runs")
        self.assertEqual(self.running(), (0, "1.2.0", True))
        new = self.kind.image("1.2.0-unconfirmed")
        self.assertEqual(self.device.slot_bytes(0, len(new)), new)

    def test_forged(self):
        self.device.start()
        client = self.device.client()
        client.upload(self.changed(self.kind.image("1.1.0"), -1, 4))
        client.close()
        self.restart(OLD)
        self.assertEqual(self.running(), (0, "1.0.0", True))


class WithScratch(Board):
    mode = "swap_scratch"

    def test_update_and_revert(self):
        self.device.start()
        self.check_trial("1.2.0-unconfirmed", "1.0.0")
        self.update("1.1.0")
        self.restart(NEW)
        self.assertEqual(self.running(), (0, "1.1.0", True))
        self.assertEqual(self.other()["version"], "1.0.0")
        new = self.kind.image("1.1.0")
        self.assertEqual(self.device.slot_bytes(0, len(new)), new)


@unittest.skipUnless(os.environ.get("TWIN_UNPACKS"), "the source of 7-Zip was not fetched")
class Compressed(Board):
    mode = "overwrite_lzma"

    def test_update(self):
        self.device.start()
        payload = (self.kind.images / "app.bin").read_bytes()
        for version, kind in ("1.1.0", "lzma2"), ("1.2.0", "lzma2armthumb"):
            file = self.device.folder / f"{version}.{kind}"
            self.imgtool("sign", "-k", self.kind.key, "-v", version, *self.kind.header, "-S",
                         self.device.flash.slot, "--compression", kind, self.kind.images / "app.bin", file)
            self.assertLess(file.stat().st_size, len(payload) * 0.9)
            self.good("update", "--confirm", file)
            self.restart(f"monitor {version} runs")
            self.assertEqual(self.running(), (0, version, True))
            self.assertEqual(self.device.slot_bytes(0, len(payload), off=HEADER_LEN), payload)


del Story, Board  # which are none by themselves

if __name__ == "__main__":
    unittest.main()
