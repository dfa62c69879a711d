"""Updates in every mode: how an update comes to run, what the device says of itself, and that what is
bad never stops it. SPDX-License-Identifier: Apache-2.0"""

import json

from device import ATTEMPTS, NEW, OLD
from smp import IMAGE, OS, READ, WRITE, Refused
from story import Story, main, needs

HEADER_LEN = 0x200  # as story.kind.header says

# Number of the mode as the device tells it; are there trials; does the slot that runs change?
MODES = {
    "swap_offset": (9, True, False),
    "swap_move": (3, True, False),
    "overwrite": (2, False, False),
    "overwrite_fast": (2, False, False),
    "overwrite_lzma": (2, False, False),
    "xip": (4, False, True),
    "xip_revert": (5, True, True),
}


class Modes(Story):
    def in_each(self, test, chosen=MODES):
        """Run it on a device in each of these modes, which runs."""
        for name in chosen:
            with self.subTest(name):
                self.device.power_off()
                self.device.flash_file.unlink(missing_ok=True)
                self.device.start("--mode", name)
                test(*MODES[name])

    def restart(self, says):
        self.device.power_off()
        self.device.start(says=says)

    def running(self):
        """Number and version of the slot that runs, and whether it is confirmed."""
        (slot,) = [slot for slot in self.slots() if slot["active"]]
        return slot["slot"], slot["version"], slot["confirmed"]

    def other(self):
        """The slot that does not run, as the device's list has it."""
        client = self.device.client()
        (slot,) = [slot for slot in client.slots() if not slot["active"]]
        client.close()
        return slot

    @needs("modes")
    def test_update(self):
        """The whole procedure, twice: the second one goes where the first one came from."""
        def test(number, _, in_place):
            told = self.device.client().request(READ, OS, 8, {"query": "mode"})
            self.assertEqual(told["mode"], number)
            for turn, version in enumerate(("1.1.0", "1.2.0-unconfirmed"), 1):
                done = self.device.mcumgr("--json", "update", "--confirm",
                                          self.device.image_path(version))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(json.loads(done.stdout)["confirmed"])
                self.restart(f"monitor {version[:5]} runs on {self.device.name}, started by")
                self.assertEqual(self.running(), (turn % 2 if in_place else 0, version[:5], True))
                length = len(self.device.image(version))
                self.assertEqual(self.device.slot_bytes(self.running()[0], length),
                                 self.device.image(version))

        self.in_each(test)

    @needs("modes")
    def test_revert(self):
        """Nobody confirms it: after its starts the old one is back, and stays."""
        def test(*_):
            self.good("image", "upload", self.device.image_path("1.2.0-unconfirmed"))
            self.assertFalse(self.other()["pending"])
            self.good("image", "test", self.other()["hash"].hex())
            self.assertTrue(self.other()["pending"] and not self.other()["permanent"])
            for start in range(1, ATTEMPTS + 1):
                self.restart(f"starting 1.2.0, on trial, start {start} of {ATTEMPTS}")
                self.device.wait_for("monitor 1.2.0 runs")
                self.assertEqual(self.running()[1:], ("1.2.0", False))
                self.assertTrue(self.other()["confirmed"])
                self.complaint("image", "upload", self.device.image_path("1.1.0"))
            for _ in range(2):
                self.restart(f"{OLD} on {self.device.name}, started by")
            self.assertEqual(self.running(), (0, "1.0.0", True))

        self.in_each(test, [name for name in MODES if MODES[name][1]])

    @needs("modes")
    def test_back_without_an_upload(self):
        def test(_number, _trials, in_place):
            self.good("update", "--confirm", self.device.image_path("1.1.0"))
            for version in "1.0.0", "1.1.0":
                self.assertEqual(self.other()["version"], version)
                self.good("image", "test", self.other()["hash"].hex())
                self.good("reset")
                self.device.wait_for(f"monitor {version} runs")
                self.good("image", "confirm", "")
                self.restart(f"monitor {version} runs on {self.device.name}, started by")
            self.assertEqual(self.running(), (1 if in_place else 0, "1.1.0", True))

        self.in_each(test, ["swap_offset", "swap_move", "xip_revert"])

    @needs("modes")
    def test_forged_update(self):
        """Only the bootloader can see it, and it goes on with what it has."""
        def test(*_):
            client = self.device.client()
            client.upload(self.changed(self.device.image("1.1.0"), -1, 4))
            client.mark(client.slots()[1]["hash"], confirm=True)
            client.close()
            for _ in range(2):
                self.restart("boot: starting 1.0.0")
                self.device.wait_for(f"{OLD} on {self.device.name}, started by")
            self.assertEqual(self.running(), (0, "1.0.0", True))
            self.good("update", "--confirm", self.device.image_path("1.1.0"))

        self.in_each(test)

    @needs("unpacks")
    def test_compressed(self):
        """It is sent compressed and runs as what comes out; the update knows both hashes."""
        def test(*_):
            for version, kind in ("1.1.0", "lzma2"), ("1.2.0", "lzma2armthumb"):
                packed = self.packed(version, kind)
                done = self.device.mcumgr("--json", "update", "--confirm", packed)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(json.loads(done.stdout)["confirmed"])
                self.restart(f"monitor {version} runs on {self.device.name}, started by")
                self.assertEqual(self.running(), (0, version, True))
                payload = self.kind.images.joinpath("app.bin").read_bytes()
                self.assertLess(len(packed.read_bytes()), len(payload) * 3 // 4)
                self.assertEqual(self.device.slot_bytes(0, len(payload), off=HEADER_LEN), payload)
                self.assertEqual(self.device.slot_bytes(1, packed.stat().st_size),
                                 packed.read_bytes())
                self.assertIn("runs already", self.good("update", "--confirm", packed))

        self.in_each(test, ["overwrite_lzma"])

    @needs("unpacks")
    def test_compressed_and_forged(self):
        """The bootloader sees it before anything is unpacked."""
        def test(*_):
            packed = self.packed("1.1.0", "lzma2").read_bytes()
            client = self.device.client()
            client.upload(self.changed(packed, -1, 4))
            client.mark(client.slots()[1]["hash"], confirm=True)
            client.close()
            self.restart("boot: update refused")
            self.device.wait_for(f"{OLD} on {self.device.name}, started by")
            self.assertEqual(self.running(), (0, "1.0.0", True))

        self.in_each(test, ["overwrite_lzma"])

    def packed(self, version, kind):
        """The file of a compressed image."""
        file = self.device.folder / f"{version}.{kind}"
        self.imgtool("sign", "-k", self.kind.key, "-v", version, *self.kind.header, "-S",
                     self.device.flash.slot, "--compression", kind, self.kind.images / "app.bin", file)
        return file

    @needs("modes")
    def test_the_newest_runs(self):
        """Nobody needs to ask for an update, and nobody can ask for a lower version."""
        def test(*_):
            self.good("image", "upload", self.device.image_path("1.1.0"))
            self.assertTrue(self.other()["pending"] and self.other()["permanent"])
            self.restart(f"{NEW} on {self.device.name}, started by")
            self.assertEqual(self.running(), (1, "1.1.0", True))
            client = self.device.client()
            with self.assertRaises(Refused):
                client.mark(client.slots()[0]["hash"])
            with self.assertRaises(Refused):
                client.request(WRITE, IMAGE, 5, {"slot": 1})  # it runs there
            client.close()
            self.good("image", "erase")
            self.assertEqual(len(self.slots()), 1)

        self.in_each(test, ["xip"])


if __name__ == "__main__":
    main()
