"""Updates: good ones stay, bad ones go away by themselves. A fault and a hang are real ones.
SPDX-License-Identifier: Apache-2.0"""

import json
import os
import signal
import subprocess

from device import ATTEMPTS, NEW, OLD
from programs import BIN, PATIENCE_S, holders, until
from smp import Client, Refused
from story import Story, main, needs


class Update(Story):
    def install(self, update, device=None):
        """Upload, mark for test, restart. update: bytes."""
        device = device or self.device
        device.start()
        client = device.client()
        client.upload(update)
        client.mark(client.slots()[1]["hash"])
        client.reset()

    def check_old_is_back(self, device=None):
        device = device or self.device
        device.wait_for("back to the old firmware")
        device.wait_for(OLD)
        slots = device.client().slots()
        self.assertEqual(slots[0]["version"], "1.0.0")
        self.assertTrue(slots[0]["confirmed"])
        old = device.image("1.0.0")
        self.assertEqual(device.running(len(old)), old)

    def check_starts(self, *says, then=lambda: None):
        """The update is started as often as it may be, and each time the console says this."""
        for start in range(1, ATTEMPTS + 1):
            self.device.wait_for(f"starting 1.2.0, on trial, start {start} of {ATTEMPTS}")
            for text in says:
                self.device.wait_for(text)
            then()

    def restart(self):
        self.device.power_off()
        self.device.power_on()

    def update_with_mcumgr(self, *options, udp=False):
        """The whole procedure as a technician types it."""
        device, new = self.device, self.device.image("1.1.0")
        device.start(*options, udp=udp)
        self.good("image", "upload", device.image_path("1.1.0"), udp=udp)
        update_hash = device.client().slots()[1]["hash"].hex()
        self.good("image", "test", update_hash, udp=udp)
        self.good("reset", udp=udp)
        device.wait_for(f"{NEW} on {device.name}, on trial")
        self.assertIn("version: 1.1.0", self.good("image", "list", udp=udp))
        self.good("image", "confirm", "", udp=udp)
        device.power_off()
        device.start(says=f"{NEW} on {device.name}, started by: power on")
        self.assertEqual(device.running(len(new)), new)

    # ---- Good ones ----

    def test_with_mcumgr(self):
        self.update_with_mcumgr()

    @needs("udp")
    def test_over_udp(self):
        self.update_with_mcumgr(udp=True)

    def test_over_a_slow_line(self):
        self.update_with_mcumgr("--baud", "460800", "--latency", "5")

    def test_over_a_bad_line(self):
        """Lost, doubled and changed lines, and log text between; lost packets: slower, but right."""
        update = self.device.image("1.1.0")
        for bad in self.kind.bad_lines:
            with self.subTest(bad), self.kind() as device:
                device.start(*bad.options)
                done = device.mcumgr("--json", "-t", "5", "image", "upload",
                                     device.image_path("1.1.0"))
                self.assertEqual(done.returncode, 0, done.stderr)
                least = len(update) / bad.buffer  # a buffer of the device holds no more
                self.assertLess(json.loads(done.stdout)["packets"], 4 * least,
                                "parts sent again and again")
                self.assertEqual(device.uploaded(len(update)), update)

    def test_confirms_itself(self):
        device = self.device
        self.install(device.image("1.1.0-selfconfirm"))
        device.wait_for(f"{NEW} on {device.name}, on trial")
        device.wait_for("self-test: firmware confirmed: ok")
        for _ in range(ATTEMPTS + 1):
            self.restart()
            device.wait_for(f"{NEW} on {device.name}, started by: power on")

    def test_a_pending_update_is_replaced(self):
        """The one that was asked for last comes, not the one that was pending."""
        device = self.device
        device.start()
        client = device.client()
        client.upload(device.image("1.2.0-faults"))
        client.mark(client.slots()[1]["hash"], confirm=True)
        client.close()
        self.good("image", "upload", device.image_path("1.1.0"))
        client = device.client()
        self.assertFalse(client.slots()[1]["pending"])
        client.mark(client.slots()[1]["hash"])
        client.reset()
        device.wait_for(f"{NEW} on {device.name}, on trial")

    @needs("images")
    def test_one_of_two_images(self):
        """The second image is updated, tried and kept; the first one goes on as it is."""
        device = self.device
        device.start("--images", "2")
        self.good("image", "upload", "-n", "1", device.image_path("1.1.0"))
        slots = device.client().slots()
        self.assertEqual([slot["image"] for slot in slots], [0, 1, 1])
        self.good("image", "test", slots[2]["hash"].hex())
        self.good("reset")
        device.wait_for("starting 1.0.0, on trial")
        device.wait_for(OLD)
        slots = device.client().slots()
        self.assertEqual([slot["version"] for slot in slots], ["1.0.0", "1.1.0", "1.0.0"])
        self.good("image", "confirm", slots[1]["hash"].hex())
        device.power_off()
        device.start(says=f"{OLD} on {device.name}, started by: power on")
        slots = device.client().slots()
        self.assertEqual([slot["confirmed"] for slot in slots if slot["slot"] == 0], [True, True])

    # ---- Back to the old one, because somebody wants it ----

    def test_back_without_an_upload(self):
        """After a confirmed update the old image comes back, and then the new one again. The old one
        for good where the mode tells it from an update, by its place; else on trial."""
        device = self.device
        self.update_with_mcumgr()
        for version, other in ("1.0.0", "1.1.0"), ("1.1.0", "1.0.0"):
            slots = device.client().slots()
            self.assertEqual([slot["version"] for slot in slots], [other, version])
            self.good("image", "test", slots[1]["hash"].hex())
            self.good("reset")
            device.wait_for(f"monitor {version} runs on {device.name}")
            if version == "1.0.0" and device.update_off() != 0:
                self.assertTrue(self.slots()[0]["confirmed"])  # known to have run before
            self.good("image", "confirm", "")

    def test_back_with_its_file(self):
        """mcumgr update with the old image's file: nothing is sent, and the old image comes back."""
        device, new = self.device, self.device.image("1.1.0")
        self.update_with_mcumgr()
        done = device.mcumgr("--json", "update", "--allow-downgrade", "--confirm",
                             device.image_path("1.0.0"))
        self.assertEqual(done.returncode, 0, done.stderr)
        device.wait_for(f"{OLD} on {device.name}")
        result = json.loads(done.stdout)
        self.assertTrue(result["confirmed"] and result["matched"])
        self.assertNotIn("Uploading", done.stderr)
        self.assertEqual(device.uploaded(len(new)), new)

    # ---- Bad ones ----

    def test_firmware_that_faults(self):
        """It writes to its own code."""
        self.install(self.device.image("1.2.0-faults"))
        self.check_starts(self.kind.fault, "started by: fault")
        self.check_old_is_back()

    def test_firmware_that_hangs(self):
        self.install(self.device.image("1.2.0-hangs"))
        self.check_starts("started by: watchdog")
        self.check_old_is_back()

    def test_firmware_that_nobody_confirms(self):
        self.install(self.device.image("1.2.0-unconfirmed"))
        self.check_starts(f"monitor 1.2.0 runs on {self.device.name}, on trial", then=self.restart)
        self.check_old_is_back()

    def test_every_flash(self):
        """Update and revert on flash of every shape; the flash remembers its shape."""
        for flash in self.kind.flashes:
            with self.subTest(flash), self.kind(flash=flash) as device:
                self.install(device.image("1.2.0-unconfirmed"), device)
                for _ in range(ATTEMPTS):
                    device.wait_for(f"monitor 1.2.0 runs on {device.name}, on trial")
                    device.power_off()
                    device.power_on()
                self.check_old_is_back(device)
                self.assertEqual(device.told_flash(), (flash.page, flash.slot))

    def test_damaged_update_is_refused(self):
        """One changed bit of the program: the application already sees that the hash is wrong."""
        good = self.device.image("1.1.0")
        with self.assertRaises(Refused):
            self.install(self.changed(good, len(good) // 2, 4))

    def test_forged_update_is_refused(self):
        """One changed bit of the signature, the last TLV: only the bootloader can see that."""
        device = self.device
        self.install(self.changed(device.image("1.1.0"), -1, 4))
        device.wait_for("boot: update refused: hash or signature does not match")
        device.wait_for(OLD)
        self.assertEqual(device.client().slots()[0]["version"], "1.0.0")
        self.assertNotIn("swap begins", device.console())


class Fleet(Story):
    """Many devices of one launcher, all updated at the same time."""

    COUNT = 20

    def console(self, number):
        path = self.device.folder / f"console.log.{number}"
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_for_all(self, text):
        for number in range(self.COUNT):
            until(lambda: text in self.console(number), f"{text} of device {number}")

    def mcumgr_all(self, *arguments):
        """One mcumgr for each device, all at once."""
        clients = [subprocess.Popen([BIN / "mcumgr", *self.device.connection(True, number),
                                     *arguments],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                   for number in range(self.COUNT)]
        for client in clients:
            _, errors = client.communicate(timeout=2 * PATIENCE_S)
            self.assertEqual(client.returncode, 0, errors)

    @needs("fleet")
    def test_update_of_all(self):
        device, new = self.device, self.device.image("1.1.0")
        device.power_on(udp=True, count=self.COUNT)
        self.wait_for_all(OLD)
        for number in range(self.COUNT):
            serial = Client(f"{device.link}.{number}")
            self.assertEqual(serial.echo(f"device {number}"), f"device {number}")
            serial.close()
        self.mcumgr_all("image", "upload", device.image_path("1.1.0"))
        client = device.udp_client()
        update_hash = client.slots()[1]["hash"].hex()
        client.close()
        self.mcumgr_all("image", "test", update_hash)
        self.mcumgr_all("reset")
        self.wait_for_all(f"{NEW} on {device.name}, on trial")
        self.mcumgr_all("image", "confirm", "")
        files = [device.folder / f"flash.bin.{number}" for number in range(self.COUNT)]
        for file in files:
            self.assertEqual(file.read_bytes()[: len(new)], new)

        device.process.send_signal(signal.SIGTERM)
        self.assertEqual(device.exit_status(), 0)
        left = [name for name in os.listdir(device.folder) if name.startswith("tty")]
        self.assertEqual(left, [])
        for file in files:
            self.assertEqual(holders(file), set())


if __name__ == "__main__":
    main()
