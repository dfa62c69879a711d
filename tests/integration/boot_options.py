"""What a bootloader may do besides, each option on the emulated board: the good image in the other
slot comes when nothing can be started, or when what was confirmed hangs or faults at every start.
SPDX-License-Identifier: Apache-2.0"""

import unittest

from built_boot import Built, build_folder
from smp import IMAGE, OS, READ, WRITE

KEPT = "the firmware hangs or faults at every start; asking for the other one: "


class Options(Built, unittest.TestCase):
    def ready(self, image="1.0.0"):
        """A device with this image, its second slot empty."""
        return self.device(self.kind.image_path(image))

    def install(self, device, version):
        """For good, whatever becomes of it."""
        client = device.client()
        client.upload(device.image(version))
        client.mark(client.slots()[1]["hash"], confirm=True)
        client.reset()
        client.close()

    def test_recover(self):
        self.build("-DCONFIG_TWIN_BOOT_RECOVER=1")
        with self.ready() as device:
            device.start()
            client = device.client()
            client.upload(device.image("1.1.0"))
            client.close()
            device.power_off()
            with open(device.flash_file, "r+b") as flash:
                flash.seek(device.slot_start(0) + 0x1000)
                byte = flash.read(1)
                flash.seek(-1, 1)
                flash.write(bytes([byte[0] ^ 1]))
            device.start(says="boot: the firmware is not valid")
            device.wait_for("boot: the good image in the other slot comes")
            device.wait_for("monitor 1.1.0 runs")
            device.power_off()
            device.start(says="monitor 1.1.0 runs")
            self.assertNotIn("not valid", device.console())

    def test_confirmed_image_that_faults(self):
        """The one before it comes back, and stays; a failure of power does not count."""
        self.build("-DCONFIG_TWIN_BOOT_HANGS=3", "-DCONFIG_TWIN_BOOT_WATCHDOG_EACH=1")
        with self.ready() as device:
            device.start()
            self.install(device, "1.2.0-faults")
            for count in 2, 3:
                for _ in range(count):
                    device.wait_for("boot: starting 1.2.0;")
                    device.wait_for(device.fault)
                if count == 2:  # so are two and two, with no power in between
                    device.power_off()
                    device.power_on()
            device.wait_for(KEPT + "ok")
            device.wait_for("monitor 1.0.0 runs")
            device.wait_for("self-test: passed")
            device.power_off()
            device.start(says="monitor 1.0.0 runs")
            self.assertNotIn(KEPT, device.console())

    def test_confirmed_image_that_hangs(self):
        """With nothing in its place: it is started for ever, and nothing is written."""
        self.build("-DCONFIG_TWIN_BOOT_HANGS=1", "-DCONFIG_TWIN_BOOT_WATCHDOG_EACH=1",
                   "-DCONFIG_TWIN_BOOT_WATCHDOG_MS=200")
        with self.ready("1.2.0-hangs") as device:
            device.start(says="boot: starting 1.2.0;")
            before = device.flash_file.read_bytes()
            device.wait_for("started by: watchdog")
            device.wait_for(KEPT + "no such entry")
            for _ in range(2):
                device.wait_for("boot: starting 1.2.0;")
                device.wait_for("started by: watchdog")
            self.assertEqual(device.console().count(KEPT), 1)
            self.assertEqual(device.flash_file.read_bytes(), before)

    def test_shared_memory(self):
        """The application tells what the bootloader has told it; both are of one build."""
        self.build("-DCONFIG_TWIN_BOOT_SHARE=1", "-DCONFIG_TWIN_MODE=swap_move", target="all")
        with self.device(build_folder() / "firmware" / "monitor-1.0.0.bin") as device:
            device.start(says="the bootloader is 0.1.0, its mode 3")
            self.assertEqual(device.client().request(READ, OS, 8, {"query": "mode"})["mode"], 3)

    def test_made_for_another_device(self):
        """By what its signature covers; the history says why."""
        vendor, other = "c0ffee00-0000-4000-8000-000000000001", "c0ffee00-0000-4000-8000-000000000002"
        self.key("own.pem")
        self.build(f"-DTWIN_KEY={self.folder}/own.pem", f"-DCONFIG_TWIN_BOOT_VENDOR={vendor}",
                   f"-DCONFIG_TWIN_BOOT_CLASS={other}")
        ours = "--vid", vendor, "--cid", other
        with self.device(self.signed("1.0.0", "own.pem", *ours)) as device:
            device.start()
            for options in (), ("--vid", vendor), ("--vid", vendor, "--cid", vendor), ours:
                client = device.client()
                client.upload(self.signed("1.1.0", "own.pem", *options).read_bytes())
                client.mark(client.slots()[1]["hash"], confirm=True)
                client.reset()
                client.close()
                if options != ours:
                    device.wait_for("update refused: it was made for another device")
                    device.wait_for("monitor 1.0.0 runs")
                    self.assertIn("device", device.mcumgr("image", "history").stdout)
            device.wait_for("monitor 1.1.0 runs")
        with self.device(self.signed("1.0.0", "own.pem")) as device:
            device.start(says="the firmware is not valid: it was made for another device")

    def test_single_slot(self):
        """Recovery is how another image comes: in place of the one there is."""
        self.build("-DCONFIG_TWIN_MODE=single", "-DCONFIG_TWIN_BOOT_RECOVERY=1")
        with self.ready() as device:
            device.start()
            client = device.client()
            client.request(WRITE, OS, 5, {"boot_mode": 1})
            device.wait_for("recovery: listening")
            (slot,) = client.slots()
            self.assertEqual((slot["slot"], slot["version"]), (0, "1.0.0"))
            image = device.image("1.1.0")
            client.request(WRITE, IMAGE, 1, {"off": 0, "len": len(image), "data": image[:256]})
            client.close()
            device.power_off()  # in the middle: nothing is left that starts
            device.start(says="recovery: listening")
            client = device.client()
            client.upload(image)
            client.reset()
            client.close()
            device.wait_for("monitor 1.1.0 runs")

    def test_contradictions_are_refused(self):
        for options, says in ((["-DCONFIG_TWIN_BOOT_HANGS=3"], "needs CONFIG_TWIN_BOOT_WATCHDOG_EACH=1"),
                              (["-DCONFIG_TWIN_BOOT_HANGS=3", "-DCONFIG_TWIN_BOOT_WATCHDOG_EACH=1",
                                "-DCONFIG_TWIN_BOOT_WATCHDOG_MS=0"], "needs CONFIG_TWIN_BOOT_WATCHDOG_EACH=1"),
                              (["-DCONFIG_TWIN_BOOT_HANGS=255"], "must be 0 to 254")):
            done = self.configure(*options)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(says, " ".join(done.stderr.split()))


if __name__ == "__main__":
    unittest.main()
