"""The power fails at many words of a swap and of a revert: the device always comes back with the old
firmware or the new one, whole. SPDX-License-Identifier: Apache-2.0"""

import random

from device import NEW, OLD, POWER_CUT
from story import Story, main

PAIRS = 8  # cuts of the recovery from a cut


class PowerCut(Story):
    def prepare(self, name):
        """A flash that holds 1.0.0 and a request to try the image: the stage "start"."""
        device = self.device
        device.start()
        client = device.client()
        client.upload(device.image(name))
        client.mark(client.slots()[1]["hash"])
        client.close()
        device.power_off()
        device.keep_flash("start")

    def cut_at(self, words, text):
        """Run with a budget; False when it did not run out before the console said the text."""
        device = self.device
        device.power_on("--cut", str(words))
        device.wait_for_end(text)
        was_cut = device.process.poll() == POWER_CUT
        device.power_off()
        return was_cut

    def check_new_runs(self):
        device = self.device
        new, old = device.image("1.1.0"), device.image("1.0.0")
        device.start(says=NEW)
        device.power_off()
        self.assertEqual(device.running(len(new)), new)
        self.assertEqual(device.replaced(len(old)), old)

    def test_cuts_during_a_swap(self):
        """The distance between cuts is odd, so that they fall at many places of a sector."""
        device = self.device
        words, cuts, stride = 1, 0, len(device.image("1.1.0")) // device.cuts | 1
        self.prepare("1.1.0")
        while self.cut_at(words, NEW):
            self.check_new_runs()
            device.use_flash("start")
            words, cuts = words + stride, cuts + 1
        self.assertGreater(cuts, 5)

        luck = random.Random(1)
        for _ in range(PAIRS):
            device.use_flash("start")
            self.cut_at(luck.randrange(1, words), NEW)
            self.cut_at(luck.randrange(1, words), NEW)
            self.check_new_runs()

    def test_cut_during_a_revert(self):
        """The budget also counts across restarts of the processor: a faulting update, three starts,
        and the power fails on the way back."""
        device, old = self.device, self.device.image("1.0.0")
        self.prepare("1.2.0-faults")
        device.start()
        device.power_off()
        first, stride = len(old) * 10 // 13, len(old) * 4 // 13 | 1
        for words in range(first, 3 * len(old), stride):
            device.use_flash("start")
            was_cut = self.cut_at(words, OLD)
            if not was_cut:
                break
            device.start()
            device.power_off()
            self.assertEqual(device.running(len(old)), old)
        self.assertFalse(was_cut)
        self.assertGreater(words, first)


if __name__ == "__main__":
    main()
