"""The power fails at many words of a swap and of a revert: the board always comes back with the old
firmware or the new one, whole. SPDX-License-Identifier: Apache-2.0"""

import random
import shutil
import unittest

from board import POWER_CUT, Board, firmware

OLD, NEW = "monitor 1.0.0 runs", "monitor 1.1.0 runs"
STRIDE = 1499  # words between cuts; a prime, so that they fall at many places of a sector
PAIRS = 8  # cuts of the recovery from a cut


class PowerCut(unittest.TestCase):
    def prepare(self, board, image):
        """A flash that holds 1.0.0 and a request to try the image: a copy to begin from."""
        board.power_on()
        board.wait_for(OLD)
        client = board.client()
        client.upload(firmware(image))
        client.mark(client.slots()[1]["hash"])
        client.close()
        board.power_off()
        start = board.folder / "start.bin"
        shutil.copyfile(board.flash, start)
        return start

    def cut_at(self, board, words):
        """Run with a budget; False when it did not run out before the new firmware started."""
        board.power_on("--cut", str(words))
        board.wait_for_end(NEW)
        was_cut = board.process.poll() == POWER_CUT
        board.power_off()
        return was_cut

    def check_new_runs(self, board):
        new, old = firmware("monitor-1.1.0"), firmware("monitor-1.0.0")
        board.power_on()
        board.wait_for(NEW)
        board.power_off()
        self.assertEqual(board.slot_bytes(0, len(new)), new)
        self.assertEqual(board.slot_bytes(1, len(old)), old)

    def test_cuts_during_a_swap(self):
        with Board() as board:
            start = self.prepare(board, "monitor-1.1.0")
            words, cuts = 1, 0
            while self.cut_at(board, words):
                self.check_new_runs(board)
                shutil.copyfile(start, board.flash)
                words, cuts = words + STRIDE, cuts + 1
            self.assertGreater(cuts, 5)

            luck = random.Random(1)
            for _ in range(PAIRS):
                shutil.copyfile(start, board.flash)
                self.cut_at(board, luck.randrange(1, words))
                self.cut_at(board, luck.randrange(1, words))
                self.check_new_runs(board)

    def test_cut_during_a_revert(self):
        """The budget also counts across restarts of the processor: a faulting update, three starts,
        and the power fails on the way back."""
        with Board() as board:
            start = self.prepare(board, "monitor-1.2.0-faults")
            old = firmware("monitor-1.0.0")
            board.power_on()
            board.wait_for(OLD)
            board.power_off()
            for words in range(15000, 60000, 6007):
                shutil.copyfile(start, board.flash)
                board.power_on("--cut", str(words))
                board.wait_for_end(OLD)
                was_cut = board.process.poll() == POWER_CUT
                board.power_off()
                if not was_cut:
                    break
                board.power_on()
                board.wait_for(OLD)
                board.power_off()
                self.assertEqual(board.slot_bytes(0, len(old)), old)
            self.assertFalse(was_cut)
            self.assertGreater(words, 15000)


if __name__ == "__main__":
    unittest.main()
