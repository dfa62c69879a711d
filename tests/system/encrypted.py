"""Updates that are encrypted on their way: what is stored is not readable, what runs is; and each image
that goes back is encrypted again. SPDX-License-Identifier: Apache-2.0"""

import json

from device import ATTEMPTS, OLD
from story import Story, main, needs

HEADER_LEN = 0x200  # as story.kind.header says
MODES = {"swap_offset": True, "swap_move": True, "overwrite": False, "overwrite_fast": False}


class Encrypted(Story):
    def in_each(self, test, images=1):
        for name, has_trials in MODES.items():
            with self.subTest(name):
                self.device.power_off()
                self.device.flash_file.unlink(missing_ok=True)
                self.device.start("--mode", name, "--encrypted", "128", "--images", str(images))
                test(has_trials)

    def restart(self, says):
        self.device.power_off()
        self.device.start(says=says)

    def encrypted(self, version, kek=None):
        file = self.device.folder / f"{version}.encrypted"
        kek = kek or self.kind.key.parent / "dev-decrypt-kw-128.key"
        self.imgtool("sign", "-k", self.kind.key, "-v", version, *self.kind.header, "-S",
                     self.device.flash.slot, "--encrypt-kek", kek, self.kind.images / "app.bin", file)
        return file

    def stored(self, image=0):
        """The slot where updates of this image go, as the device's list has it."""
        client = self.device.client()
        (slot,) = [slot for slot in client.slots() if slot["slot"] == 1 and slot.get("image", 0) == image]
        client.close()
        return slot

    def payload(self):
        return self.kind.images.joinpath("app.bin").read_bytes()

    @needs("encrypts")
    def test_update(self):
        """The whole procedure, twice; the secondary holds what was sent, never what it says."""
        def test(has_trials):
            payload = self.payload()
            for version in "1.1.0", "1.2.0":
                file = self.encrypted(version)
                self.assertNotIn(payload[:64], file.read_bytes())
                done = self.device.mcumgr("--json", "update", "--confirm", file)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(json.loads(done.stdout)["confirmed"])
                self.restart(f"monitor {version} runs on {self.device.name}, started by")
                self.assertEqual(self.slots()[0]["version"], version)
                self.assertEqual(self.device.slot_bytes(0, len(payload), off=HEADER_LEN), payload)
                self.assertIn("runs already", self.good("update", "--confirm", file))
            if has_trials:  # the one before it, as it was sent
                self.assertEqual(self.stored()["version"], "1.1.0")
                sent = self.device.folder.joinpath("1.1.0.encrypted").read_bytes()
                self.assertEqual(self.device.slot_bytes(1, len(sent)), sent)
                self.good("image", "test", self.stored()["hash"].hex())
                self.restart(f"monitor 1.1.0 runs on {self.device.name}")
                self.assertEqual(self.device.slot_bytes(0, len(payload), off=HEADER_LEN), payload)

        self.in_each(test)

    @needs("encrypts")
    def test_revert(self):
        """Nobody confirms it: the old one, which was never encrypted, is back."""
        def test(has_trials):
            if not has_trials:
                return
            self.good("image", "upload", self.encrypted("1.2.0"))
            self.good("image", "test", self.stored()["hash"].hex())
            for start in range(1, ATTEMPTS + 1):
                self.restart(f"starting 1.2.0, on trial, start {start} of {ATTEMPTS}")
                self.device.wait_for("monitor 1.2.0 runs")
            self.restart(f"{OLD} on {self.device.name}, started by")
            old = self.device.image("1.0.0")
            self.assertEqual(self.device.running(len(old)), old)

        self.in_each(test)

    @needs("encrypts")
    def test_for_another_device(self):
        def test(_):
            kek = self.device.folder / "other.key"
            kek.write_bytes(bytes(range(16)))
            self.good("image", "upload", self.encrypted("1.1.0", kek))
            self.good("image", "test", self.stored()["hash"].hex())
            self.restart("boot: update refused")
            self.device.wait_for(f"{OLD} on {self.device.name}, started by")
            self.good("update", "--confirm", self.encrypted("1.1.0"))

        self.in_each(test)

    @needs("encrypts")
    def test_second_image(self):
        """Of a device with several images each has its key."""
        def test(_):
            file = self.encrypted("1.1.0")
            self.good("image", "upload", "-n", "1", file)
            self.good("image", "confirm", self.stored(1)["hash"].hex())
            self.restart("monitor 1.0.0 runs")
            (primary,) = [slot for slot in self.slots() if slot.get("image") == 1 and slot["slot"] == 0]
            self.assertEqual(primary["version"], "1.1.0")

        self.in_each(test, images=2)


if __name__ == "__main__":
    main()
