"""What became of updates: the bootloader writes it down, the device tells it, people and programs
read it. SPDX-License-Identifier: Apache-2.0"""

import json

from device import ATTEMPTS, NEW, OLD
from story import Story, main


class History(Story):
    def setUp(self):
        self.device.start()

    def history(self):
        return json.loads(self.good("--json", "image", "history"))["history"]

    def update_that_fails(self, path):
        """mcumgr update, which has to end with another image running; returns its JSON."""
        done = self.device.mcumgr("--json", "update", path)
        self.assertEqual(done.returncode, 4, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result["error"]["reason"], "other-runs")
        self.assertEqual(result["steps"][-1], {"step": "wait", "result": "failed"})
        return result

    def forged(self):
        """The update with one changed bit in its signature, which only the bootloader sees."""
        path = self.device.folder / "forged.bin"
        path.write_bytes(self.changed(self.device.image("1.1.0"), -1, 4))
        return path

    def test_nothing_yet(self):
        self.assertEqual(self.good("image", "history"), "nothing is known of updates\n")
        self.assertEqual(self.history(), [])

    def test_installed(self):
        self.good("update", "--confirm", self.device.image_path("1.1.0"))
        self.assertEqual(self.good("image", "history"),
                         "image 0: version 1.1.0 was installed, on trial (new)\n")
        self.good("image", "history", "--acknowledge")
        self.assertEqual(self.history(), [{"image": 0, "outcome": "trial", "reason": "none",
                                           "starts": 0, "version": "1.1.0", "new": False}])

    def test_refused(self):
        """`update` says why, and so does the device later, also when it was off."""
        said = "version 1.1.0 was refused by the bootloader: its signature does not match"
        result = self.update_that_fails(self.forged())
        self.assertEqual(result["error"]["try"], f"The device says: {said}")
        self.assertEqual(result["history"], {"image": 0, "outcome": "refused", "new": True,
                                             "reason": "signature", "version": "1.1.0"})
        self.device.power_off()
        self.device.start()
        self.assertEqual(self.good("image", "history"), f"image 0: {said} (new)\n")
        self.good("update", self.device.image_path("1.1.0"))  # a good one makes room
        self.device.wait_for(f"{NEW} on {self.device.name}, on trial")
        self.assertEqual([item["outcome"] for item in self.history()], ["trial"])

    def test_taken_out(self):
        """It faults at each start."""
        result = self.update_that_fails(self.device.image_path("1.2.0-faults"))
        said = (f"version 1.2.0 was taken out again after {ATTEMPTS} starts: nobody confirmed it")
        self.assertEqual(result["error"]["try"], f"The device says: {said}")
        self.device.wait_for(OLD)
        self.assertEqual(self.good("image", "history"), f"image 0: {said} (new)\n")
        self.assertEqual(self.history(), [{"image": 0, "outcome": "reverted", "reason": "attempts",
                                           "starts": ATTEMPTS, "version": "1.2.0", "new": True}])


if __name__ == "__main__":
    main()
