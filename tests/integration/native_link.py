"""mcumgr's command line, its link and its errors, as scripts and odd surroundings meet them.
SPDX-License-Identifier: Apache-2.0"""

import json
import os
import pty
import subprocess
import tempfile
import tty
import unittest

from native import BIN, PATIENCE_S, Device, image, image_path


def run(program, *arguments, env=None, **more):
    return subprocess.run([BIN / program, *map(str, arguments)], capture_output=True, text=True,
                          timeout=PATIENCE_S, env={**os.environ, **(env or {})}, **more)


def mcumgr(*arguments, **more):
    return run("mcumgr", *arguments, **more)


class Line:
    """A serial line whose device is this test: bytes as they are."""

    def __enter__(self):
        self.device, self.client = pty.openpty()
        tty.setraw(self.client)
        os.set_blocking(self.device, False)
        self.port = os.ttyname(self.client)
        return self

    def __exit__(self, *failure):
        os.close(self.device)
        os.close(self.client)

    def arguments(self, extra=""):
        return ["--conntype", "serial", "--connstring", f"dev={self.port}{extra}"]

    def sent(self):
        """All bytes that the host has sent and that were not read yet."""
        try:
            return os.read(self.device, 1 << 20)
        except BlockingIOError:
            return b""


class Errors(unittest.TestCase):
    """--json: one object for every failure, whose code is the exit status."""

    def check(self, done, code, *words):
        self.assertEqual(done.returncode, code, done.stderr)
        error = json.loads(done.stdout)["error"]
        self.assertEqual(error["code"], code)
        for word in words:
            self.assertIn(word, error["why"] + " " + error.get("try", ""))
        self.assertNotEqual(done.stderr, "")
        return error

    def test_usage(self):
        for line in (["bogus"], ["image", "bogus"], ["echo"], ["echo", "a", "b"], ["echo", "--nope"],
                     ["-t", "x", "echo", "a"], ["-r", "-1", "echo", "a"], ["conn", "add", "x"],
                     ["echo", "a"], ["-c", "no-such-profile", "echo", "a"],
                     ["--conntype", "pigeon", "echo", "a"], ["image", "upload"],
                     ["--conntype", "serial", "--connstring", "dev=/dev/null,x=1", "echo", "a"]):
            for words in (["--json", *line], [*line, "--json"]):
                with self.subTest(line=words):
                    self.check(mcumgr(*words, env={"HOME": "/nonexistent"}), 2)

    def test_link(self):
        serial = ["--conntype", "serial", "--connstring"]
        with tempfile.NamedTemporaryFile() as good:
            good.write(image("1.1.0"))
            good.flush()
            for verb in (["echo", "a"], ["reset"], ["taskstat"], ["params"], ["info"],
                         ["bootloader"], ["image", "list"], ["image", "test", "0" * 64],
                         ["image", "confirm"], ["image", "erase"], ["image", "slot-info"],
                         ["image", "upload", good.name], ["update", good.name]):
                with self.subTest(verb=verb):
                    self.check(mcumgr(*serial, "/dev/no-such-port", "--json", *verb), 3,
                               "/dev/no-such-port")
        with Line() as line:
            error = self.check(mcumgr(*line.arguments(), "-t", "0.2", "--json", "echo", "a"), 3,
                               line.port, "no answer")
            self.assertEqual(error["what"], "echo")

    def test_file(self):
        for path in ("/dev/null", "/etc", "/etc/no-such-file", "/etc/passwd"):
            with self.subTest(path=path):
                done = mcumgr("--conntype", "udp", "--connstring", "127.0.0.1", "--json", "image",
                              "upload", path)
                self.check(done, done.returncode, path)
                self.assertIn(done.returncode, (2, 4))

    def test_refusal(self):
        with Device("1.0.0") as device:
            device.power_on()
            device.wait_for("monitor 1.0.0 runs")
            device.type("patient connect")
            error = self.check(device.mcumgr("--json", "reset"), 1, "a patient is connected")
            self.assertEqual(error["rc"], 10)
            self.check(device.mcumgr("--json", "image", "test", "00" * 32), 1)


def without_descriptors(numbers):
    def close():
        for number in numbers:
            os.close(number)
    return close


class Descriptors(unittest.TestCase):
    """With stdin, stdout or stderr closed nothing of a program's talk gets into its files."""

    CLOSED = ((0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2))

    def bare(self, numbers, program, *arguments):
        return subprocess.run([BIN / program, *map(str, arguments)], timeout=PATIENCE_S,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL,
                              preexec_fn=without_descriptors(numbers)).returncode

    def test_mcumgr(self):
        """The number of a closed one is next used by the pipe that Ctrl-C writes to, or the port."""
        for numbers in self.CLOSED:
            with self.subTest(closed=numbers), Device("1.0.0") as device:
                device.power_on()
                device.wait_for("monitor 1.0.0 runs")
                self.assertEqual(self.bare(numbers, "mcumgr", "--conntype", "serial",
                                           "--connstring", f"dev={device.link}", "image", "upload",
                                           image_path("1.1.0")), 0)
                _, page = device.geometry()  # the second slot's image begins in its second page
                self.assertEqual(device.slot_bytes(1, len(image("1.1.0")), page), image("1.1.0"))


if __name__ == "__main__":
    unittest.main()
