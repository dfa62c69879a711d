"""A device starts, answers on all its lines, says no while a patient is connected, and leaves
nothing behind. SPDX-License-Identifier: Apache-2.0"""

import os
import signal
import subprocess

from device import NEW, OLD, POWER_CUT
from programs import BIN, holders, until
from smp import IMAGE, OS, READ, WRITE, Refused, frame
from story import Story, main, needs


class Start(Story):
    def test_start_and_names(self):
        device = self.device
        device.start(says="boot: starting 1.0.0")
        device.wait_for(f"{OLD} on {device.name}, started by: power on")
        device.wait_for("self-test: passed")
        client = device.client()
        self.assertEqual(client.echo("hello, device"), "hello, device")
        self.assertEqual(client.request(READ, OS, 6, {}), {"buf_size": 1024, "buf_count": 4})
        self.assertIn(device.name, client.request(READ, OS, 7, {"format": "a"})["output"])
        task = client.request(READ, OS, 2, {})["tasks"]["main"]
        self.assertTrue(0 < task["stkuse"] < task["stksiz"])
        (slot,) = client.slots()
        self.assertEqual(slot["version"], "1.0.0")
        self.assertTrue(slot["active"] and slot["confirmed"])
        client.reset()
        device.wait_for("started by: reset on request")

    def test_mcumgr_echo(self):
        self.device.start()
        self.assertEqual(self.good("echo", "hello, device"), "hello, device\n")

    @needs("udp")
    def test_mcumgr_echo_over_udp(self):
        self.device.start(udp=True)
        for udp in False, True:
            self.assertEqual(self.good("echo", "hello", udp=udp), "hello\n")

    @needs("udp")
    def test_udp(self):
        """IPv4, IPv6 and the serial line reach the same server."""
        device = self.device
        device.start(udp=True)
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
        device.wait_for(OLD)
        self.assertEqual(client.echo("again"), "again")
        client.close()

    @needs("buffers")
    def test_announced_buffers(self):
        self.device.start("--smp-buf", "384", "--smp-count", "2")
        params = self.device.client().request(READ, OS, 6, {})
        self.assertEqual(params, {"buf_size": 384, "buf_count": 2})

    def test_rubbish_on_the_line(self):
        """Whatever comes over the line, the next proper request is answered."""
        self.device.start()
        client = self.device.client()
        good = frame(b"\x0a\x00\x00\x04\x00\x00\x07\x00\xa1\x61\x64\x60")
        for rubbish in (os.urandom(2000), good[:-5], b"\x06\x09!!!\n", b"\x06" * 300,
                        good[: len(good) // 2] + b"\n", frame(os.urandom(1100)),
                        frame(os.urandom(5000))):
            client.put(rubbish + b"\n")
            self.assertEqual(client.echo("still here"), "still here")

    def test_ends_of_a_request(self):
        """A request may end in any of these ways."""
        self.device.start()
        client = self.device.client()
        for end in (b"", b"\r", b"\r\n", b"> ", b"\n"):
            with self.subTest(end=end):
                client.send = lambda packet, end=end: client.put(frame(packet)[:-1] + end)
                self.assertEqual(client.echo("x" * 100), "x" * 100)

    def test_patient(self):
        """No step of an update begins while a patient is connected, over any transport."""
        device, update = self.device, self.device.image("1.1.0")
        device.start(udp="udp" in device.can)
        serial = device.client()
        serial.upload(update)
        update_hash = serial.slots()[1]["hash"]
        device.patient("connect")
        for client in device.clients():
            for step in (lambda: client.upload(device.image("1.2.0-faults")),
                         lambda: client.mark(update_hash),
                         lambda: client.mark(update_hash, confirm=True),
                         lambda: client.request(WRITE, IMAGE, 5, {}), client.reset,
                         lambda: client.request(WRITE, OS, 5, {"force": True})):
                with self.assertRaises(Refused) as refusal:
                    step()
                self.assertEqual(refusal.exception.args[0],
                                 {"rc": 10, "rsn": "a patient is connected"})
            client.close()
        device.type("status")
        device.wait_for("monitor 1.0.0 (confirmed)")
        self.assertEqual(device.uploaded(len(update)), update)
        device.patient("disconnect")
        serial.mark(update_hash)
        serial.reset()
        device.wait_for(NEW)

    def test_nothing_to_start(self):
        """A firmware with one changed bit, and no other: the bootloader says so and waits."""
        device, good = self.device, self.device.image("1.0.0")
        device.first_image = device.folder / "damaged.bin"
        device.first_image.write_bytes(self.changed(good, len(good) // 2, 1))
        device.start(says="boot: the firmware is not valid")
        device.wait_for("boot: nothing to start; waiting for help")
        self.assertNotIn("monitor", device.console())

    def test_cut_budget(self):
        """The first word of an update is the last that is written."""
        device = self.device
        device.start("--cut", "1")
        client, update = device.client(), device.image("1.1.0")
        first = {"off": 0, "len": len(update), "data": update[:400]}
        with self.assertRaises(OSError):  # no answer, or nobody there any more
            client.request(WRITE, IMAGE, 1, first)
        client.close()
        self.assertEqual(device.exit_status(), POWER_CUT)

    @needs("processes")
    def test_power_failure_of_the_processor(self):
        """kill -9 of the program: a start that knows no other reason than power."""
        device = self.device
        device.start()
        (program,) = holders(device.flash_file) - {device.process.pid}
        os.kill(program, signal.SIGKILL)
        device.wait_for(f"{OLD} on {device.name}, started by: power on")


class CleanUp(Story):
    def test_signals(self):
        """Ctrl-C and SIGTERM end everything and remove the link."""
        device = self.device
        for number in signal.SIGINT, signal.SIGTERM:
            device.start()
            self.assertEqual(len(holders(device.flash_file)), device.holders)
            device.process.send_signal(number)
            self.assertEqual(device.exit_status(), 0)
            self.assertEqual(holders(device.flash_file), set())
            self.assertFalse(device.link.is_symlink())
            device.power_off()

    def test_kill(self):
        """Nobody can clean up then, but the program must not run on, and the next start works."""
        self.device.start()
        self.device.power_off()
        until(lambda: not holders(self.device.flash_file), "the end of the program")
        self.device.start()

    def test_second_launcher_is_refused(self):
        self.device.start()
        with self.kind() as second:
            second.flash_file = self.device.flash_file
            second.power_on()
            self.assertEqual(second.exit_status(), 1)
            self.assertRegex(second.errors(), f"another .* runs on {second.flash_file}")
        self.assertEqual(self.device.client().echo("unharmed"), "unharmed")

    def test_what_is_no_flash(self):
        self.device.flash_file.write_bytes(b"important" * 1000)
        self.device.power_on()
        self.assertEqual(self.device.exit_status(), 1)
        self.assertEqual(self.device.flash_file.read_bytes(), b"important" * 1000)

    def test_image_too_large(self):
        """Nothing is left that looks like a flash."""
        for flash in self.kind.flashes:
            with self.subTest(flash), self.kind(flash=flash) as device:
                device.first_image = device.folder / "large.bin"
                device.first_image.write_bytes(bytes(flash.slot + 1))
                device.power_on()
                self.assertEqual(device.exit_status(), 1)
                self.assertEqual(device.flash_file.stat().st_size, 0)

    def test_usage(self):
        launcher = BIN / self.kind.program
        done = subprocess.run([launcher, "--help"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        for arguments in [], ["--flash"], *self.kind.wrong_use:
            for option in arguments[::2]:
                self.assertIn(option, done.stdout)
            wrong = subprocess.run([launcher, *arguments], capture_output=True)
            self.assertEqual(wrong.returncode, 2, arguments)
        wrong = subprocess.run([launcher, "--nonsense", "1"], capture_output=True)
        self.assertEqual(wrong.returncode, 2)

    @needs("processes")
    def test_bootloader_alone(self):
        """Outside a device it says so instead of guessing at descriptors."""
        done = subprocess.run([BIN / "twinslot-boot"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 12)
        self.assertIn("start it with twinslot-device", done.stderr)


if __name__ == "__main__":
    main()
