"""Updates of the emulated board: good ones stay, bad ones go away by themselves.
SPDX-License-Identifier: Apache-2.0"""

import unittest

from board import FIRMWARE, Board, firmware
from smp import Refused

OLD = "monitor 1.0.0 runs"
ATTEMPTS = 3


class Update(unittest.TestCase):
    def install(self, board, image):
        """Upload, mark for test, restart. image: bytes."""
        board.power_on()
        board.wait_for(OLD)
        client = board.client()
        client.upload(image)
        client.mark(client.slots()[1]["hash"])
        client.reset()

    def check_old_is_back(self, board):
        board.wait_for("back to the old firmware")
        board.wait_for(OLD)
        slots = board.client().slots()
        self.assertEqual(slots[0]["version"], "1.0.0")
        self.assertTrue(slots[0]["confirmed"])
        old = firmware("monitor-1.0.0")
        self.assertEqual(board.slot_bytes(0, len(old)), old)

    def test_update_with_mcumgr(self):
        """The whole procedure as a technician types it."""
        with Board() as board:
            board.power_on()
            board.wait_for(OLD)
            done = board.mcumgr("image", "upload", str(FIRMWARE / "monitor-1.1.0.bin"))
            self.assertEqual(done.returncode, 0, done.stderr)
            update_hash = board.client().slots()[1]["hash"].hex()
            for arguments in (("image", "test", update_hash), ("reset",)):
                self.assertEqual(board.mcumgr(*arguments).returncode, 0)
            board.wait_for("monitor 1.1.0 runs on mps2-an386, on trial")
            listing = board.mcumgr("image", "list").stdout
            self.assertIn("version: 1.1.0", listing)
            self.assertEqual(board.mcumgr("image", "confirm", "").returncode, 0)
            board.power_off()
            board.power_on()
            board.wait_for("monitor 1.1.0 runs on mps2-an386, started by: power on")

    def test_update_over_a_bad_line(self):
        """Lost, doubled and changed lines, and log text between them: slower, but right. A request
        has five lines, so one in five is damaged."""
        with Board() as board:
            board.power_on("--drop", "71", "--garble", "67", "--double", "61", "--noise", "5")
            board.wait_for(OLD)
            done = board.mcumgr("image", "upload", str(FIRMWARE / "monitor-1.1.0.bin"))
            self.assertEqual(done.returncode, 0, done.stderr)
            update = firmware("monitor-1.1.0")
            self.assertEqual(board.slot_bytes(1, 4096 + len(update))[4096:], update)

    def test_confirms_itself(self):
        with Board() as board:
            self.install(board, firmware("monitor-1.1.0-selfconfirm"))
            board.wait_for("monitor 1.1.0 runs on mps2-an386, on trial")
            board.wait_for("self-test: firmware confirmed: ok")
            for _ in range(ATTEMPTS + 1):
                board.power_off()
                board.power_on()
                board.wait_for("monitor 1.1.0 runs on mps2-an386, started by: power on")

    def test_firmware_that_faults(self):
        """It writes to its own flash: memory protection stops that (status 82: data access)."""
        with Board() as board:
            self.install(board, firmware("monitor-1.2.0-faults"))
            for start in range(1, ATTEMPTS + 1):
                board.wait_for(f"starting 1.2.0, on trial, start {start} of {ATTEMPTS}")
                board.wait_for("fault: status 00000082, address 2100")
                board.wait_for("started by: fault")
            self.check_old_is_back(board)

    def test_firmware_that_hangs(self):
        with Board() as board:
            self.install(board, firmware("monitor-1.2.0-hangs"))
            for start in range(1, ATTEMPTS + 1):
                board.wait_for(f"starting 1.2.0, on trial, start {start} of {ATTEMPTS}")
                board.wait_for("started by: watchdog")
            self.check_old_is_back(board)

    def test_firmware_that_nobody_confirms(self):
        with Board() as board:
            self.install(board, firmware("monitor-1.2.0-unconfirmed"))
            for start in range(1, ATTEMPTS + 1):
                board.wait_for(f"starting 1.2.0, on trial, start {start} of {ATTEMPTS}")
                board.wait_for("monitor 1.2.0 runs on mps2-an386, on trial")
                board.power_off()
                board.power_on()
            self.check_old_is_back(board)

    def test_damaged_update_is_refused(self):
        """One changed bit of the program: the application already sees that the hash is wrong."""
        with Board() as board:
            damaged = bytearray(firmware("monitor-1.1.0"))
            damaged[len(damaged) // 2] ^= 4
            with self.assertRaises(Refused):
                self.install(board, bytes(damaged))

    def test_forged_update_is_refused(self):
        """One changed bit of the signature, the last TLV: only the bootloader can see that."""
        with Board() as board:
            forged = bytearray(firmware("monitor-1.1.0"))
            forged[-1] ^= 4
            self.install(board, bytes(forged))
            board.wait_for("boot: update refused: hash or signature does not match")
            board.wait_for(OLD)
            self.assertEqual(board.client().slots()[0]["version"], "1.0.0")
            self.assertNotIn("swap begins", board.console())


if __name__ == "__main__":
    unittest.main()
