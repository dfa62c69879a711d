"""mcumgr as its users would: unwilling devices, files that do not fit, words left over from other
tools, advice that is followed, streams that go away. After each the device has what it had, or what
was asked for. SPDX-License-Identifier: Apache-2.0"""

import contextlib
import json
import os
import pty
import signal
import subprocess
import termios

from device import NEW, OLD
from programs import BIN, PATIENCE_S
from story import Story, main


class Verbs(Story):
    def setUp(self):
        self.new = self.kind.image_path("1.1.0")
        self.device.start()

    def error(self, *arguments, code=1):
        """The error object of a command that fails."""
        done = self.device.mcumgr("--json", *arguments)
        error = json.loads(done.stdout)["error"]
        self.assertEqual((done.returncode, error["code"]), (code, code), done.stderr)
        return error

    def check_uploaded(self, device=None):
        new = self.kind.image("1.1.0")
        self.assertEqual((device or self.device).uploaded(len(new)), new)


class Refusals(Verbs):
    def test_too_large(self):
        big, large = self.device.folder / "big", self.device.folder / "large"
        big.write_bytes(bytes(self.device.flash.slot - 6000))
        self.imgtool("sign", "-k", self.kind.key, "-v", "1.1.0", *self.kind.header, "-S", "0", big,
                     large)
        self.assertIn("too large", self.complaint("image", "upload", large))
        self.assertEqual(self.listed(), [("1.0.0", True)])

    def test_busy(self):
        """The application's own reason reaches the technician."""
        self.device.patient("connect")
        for words in ("image", "upload", self.new), ("reset",):
            self.assertIn("a patient is connected", self.complaint(*words))
        error = self.error("reset")
        self.assertIn("a patient is connected", error["why"])
        self.assertEqual(error["rc"], 10)
        # -e=false, as the Go tool does it: the erase is a request of its own.
        self.assertIn("erase the slot", self.complaint("image", "upload", "-e=false", self.new))
        self.assertEqual(self.listed(), [("1.0.0", True)])

    def test_unknown_hash(self):
        self.error("image", "test", "00" * 32)
        done = self.device.mcumgr("--compat", "--json", "image", "test", "00" * 32)
        self.assertEqual((done.returncode, json.loads(done.stdout)["error"]["code"]), (0, 1))


class CommandLines(Verbs):
    def test_field_command_lines(self):
        self.assertEqual(self.good("echo", "hello"), "hello\n")
        self.assertEqual(self.good("--json", "echo", "hello").strip(), '{"r":"hello"}')
        self.complaint("bogus", code=2)
        self.good("reset")
        self.device.wait_for(OLD)

    def test_spare_words(self):
        done = self.device.mcumgr("image", "list", "now")
        self.assertEqual(done.returncode, 0)
        self.assertIn("now", done.stderr)
        self.complaint("image", "erase", "1", code=2)
        done = self.device.mcumgr("--compat", "image", "erase", "1")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "Done\n", ""))
        self.good("-w", "1", "-e=false", "image", "upload", "--noerase=true", self.new)
        self.good("reset", "now")
        self.device.wait_for(OLD)


class Hints(Verbs):
    """Advice is tried where it is given."""

    def setUp(self):
        super().setUp()
        self.good("image", "upload", self.new)
        self.good("image", "test", next(i["hash"] for i in self.slots() if not i["active"]))

    def test_pending(self):
        hint = self.complaint("image", "confirm")
        self.assertIn("taken back by 'mcumgr image erase'", hint)
        self.good("image", "erase")
        self.good("image", "confirm")

    def test_trial(self):
        self.good("reset")
        self.device.wait_for(NEW)
        upload = "image", "upload", self.new
        for verb in (("image", "erase"), ("image", "erase", "--slot", 0), upload):
            hint = self.complaint(*verb)
            self.assertNotIn("mcumgr image erase", hint)
            self.assertIn("'mcumgr image confirm' ends a trial for good", hint)
        self.good("image", "confirm")
        self.good(*upload)
        self.good("image", "erase")


class Streams(Verbs):
    """What mcumgr's standard streams are connected to."""

    def upload(self, device=None, **streams):
        return subprocess.Popen([BIN / "mcumgr", *(device or self.device).connection(), "image",
                                 "upload", self.new], **streams)

    def test_nobody_reads(self):
        """A closed pipe at its output does not end an upload."""
        reader, writer = os.pipe()
        os.close(reader)
        process = self.upload(stdout=subprocess.DEVNULL, stderr=writer)
        os.close(writer)
        self.assertEqual(process.wait(PATIENCE_S), 0)
        self.check_uploaded()

    def test_terminal(self):
        """The progress line is ended, also when Ctrl-C comes; the terminal's settings stay."""
        self.device.power_off()
        self.device.start("--baud", "115200")
        ours, theirs = pty.openpty()
        before = termios.tcgetattr(theirs)
        process = self.upload(stdin=theirs, stdout=theirs, stderr=theirs)
        shown = b""
        while b"%" not in shown:
            shown += os.read(ours, 1000)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE_S), 130)
        self.assertEqual(termios.tcgetattr(theirs), before)
        os.close(theirs)
        with contextlib.suppress(OSError):  # the end of a pseudo terminal
            while piece := os.read(ours, 1000):
                shown += piece
        os.close(ours)
        self.assertIn(b"\r\nInterrupted: did not upload", shown)
        self.assertTrue(shown.endswith(b"\r\n"), shown[-60:])

    def test_closed(self):
        """The number of a closed one is next used by the pipe that Ctrl-C writes to, or the port:
        nothing of the talk gets there."""
        def without(numbers):
            return lambda: [os.close(number) for number in numbers]

        for numbers in (0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2):
            with self.subTest(closed=numbers), self.kind() as device:
                device.start()
                process = self.upload(device, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, preexec_fn=without(numbers))
                self.assertEqual(process.wait(PATIENCE_S), 0)
                self.check_uploaded(device)


if __name__ == "__main__":
    main()
