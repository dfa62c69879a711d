"""Updates of the Linux device: good ones stay, bad ones go away by themselves. A fault and a hang
are real ones. SPDX-License-Identifier: Apache-2.0"""

import json
import unittest

from native import ATTEMPTS, Device, image, image_path
from smp import Refused

OLD = "monitor 1.0.0 runs"
# Page, slot, write unit and erased value of various parts.
FLASHES = [(4096, 0x76000, 4, 0xFF), (512, 0x20000, 1, 0xFF), (2048, 0x40000, 8, 0x00),
           (8192, 0x80000, 16, 0xFF), (4096, 0x20000, 32, 0xFF), (1024, 0x20000, 2, 0x00)]


def options_of(flash):
    names = ("--page", "--slot", "--write-unit", "--erased")
    return [text for pair in zip(names, map(str, flash)) for text in pair]


class Update(unittest.TestCase):
    def install(self, device, update):
        """Upload, mark for test, restart. update: bytes."""
        device.power_on()
        device.wait_for(OLD)
        client = device.client()
        client.upload(update)
        client.mark(client.slots()[1]["hash"])
        client.reset()

    def check_old_is_back(self, device):
        device.wait_for("back to the old firmware")
        device.wait_for(OLD)
        slots = device.client().slots()
        self.assertEqual(slots[0]["version"], "1.0.0")
        self.assertTrue(slots[0]["confirmed"])
        old = image("1.0.0")
        self.assertEqual(device.slot_bytes(0, len(old)), old)

    def update_with_mcumgr(self, device, udp):
        device.wait_for(OLD)
        done = device.mcumgr("image", "upload", str(image_path("1.1.0")), udp=udp)
        self.assertEqual(done.returncode, 0, done.stderr)
        update_hash = device.client().slots()[1]["hash"].hex()
        for arguments in ("image", "test", update_hash), ("reset",):
            self.assertEqual(device.mcumgr(*arguments, udp=udp).returncode, 0)
        device.wait_for("monitor 1.1.0 runs on native, on trial")
        self.assertIn("version: 1.1.0", device.mcumgr("image", "list", udp=udp).stdout)
        self.assertEqual(device.mcumgr("image", "confirm", "", udp=udp).returncode, 0)
        device.power_off()
        device.power_on()
        device.wait_for("monitor 1.1.0 runs on native, started by: power on")
        new = image("1.1.0")
        self.assertEqual(device.slot_bytes(0, len(new)), new)

    def test_over_udp(self):
        with Device() as device:
            device.power_on_udp()
            self.update_with_mcumgr(device, udp=True)

    def test_back_without_an_upload(self):
        """After a confirmed update the old image comes back, for good, and then the new one again."""
        with Device() as device:
            device.power_on()
            self.update_with_mcumgr(device, udp=False)
            for version, other in ("1.0.0", "1.1.0"), ("1.1.0", "1.0.0"):
                slots = device.client().slots()
                self.assertEqual([slot["version"] for slot in slots], [other, version])
                done = device.mcumgr("image", "test", slots[1]["hash"].hex())
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(device.mcumgr("reset").returncode, 0)
                device.wait_for(f"monitor {version} runs on native")
            self.assertEqual(device.mcumgr("image", "confirm", "").returncode, 0)

    def test_back_with_its_file(self):
        """mcumgr update with the old image's file: nothing is sent, and the old image comes back."""
        with Device() as device:
            device.power_on()
            self.update_with_mcumgr(device, udp=False)
            done = device.mcumgr("--json", "update", "--allow-downgrade", "--confirm",
                                 str(image_path("1.0.0")))
            self.assertEqual(done.returncode, 0, done.stderr)
            device.wait_for("monitor 1.0.0 runs on native")
            result = json.loads(done.stdout)
            self.assertTrue(result["confirmed"] and result["matched"])
            self.assertNotIn("Uploading", done.stderr)
            new = image("1.1.0")
            _, page = device.geometry()
            self.assertEqual(device.slot_bytes(1, len(new), off=page), new)

    def test_a_pending_update_is_replaced(self):
        """The one that was asked for last comes, not the one that was pending."""
        with Device() as device:
            device.power_on()
            device.wait_for(OLD)
            client = device.client()
            client.upload(image("1.2.0-faults"))
            client.mark(client.slots()[1]["hash"], confirm=True)
            client.close()
            done = device.mcumgr("image", "upload", str(image_path("1.1.0")))
            self.assertEqual(done.returncode, 0, done.stderr)
            client = device.client()
            self.assertFalse(client.slots()[1]["pending"])
            client.mark(client.slots()[1]["hash"])
            client.reset()
            device.wait_for("monitor 1.1.0 runs on native, on trial")

    def test_over_a_slow_line(self):
        with Device() as device:
            device.power_on("--baud", "460800", "--latency", "5")
            self.update_with_mcumgr(device, udp=False)

    def test_over_a_bad_line(self):
        """Lost, doubled and changed lines, and log text between; then lost packets: slower, but
        right."""
        for faults in (("--drop", "29", "--double", "23", "--garble", "31", "--noise", "5"),
                       ("--loss", "7")):
            with self.subTest(faults), Device() as device:
                device.power_on("--smp-buf", "384", *faults)
                device.wait_for(OLD)
                done = device.mcumgr("--json", "-t", "5", "image", "upload", str(image_path("1.1.0")))
                self.assertEqual(done.returncode, 0, done.stderr)
                update, (_, page) = image("1.1.0"), device.geometry()
                least = len(update) / 384  # a buffer of the device holds no more
                self.assertLess(json.loads(done.stdout)["packets"], 4 * least, "parts sent again and again")
                self.assertEqual(device.slot_bytes(1, len(update), off=page), update)

    def test_every_flash(self):
        """Update and revert on flash of many shapes; the file remembers its shape."""
        for flash in FLASHES:
            with self.subTest(flash), Device("1.0.0", *options_of(flash)) as device:
                self.install(device, image("1.2.0-unconfirmed"))
                device.options = ()
                for _ in range(ATTEMPTS):
                    device.wait_for("monitor 1.2.0 runs on native, on trial")
                    device.power_off()
                    device.power_on()
                self.check_old_is_back(device)
                self.assertEqual(device.geometry(), (flash[1], flash[0]))

    def test_confirms_itself(self):
        with Device() as device:
            self.install(device, image("1.1.0-selfconfirm"))
            device.wait_for("self-test: firmware confirmed: ok")
            for _ in range(ATTEMPTS + 1):
                device.power_off()
                device.power_on()
                device.wait_for("monitor 1.1.0 runs on native, started by: power on")

    def test_firmware_that_faults(self):
        """It writes to its own code: a real segmentation fault."""
        with Device() as device:
            self.install(device, image("1.2.0-faults"))
            for start in range(1, ATTEMPTS + 1):
                device.wait_for(f"starting 1.2.0, on trial, start {start} of {ATTEMPTS}")
                device.wait_for("fault: Segmentation fault")
                device.wait_for("started by: fault")
            self.check_old_is_back(device)

    def test_firmware_that_hangs(self):
        with Device() as device:
            self.install(device, image("1.2.0-hangs"))
            for start in range(1, ATTEMPTS + 1):
                device.wait_for(f"starting 1.2.0, on trial, start {start} of {ATTEMPTS}")
                device.wait_for("started by: watchdog")
            self.check_old_is_back(device)

    def test_forged_update_is_refused(self):
        """One changed bit of the signature: only the bootloader can see that."""
        with Device() as device:
            forged = bytearray(image("1.1.0"))
            forged[-1] ^= 4
            self.install(device, bytes(forged))
            device.wait_for("boot: update refused: hash or signature does not match")
            device.wait_for(OLD)
            self.assertNotIn("swap begins", device.console())

    def test_damaged_update_is_refused(self):
        with Device() as device:
            damaged = bytearray(image("1.1.0"))
            damaged[len(damaged) // 2] ^= 4
            with self.assertRaises(Refused):
                self.install(device, bytes(damaged))


if __name__ == "__main__":
    unittest.main()
