"""mcumgr's command line, its link and its errors, as scripts and odd surroundings meet them.
SPDX-License-Identifier: Apache-2.0"""

import contextlib
import grp
import json
import os
import signal
import stat
import subprocess
import tempfile
import termios
import threading
import unittest

from peer import IMAGE, Line, Peer, mcumgr
from programs import BIN, PATIENCE_S, holders, run, until


class Once:
    """What comes first is put before the first bytes."""

    def __init__(self, first):
        self.first = first

    def __call__(self, chunk):
        first, self.first = self.first, b""
        return first + chunk


class Chain:
    def __init__(self, *steps):
        self.steps = steps

    def __call__(self, chunk):
        for step in self.steps:
            chunk = step(chunk)
        return chunk


class Servers(unittest.TestCase):
    """Serial servers that are a little odd. None loses a request, or an answer, in normal use: all
    of this with one try."""

    ONCE = ("-t", "1.2", "-r", "1")  # below what is sent more than once

    def check(self, peer, text, *options):
        done = peer.echo(text, *options)
        self.assertEqual(done.stdout, text + "\n", done.stderr)

    def test_shell(self):
        """Its console is a shell, which drops what comes together with the end of a line."""
        with Peer(hear=lambda chunk: b"" if chunk[:1] == b"\n" and len(chunk) > 1 else chunk) as peer:
            self.check(peer, "hello", *self.ONCE)
            self.assertEqual(peer.heard[:2], b"\x06\x09")

    def test_two_line_buffers(self):
        with Peer(hear=lambda chunk: b"" if chunk.count(b"\n") > 2 else chunk) as peer:
            self.check(peer, "x" * 90, *self.ONCE)
            self.check(peer, "x" * 300)  # 4 lines: after a silence they go one at a time

    def test_ends_of_an_answer(self):
        for end in (b"", b"\r", b"\r\n", b"uart:~$ ", b"\x1b[1;32muart:~$ \x1b[m", b"\n\n"):
            for text in ("ab", "abc", "abcd", "x" * 300):
                with self.subTest(end=end, text=text):
                    with Peer(say=lambda frame: frame[:-1] + end) as peer:
                        self.check(peer, text, *self.ONCE)

    def test_stale_line(self):
        """Another program left half a line there: the second try begins with an end of line, and
        not together with the packet."""
        with Peer(hear=Once(b"half a line")) as peer:
            self.check(peer, "hello")
        with Peer(hear=Chain(Once(b"half a line"), lambda chunk: b"" if chunk[:1] == b"\n" and
                             len(chunk) > 1 else chunk)) as peer:
            self.check(peer, "hello")
            self.assertEqual(peer.heard.count(b"\n\x06\x09"), peer.heard.count(b"\x06\x09") - 1)

    def test_flood(self):
        """Log text without end, and no answer: -t holds."""
        with Line() as line:
            stop = threading.Event()
            os.set_blocking(line.device, False)

            def flood():
                while not stop.is_set():
                    with contextlib.suppress(BlockingIOError):
                        os.write(line.device, b"[00:00:01] <inf> sensor: all is well\r\n" * 100)
            thread = threading.Thread(target=flood)
            thread.start()
            try:
                done = mcumgr(*line.arguments(), "-t", "0.5", "echo", "a")
            finally:
                stop.set()
                thread.join()
            self.assertEqual(done.returncode, 3)
            self.assertIn("no answer", done.stderr)


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
        for verb in (["echo", "a"], ["reset"], ["taskstat"], ["params"], ["info"],
                     ["bootloader"], ["image", "list"], ["image", "test", "0" * 64],
                     ["image", "confirm"], ["image", "erase"], ["image", "slot-info"],
                     ["image", "upload", IMAGE], ["update", IMAGE]):
            with self.subTest(verb=verb):
                self.check(mcumgr(*serial, "/dev/no-such-port", "--json", *verb), 3,
                           "/dev/no-such-port")
        with Line() as line:
            error = self.check(mcumgr(*line.arguments(), "-t", "0.2", "--json", "echo", "a"), 3,
                               line.port, "no answer")
            self.assertEqual(error["what"], "echo")

    def test_no_port(self):
        with tempfile.NamedTemporaryFile() as file:
            for port in "/dev/there-is-no-such-port", file.name:
                done = mcumgr("--conntype", "serial", "--connstring", f"dev={port}", "echo", "hi")
                self.assertEqual(done.returncode, 3)
                self.assertIn(port, done.stderr)

    def test_no_answer(self):
        with Line() as line:
            for verb in (["echo", "hi"], ["image", "list"], ["image", "upload", IMAGE]):
                done = mcumgr("-t", "1", *line.arguments(), *verb)
                self.assertEqual(done.returncode, 3)
                self.assertIn("no answer", done.stderr)

    def test_file(self):
        for path in ("/dev/null", "/etc", "/etc/no-such-file", "/etc/passwd"):
            with self.subTest(path=path):
                done = mcumgr("--conntype", "udp", "--connstring", "127.0.0.1", "--json", "image",
                              "upload", path)
                self.check(done, done.returncode, path)
                self.assertIn(done.returncode, (2, 4))

NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}


def nobody_may_run_it():
    return (os.geteuid() == 0 and
            subprocess.run(["test", "-x", BIN / "mcumgr"], **NOBODY).returncode == 0)


@unittest.skipUnless(nobody_may_run_it(), "needs root, to make what others may not use")
class Hints(unittest.TestCase):
    """Each hint in the situation in which it appears."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o755)

    def node(self, name, group, mode):
        """A device file, as /dev has them; there may be nothing behind it."""
        path = os.path.join(self.folder, name)
        os.mknod(path, stat.S_IFCHR | mode, os.makedev(4, 250))
        os.chmod(path, mode)
        os.chown(path, 0, grp.getgrnam(group).gr_gid)
        return path

    def refused(self, path, *words, absent=(), **who):
        done = mcumgr("--conntype", "serial", "--connstring", f"dev={path}", "echo", "a", **who)
        self.assertEqual(done.returncode, 3)
        for word in (path, *words):
            self.assertIn(word, done.stderr)
        for word in absent:
            self.assertNotIn(word, done.stderr)

    def test_rights(self):
        self.refused(self.node("ttyACM0", "dialout", 0o660), "(root:dialout, mode 0660)",
                     "usermod -aG dialout", absent=["udev"], **NOBODY)
        self.refused(self.node("ttyACM1", "dialout", 0o640), "udev", **NOBODY)
        self.refused(self.node("ttyUSB12", "root", 0o600), "(root:root, mode 0600)",
                     'KERNEL=="ttyUSB*"', absent=["aG root"], **NOBODY)
        self.refused(self.node("ttyX", "root", 0o660), "udev", absent=["aG root"], **NOBODY)
        self.refused(self.node("ttyY", "disk", 0o660), "udev", absent=["aG disk"], **NOBODY)
        os.mkdir(f"{self.folder}/closed", 0o700)
        self.refused(f"{self.folder}/closed/ttyACM0", "no permission to look", **NOBODY)
        with Line() as line:
            os.chmod(line.port, 0o620)
            self.refused(line.port, "same user", absent=["udev"], **NOBODY)

    def test_nothing_behind_it(self):
        self.refused(self.node("ttyS250", "dialout", 0o660), "no device answers")

    def test_in_use(self):
        with Line() as line:
            holder = subprocess.Popen(["flock", line.port, "sleep", "60"], start_new_session=True)
            try:
                until(lambda: holders(line.port) - {os.getpid()}, "the lock")
                self.refused(line.port, "in use", f"flock ({holder.pid})", absent=["fuser"])
                os.chmod(line.port, 0o666)
                self.refused(line.port, "in use", "fuser", absent=["flock"], **NOBODY)
            finally:
                os.killpg(holder.pid, signal.SIGKILL)
                holder.wait()

    def test_wrong_files(self):
        self.refused("/etc/passwd", "not a serial port", absent=["udev"], **NOBODY)
        self.refused(self.folder, "not a serial port")
        self.refused(f"{self.folder}/ttyACM7", "no serial port", "/dev")

    def test_unplugged(self):
        """The cable is pulled while an answer is waited for."""
        with Line() as line:
            process = subprocess.Popen([BIN / "mcumgr", *line.arguments(), "echo", "a"], text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            os.read(line.device, 100)  # the request is on its way
            os.close(line.device)
            _, words = process.communicate(timeout=PATIENCE_S)
            line.device = os.open("/dev/null", os.O_RDWR)
            self.assertEqual(process.returncode, 3)
            self.assertIn(f"{line.port} is gone", words)
            self.assertIn("cable", words)


class Signals(unittest.TestCase):
    """Whatever ends it, the port and the terminal are as they were, and the exit code says so."""

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            for words in ([], ["--json"]):
                with self.subTest(signal=number, words=words), Line() as line:
                    before = termios.tcgetattr(line.client)
                    process = subprocess.Popen([BIN / "mcumgr", *line.arguments(), *words, "echo",
                                                "a"], text=True, stdout=subprocess.PIPE,
                                               stderr=subprocess.PIPE)
                    os.read(line.device, 100)  # the request is on its way
                    process.send_signal(number)
                    out, words_for_people = process.communicate(timeout=PATIENCE_S)
                    self.assertEqual(process.returncode, 130)
                    self.assertEqual(words_for_people, "Interrupted: did not echo.\n")
                    if words:
                        self.assertEqual(json.loads(out)["error"]["code"], 130)
                    self.assertEqual(termios.tcgetattr(line.client), before)

    @unittest.skipUnless(nobody_may_run_it(), "root gets past what stays behind")
    def test_killed(self):
        """After kill -9 the port can be used again, also by people who are not root."""
        with Peer() as peer:
            os.chmod(peer.port, 0o666)
            process = subprocess.Popen([BIN / "mcumgr", *peer.arguments(), "image", "list"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **NOBODY)
            until(lambda: b"\x06\x09" in peer.heard, "the port in use")
            process.kill()
            process.wait()
            done = mcumgr(*peer.arguments(), "echo", "hello", **NOBODY)
            self.assertEqual(done.stdout, "hello\n", done.stderr)

    def test_nohup(self):
        """A signal that is ignored when we are started stays so."""
        with Line() as line:
            process = subprocess.Popen([BIN / "mcumgr", *line.arguments(), "echo", "a"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
            os.read(line.device, 100)
            process.send_signal(signal.SIGHUP)
            with self.assertRaises(subprocess.TimeoutExpired):
                process.wait(0.2)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(PATIENCE_S), 130)

class CommandLines(unittest.TestCase):
    """What people have in scripts for the Go tool, and what everybody tries first."""

    def setUp(self):
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        self.home = home.name

    def mcumgr(self, *words, **env):
        return mcumgr(*words, env={"HOME": self.home, "MCUMGR_COMPAT": "", **env})

    def test_words_for_the_go_tool(self):
        """All of these get as far as the device; a word that is not understood would be exit 2."""
        with Peer() as peer:
            for line in (["-t=5"], ["-t", "5.5"], ["--timeout=1e1"], ["-r", "0"], ["-r=2"],
                         ["-linfo"], ["-l=WARN"], ["-lPanic"], ["--ompres", "/omgr"], ["-i", "0"],
                         ["--connextra", "mtu=64"], ["--connextra", "mtu=1,baud=256000"],
                         ["--compat"], ["--compat=false"], ["--json=false"], ["--write-rsp=false"]):
                with self.subTest(line=line):
                    done = self.mcumgr(*peer.arguments(), *line, "echo", "hello")
                    self.assertEqual((done.returncode, done.stdout), (0, "hello\n"), done.stderr)

    def test_wrong(self):
        serial = ["--conntype", "serial", "--connstring", "/dev/null"]
        for line in (["-lbogus"], ["-l", ""], ["-t", "0"], ["-t=-1"], ["-t", "2200000"], ["-t=x"],
                     ["-t", "86400.1"], ["-r", "1001"], ["-r", "-1"], ["-i", "4294967296"],
                     ["--connextra", "baud="], ["--connextra", "mtu=0"], ["--json=maybe"]):
            for verb in (["echo", "a"], ["image", "list"], ["version"]):
                if verb != ["version"] or line[0] != "--connextra":
                    with self.subTest(line=line, verb=verb):
                        done = self.mcumgr(*serial, *line, *verb)
                        self.assertEqual(done.returncode, 2, done.stderr)
                        self.assertIn("Error: ", done.stderr)

    def test_no_tries(self):
        """-r 0 is one try, as with the Go tool: it comes to an end."""
        with Line() as line:
            self.assertEqual(self.mcumgr(*line.arguments(), "-t", "0.2", "-r", "0", "echo",
                                         "a").returncode, 3)

    def test_groups(self):
        done = self.mcumgr("image")
        self.assertEqual(done.returncode, 2)
        for verb in ("list", "upload", "test", "confirm", "erase"):
            self.assertIn(verb, done.stderr)
        self.assertEqual(self.mcumgr("conn").returncode, 2)
        self.assertEqual(self.mcumgr("image", MCUMGR_COMPAT="1").returncode, 0)

    def test_help(self):
        for words in (["help"], ["--help"], ["-h"], []):
            done = self.mcumgr(*words)
            self.assertEqual(done.returncode, 0)
            self.assertIn("image upload", done.stdout)
        verb = self.mcumgr("image", "upload", "--help").stdout
        self.assertIn("--maxwinsize", verb)
        self.assertEqual(self.mcumgr("help", "image", "upload").stdout, verb)
        for program in ("mcumgr", "imgtool", "twinslot-device", "twinslot-board"):
            for word, part in (("-h", "--help"), ("--help", "--help"), ("--version", ".")):
                with self.subTest(program=program, word=word):
                    done = run(program, word)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertIn(part, done.stdout)

    def test_exit_codes_of_compat(self):
        for env, words in (({"MCUMGR_COMPAT": "1"}, []), ({}, ["--compat"])):
            self.assertEqual(self.mcumgr(*words, "bogus", **env).returncode, 1)
            with Line() as line:
                done = self.mcumgr(*line.arguments(), *words, "-t", "0.2", "echo", "a", **env)
                self.assertEqual((done.returncode, done.stdout, done.stderr),
                                 (1, "", "Error: NMP timeout\n"))

    def test_profiles(self):
        """Those of the Go tool that cannot be used here are kept and shown."""
        for kind in ("serial", "oic_serial", "ble", "oic_ble", "bhd", "oic_bhd", "udp", "oic_udp",
                     "oic_mtech"):
            done = self.mcumgr("conn", "add", f"p-{kind}", f"type={kind}", "connstring=a=b,c=d")
            self.assertEqual(done.returncode, 0)
            self.assertEqual("not built" in done.stderr, kind not in ("serial", "udp"))
            shown = self.mcumgr("conn", "show", f"p-{kind}").stdout
            self.assertIn(f"p-{kind}: type={kind}, connstring='a=b,c=d'", shown)
        self.assertEqual(len(json.loads(self.mcumgr("--json", "conn", "show").stdout)), 9)
        done = self.mcumgr("-c", "p-ble", "echo", "a")
        self.assertEqual(done.returncode, 2)
        self.assertIn("ble", done.stderr)
        self.assertIn("serial and udp", done.stderr)
        for words in (["x"], ["x", "type=pigeon"], ["x", "connstring=a"], ["x", "what"], []):
            self.assertEqual(self.mcumgr("conn", "add", *words).returncode, 2, words)
        self.assertEqual(self.mcumgr("-c", "x", "echo", "a").returncode, 2)


if __name__ == "__main__":
    unittest.main()
