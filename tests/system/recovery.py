"""Serial recovery: the bootloader takes an update when somebody asks for it, or when nothing can be
started; and what is bad is not started then either. SPDX-License-Identifier: Apache-2.0"""

import time

from device import NEW, OLD
from smp import IMAGE, OS, READ, WRITE, Refused
from story import Story, main, needs

LISTENS = "boot: recovery: listening for an update"
RECOVERY = {"boot_mode": 1}


class Recovery(Story):
    def start(self, *options, says=OLD):
        self.device.start(*self.device.recovery, *options, says=says)

    def ask(self):
        """By the application that runs."""
        client = self.device.client()
        client.request(WRITE, OS, 5, RECOVERY)
        client.close()
        self.device.wait_for("started by: request for recovery")
        self.device.wait_for(LISTENS)

    def damage(self, number=0, off=0x1000):
        self.device.power_off()
        with open(self.device.flash_file, "r+b") as flash:
            flash.seek(self.device.slot_start(number) + off)
            flash.write(bytes(64))

    def broken(self):
        """A device that cannot start anything."""
        self.start()
        self.damage()
        self.start(says=LISTENS)
        self.assertIn("nothing to start", self.device.console())

    def test_what_it_answers(self):
        self.start()
        self.ask()
        client = self.device.client()
        self.assertEqual(client.echo("hello, bootloader"), "hello, bootloader")
        self.assertEqual(client.request(READ, OS, 6, {}), {"buf_size": 1024, "buf_count": 4})
        self.assertIn("recovery", client.request(READ, OS, 7, {"format": "n"})["output"])
        (slot,) = client.slots()
        self.assertEqual((slot["version"], slot["active"], slot["confirmed"]), ("1.0.0", True, True))
        self.assertEqual(len(client.request(READ, IMAGE, 6, {})["images"][0]["slots"]), 2)
        client.upload(self.device.image("1.1.0"))
        self.assertEqual(client.slots()[1]["version"], "1.1.0")
        client.request(WRITE, IMAGE, 5, {"slot": 1}, 60)
        self.assertEqual(len(client.slots()), 1)
        client.reset()
        self.device.wait_for(OLD)

    def test_ends_when_nobody_asks(self):
        """By itself, back to the firmware that was there."""
        self.start()
        self.ask()
        client, asked = self.device.client(), time.monotonic()
        while time.monotonic() < asked + 12:  # each request gives it its time anew
            self.assertEqual(client.echo("still there?"), "still there?")
            time.sleep(2)
        client.close()
        self.assertNotIn(OLD, self.device.console()[self.device.seen:])
        self.device.wait_for(OLD)
        self.assertEqual(self.device.client().echo("hello"), "hello")

    @needs("button")
    def test_button(self):
        self.start("--button", "1", says=LISTENS)
        self.assertNotIn("boot: starting", self.device.console())
        self.assertEqual(self.good("echo", "hello"), "hello\n")
        self.device.power_off()
        self.start()

    def test_update_on_request(self):
        """As any other: on trial, and the old one comes back."""
        self.start()
        self.ask()
        self.good("image", "upload", self.device.image_path("1.1.0"))
        client = self.device.client()
        client.mark(client.slots()[1]["hash"])
        client.reset()
        client.close()
        self.device.wait_for("starting 1.1.0, on trial, start 1 of 3")
        self.device.wait_for(NEW)
        for _ in range(3):
            self.device.power_off()
            self.device.power_on(*self.device.recovery)
            self.device.wait_for(NEW, OLD)
        self.assertIn(OLD, self.device.console())

    def test_asking_in_a_trial(self):
        """It costs a start, and the image to go back to stays."""
        self.start()
        self.good("image", "upload", self.device.image_path("1.1.0"))
        client = self.device.client()
        client.mark(client.slots()[1]["hash"])
        client.reset()
        client.close()
        self.device.wait_for("on trial, start 1 of 3")
        self.device.wait_for(NEW)
        self.ask()
        complaint = self.complaint("image", "upload", self.device.image_path("1.1.0"))
        self.assertIn("go back to", complaint)
        self.good("reset")
        self.device.wait_for("on trial, start 3 of 3")

    def test_nothing_starts(self):
        """Upload and restart are enough; or the whole procedure."""
        for procedure in (["image", "upload"], ["update", "--confirm"]):
            with self.subTest(procedure):
                self.device.power_off()
                self.device.flash_file.unlink(missing_ok=True)
                self.broken()
                self.good(*procedure, self.device.image_path("1.1.0"))
                if procedure[0] == "image":
                    self.good("reset")
                self.device.wait_for(NEW)
                self.device.power_off()
                self.start(says=NEW)
                self.assertNotIn(LISTENS, self.device.console())

    def test_blank(self):
        """A device that has left the factory without firmware."""
        self.start()
        self.device.power_off()
        erased = b"\xff" * self.device.flash.slot
        with open(self.device.flash_file, "r+b") as flash:
            for number in 0, 1:
                flash.seek(self.device.slot_start(number))
                flash.write(erased)
        self.start(says=LISTENS)
        self.good("update", "--confirm", self.device.image_path("1.1.0"))
        self.device.wait_for(NEW)

    def test_forged(self):
        """Uploaded or not: what nobody signed does not start."""
        self.broken()
        forged = self.changed(self.device.image("1.1.0"), -10, 1)
        client = self.device.client()
        client.upload(forged)
        client.mark(client.slots()[-1]["hash"], confirm=True)
        client.reset()
        client.close()
        self.device.wait_for("update refused")
        self.device.wait_for(LISTENS)
        self.assertNotIn("starting", self.device.console())
        self.good("update", "--confirm", self.device.image_path("1.1.0"))
        self.device.wait_for(NEW)

    def test_the_only_good_image_stays(self):
        """Asked for while slot 0 is broken: the good one in slot 1 comes, and cannot be erased."""
        self.start()
        self.good("image", "upload", self.device.image_path("1.1.0"))
        client = self.device.client()
        client.request(WRITE, OS, 5, RECOVERY)  # the restart comes a moment later
        client.close()
        self.device.wait_for(LISTENS)
        self.damage()
        self.start(says="the good image in the other slot comes")
        self.device.wait_for(NEW)

    @needs("button")
    def test_button_and_a_broken_image(self):
        self.start()
        self.good("image", "upload", self.device.image_path("1.1.0"))
        self.damage()
        self.start("--button", "1", says="the good image in the other slot comes")
        self.device.wait_for(LISTENS)
        self.good("image", "erase")
        self.device.power_off()
        self.start(says=NEW)

    @needs("button")
    @needs("modes")
    def test_image_in_slot_1(self):
        """What runs from there stays, and an upload goes to slot 0."""
        self.start("--mode", "xip")
        self.good("update", "--confirm", self.device.image_path("1.1.0"))
        self.device.power_off()
        self.start("--button", "1", says=LISTENS)
        self.assertEqual([(slot["slot"], slot["version"], slot["active"]) for slot in self.slots()],
                         [(0, "1.0.0", False), (1, "1.1.0", True)])
        self.good("image", "erase")
        self.assertEqual([slot["slot"] for slot in self.slots()], [1])
        self.device.power_off()
        self.start(says=NEW)

    def test_power_cut_in_the_upload(self):
        self.broken()
        image = self.device.image("1.1.0")
        for part in range(3):
            client = self.device.client()
            body = {"off": 0, "data": image[:256], "len": len(image)}
            client.request(WRITE, IMAGE, 1, body)
            for off in range(256, 512 * (part + 1), 256):
                client.request(WRITE, IMAGE, 1, {"off": off, "data": image[off : off + 256]})
            client.close()
            self.device.power_off()
            self.start(says=LISTENS)
        self.good("update", "--confirm", self.device.image_path("1.1.0"))
        self.device.wait_for(NEW)

    def test_neither_image_of_a_trial_starts(self):
        """The slot is kept for the way back, until somebody erases it."""
        self.start()
        self.good("image", "upload", self.device.image_path("1.1.0"))
        client = self.device.client()
        client.mark(client.slots()[1]["hash"])
        client.reset()
        client.close()
        self.device.wait_for(NEW)
        self.damage(0)
        self.damage(1)
        self.start(says=LISTENS)
        self.assertRaises(Refused, self.device.client().upload, self.device.image("1.1.0"))
        self.good("image", "erase")
        self.good("update", "--confirm", self.device.image_path("1.1.0"))
        self.device.wait_for(NEW)


if __name__ == "__main__":
    main()
