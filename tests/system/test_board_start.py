"""The emulated board starts, answers, and says no while a patient is connected.
SPDX-License-Identifier: Apache-2.0"""

import os
import unittest

from board import Board, firmware
from smp import IMAGE, OS, READ, WRITE, Refused, frame


class Start(unittest.TestCase):
    def test_start_and_names(self):
        with Board() as board:
            board.power_on()
            board.wait_for("boot: starting 1.0.0")
            board.wait_for("monitor 1.0.0 runs on mps2-an386, started by: power on")
            board.wait_for("self-test: passed")
            client = board.client()
            self.assertEqual(client.echo("hello, board"), "hello, board")
            self.assertEqual(client.request(READ, OS, 6, {}), {"buf_size": 1024, "buf_count": 4})
            self.assertIn("mps2-an386", client.request(READ, OS, 7, {"format": "a"})["output"])
            task = client.request(READ, OS, 2, {})["tasks"]["main"]
            self.assertTrue(0 < task["stkuse"] < task["stksiz"])
            slots = client.slots()
            self.assertEqual([slot["version"] for slot in slots], ["1.0.0"])
            self.assertTrue(slots[0]["active"] and slots[0]["confirmed"])
            client.reset()
            board.wait_for("started by: reset on request")

    def test_mcumgr_echo(self):
        with Board() as board:
            board.power_on()
            board.wait_for("monitor 1.0.0 runs")
            done = board.mcumgr("echo", "hello, board")
            self.assertEqual((done.returncode, done.stdout), (0, "hello, board\n"), done.stderr)

    def test_rubbish_on_the_line(self):
        """Whatever comes over the line, the next proper request is answered."""
        with Board() as board:
            board.power_on()
            board.wait_for("monitor 1.0.0 runs")
            client = board.client()
            good = frame(b"\x0a\x00\x00\x04\x00\x00\x07\x00\xa1\x61\x64\x60")
            for rubbish in (os.urandom(2000), good[:-5], b"\x06\x09!!!\n", b"\x06" * 300,
                            good[: len(good) // 2] + b"\n", frame(os.urandom(1100))):
                os.write(client.fd, rubbish + b"\n")
                self.assertEqual(client.echo("still here"), "still here")

    def test_patient(self):
        """No step of an update begins while a patient is connected."""
        with Board() as board:
            board.power_on()
            board.wait_for("monitor 1.0.0 runs")
            client = board.client()
            update = firmware("monitor-1.1.0")
            client.upload(update)
            update_hash = client.slots()[1]["hash"]
            board.type("patient connect")
            board.wait_for("a patient is connected")
            steps = (lambda: client.upload(firmware("monitor-1.2.0-faults")),
                     lambda: client.mark(update_hash),
                     lambda: client.mark(update_hash, confirm=True),
                     lambda: client.request(WRITE, IMAGE, 5, {}), client.reset,
                     lambda: client.request(WRITE, OS, 5, {"force": True}))
            for step in steps:
                with self.assertRaises(Refused) as refusal:
                    step()
                self.assertEqual(refusal.exception.args[0],
                                 {"rc": 10, "rsn": "a patient is connected"})
            board.type("status")
            board.wait_for("monitor 1.0.0 (confirmed)")
            self.assertEqual(board.slot_bytes(1, 4096 + len(update))[4096:], update)
            board.type("patient disconnect")
            board.wait_for("no patient is connected")
            client.mark(update_hash)
            client.reset()
            board.wait_for("monitor 1.1.0 runs")

    def test_nothing_to_start(self):
        """A firmware with one changed bit, and no other: the bootloader says so and waits."""
        with Board() as board:
            damaged = bytearray(firmware("monitor-1.0.0"))
            damaged[len(damaged) // 2] ^= 1
            board.image = board.folder / "damaged.bin"
            board.image.write_bytes(damaged)
            board.power_on()
            board.wait_for("boot: the firmware is not valid")
            board.wait_for("boot: nothing to start; waiting for help")
            self.assertNotIn("monitor", board.console())

    def test_second_emulator_is_refused(self):
        with Board() as board:
            board.power_on()
            board.wait_for("monitor 1.0.0 runs")
            first = board.process
            board.power_on()
            self.assertEqual(board.process.wait(20), 1)
            first.kill()
            first.wait()
            first.stdin.close()


if __name__ == "__main__":
    unittest.main()
