"""The Linux device starts, answers over its serial line and UDP, and leaves nothing behind.
SPDX-License-Identifier: Apache-2.0"""

import os
import signal
import subprocess
import unittest

from native import BIN, POWER_CUT, Device, holders, image, image_path, until
from smp import IMAGE, OS, READ, WRITE, Refused, frame


class Start(unittest.TestCase):
    def test_start_and_names(self):
        with Device() as device:
            device.power_on()
            device.wait_for("boot: starting 1.0.0")
            device.wait_for("monitor 1.0.0 runs on native, started by: power on")
            device.wait_for("self-test: passed")
            client = device.client()
            self.assertEqual(client.echo("hello, device"), "hello, device")
            self.assertEqual(client.request(READ, OS, 6, {}), {"buf_size": 1024, "buf_count": 4})
            self.assertIn("native", client.request(READ, OS, 7, {"format": "a"})["output"])
            task = client.request(READ, OS, 2, {})["tasks"]["main"]
            self.assertTrue(0 < task["stkuse"] < task["stksiz"])
            self.assertEqual([slot["version"] for slot in client.slots()], ["1.0.0"])
            client.reset()
            device.wait_for("started by: reset on request")

    def test_udp(self):
        """IPv4, IPv6 and the serial line reach the same server."""
        with Device() as device:
            device.power_on_udp()
            device.wait_for("monitor 1.0.0 runs")
            for host in "127.0.0.1", "::1":
                client = device.udp_client(host)
                self.assertEqual(client.echo("hello over UDP"), "hello over UDP")
                client.close()
            self.assertEqual(device.client().echo("hello"), "hello")
            client = device.udp_client()
            client.send(b"\x0a\x00\x00")  # not even a header: no answer, no harm
            client.send(os.urandom(5000))
            self.assertEqual(client.echo("still here"), "still here")
            client.reset()
            device.wait_for("started by: reset on request")
            device.wait_for("monitor 1.0.0 runs")
            self.assertEqual(client.echo("again"), "again")
            client.close()

    def test_mcumgr_echo(self):
        with Device() as device:
            device.power_on_udp()
            device.wait_for("monitor 1.0.0 runs")
            for udp in False, True:
                done = device.mcumgr("echo", "hello", udp=udp)
                self.assertEqual((done.returncode, done.stdout), (0, "hello\n"), done.stderr)

    def test_announced_buffers(self):
        with Device() as device:
            device.power_on("--smp-buf", "384", "--smp-count", "2")
            device.wait_for("monitor 1.0.0 runs")
            params = device.client().request(READ, OS, 6, {})
            self.assertEqual(params, {"buf_size": 384, "buf_count": 2})

    def test_rubbish_on_the_line(self):
        with Device() as device:
            device.power_on()
            device.wait_for("monitor 1.0.0 runs")
            client = device.client()
            for rubbish in os.urandom(2000), b"\x06\x09!!!\n", b"\x06" * 300, frame(os.urandom(5000)):
                client_bytes = rubbish + b"\n"
                while client_bytes:
                    client_bytes = client_bytes[os.write(client.fd, client_bytes) :]
                self.assertEqual(client.echo("still here"), "still here")

    def test_patient(self):
        """No step of an update begins while a patient is connected, over either transport."""
        with Device() as device:
            device.power_on_udp()
            device.wait_for("monitor 1.0.0 runs")
            device.type("patient connect")
            device.wait_for("a patient is connected")
            for client in device.client(), device.udp_client():
                for step in (lambda: client.upload(image("1.1.0")), client.reset,
                             lambda: client.request(WRITE, OS, 5, {"force": True}),
                             lambda: client.request(WRITE, IMAGE, 5, {})):
                    with self.assertRaises(Refused) as refusal:
                        step()
                    self.assertEqual(refusal.exception.args[0],
                                     {"rc": 10, "rsn": "a patient is connected"})
                client.close()

    def test_nothing_to_start(self):
        with Device() as device:
            damaged = bytearray(image("1.0.0"))
            damaged[len(damaged) // 2] ^= 1
            device.image = device.folder / "damaged.bin"
            device.image.write_bytes(damaged)
            device.power_on()
            device.wait_for("boot: nothing to start; waiting for help")
            self.assertNotIn("monitor", device.console())

    def test_power_failure_of_the_processor(self):
        """kill -9 of the program: a start that knows no other reason than power."""
        with Device() as device:
            device.power_on()
            device.wait_for("monitor 1.0.0 runs")
            (program,) = holders(device.flash) - {device.process.pid}
            os.kill(program, signal.SIGKILL)
            device.wait_for("monitor 1.0.0 runs on native, started by: power on")

    def test_cut_budget(self):
        with Device() as device:
            device.power_on_udp("--cut", "1")
            device.wait_for("monitor 1.0.0 runs")
            client = device.udp_client()
            update = image("1.1.0")  # read once: a build beside may put another there
            first = {"off": 0, "len": len(update), "data": update[:400]}
            with self.assertRaises(OSError):  # no answer, or nobody there any more
                client.request(WRITE, IMAGE, 1, first, timeout_s=1)
            client.close()
            self.assertEqual(device.process.wait(20), POWER_CUT)


class CleanUp(unittest.TestCase):
    def test_signals(self):
        """Ctrl-C and SIGTERM end everything and remove the link."""
        for number in signal.SIGINT, signal.SIGTERM:
            with Device() as device:
                device.power_on()
                device.wait_for("monitor 1.0.0 runs")
                self.assertEqual(len(holders(device.flash)), 2)
                device.process.send_signal(number)
                self.assertEqual(device.process.wait(20), 0)
                self.assertEqual(holders(device.flash), set())
                self.assertFalse(device.link.is_symlink())

    def test_kill(self):
        """Nobody can clean up then, but the program must not run on, and the next start works."""
        with Device() as device:
            device.power_on()
            device.wait_for("monitor 1.0.0 runs")
            device.power_off()
            until(lambda: not holders(device.flash), "the end of the program")
            device.power_on()
            device.wait_for("monitor 1.0.0 runs")

    def test_second_device_is_refused(self):
        with Device() as device:
            device.power_on()
            device.wait_for("monitor 1.0.0 runs")
            done = subprocess.run([BIN / "twinslot-device", "--flash", device.flash],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 1)
            self.assertIn("another device runs on", done.stderr)
            self.assertEqual(device.client().echo("unharmed"), "unharmed")

    def test_what_is_no_flash(self):
        with Device() as device:
            device.flash.write_bytes(b"important" * 1000)
            device.power_on()
            self.assertEqual(device.process.wait(20), 1)
            self.assertEqual(device.flash.read_bytes(), b"important" * 1000)

    def test_usage(self):
        wrong = ([], ["--flash"], ["--flash", "f", "--page", "100"], ["--flash", "f", "--udp", "0"],
                 ["--flash", "f", "--erased", "3"], ["--flash", "f", "--write-unit", "64"],
                 ["--nonsense", "1"])
        for arguments in wrong:
            done = subprocess.run([BIN / "twinslot-device", *arguments], capture_output=True)
            self.assertEqual(done.returncode, 2, arguments)
        done = subprocess.run([BIN / "twinslot-device", "--help"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertIn("--erased", done.stdout)

    def test_bootloader_alone(self):
        """Outside a device it says so instead of guessing at descriptors."""
        done = subprocess.run([BIN / "twinslot-boot"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 12)
        self.assertIn("start it with twinslot-device", done.stderr)

    def test_image_too_large(self):
        with Device() as device:
            device.power_on("--page", "1024", "--slot", "32768")
            self.assertEqual(device.process.wait(20), 1)
            self.assertEqual(device.flash.stat().st_size, 0)
            self.assertGreater(image_path("1.0.0").stat().st_size, 32768)


if __name__ == "__main__":
    unittest.main()
