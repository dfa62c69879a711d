"""mcumgr's verbs towards devices of other makes: a bootloader that knows version 1 only, a device
that is slow, silent, busy, or gone. SPDX-License-Identifier: Apache-2.0"""

import json
import os
import time
import unittest

import smp
from peer import IMAGE, Peer, mcumgr

CONTENT = IMAGE.read_bytes()
HASH = bytes(range(32))
LIST, UPLOAD, ERASE = (1, 0), (1, 1), (1, 5)
ECHO, RESET, PARAMS = (0, 0), (0, 5), (0, 6)


class Gone(Exception):
    """The device took its port with it."""


class Peculiar(Peer):
    """A device with a list, an upload, and what the test makes of it: `silent` are commands that it
    does not answer, `lost` what never reaches it, `says` what it answers instead, `leaves` those that
    make it vanish."""

    def __init__(self, versions=(0, 1), silent=(), says=None, leaves=(), late_s=0, lost=()):
        super().__init__()
        self.versions, self.silent, self.says = versions, silent, says or {}
        self.leaves, self.late_s, self.done, self.file = leaves, late_s, [], b""
        self.lost = list(lost)

    def run(self):
        try:
            super().run()
        except Gone:
            os.close(self.device)
            self.device = os.open("/dev/null", os.O_RDWR)

    def answer(self, packet):
        version, command = packet[0] >> 3 & 3, (packet[5], packet[7])
        if version not in self.versions:
            return
        if command in self.lost:
            self.lost.remove(command)
            return
        self.done.append(command)
        if command in self.leaves:
            raise Gone()
        body = self.act(command, smp.uncbor(packet, 8)[0])
        if command in self.silent:
            return
        time.sleep(self.late_s)
        reply = smp.cbor(self.says.get(command, body))
        header = bytes([packet[0] + 1, 0]) + len(reply).to_bytes(2, "big") + packet[4:8]
        os.write(self.device, smp.frame(header + reply))

    def act(self, command, request):
        if command == ECHO:
            return {"r": request["d"]}
        if command == PARAMS:
            return {"buf_size": 512, "buf_count": 3}
        if command == UPLOAD:
            if request["off"] == 0:
                self.file = b""
            if request["off"] == len(self.file):
                self.file += request["data"]
            return {"off": len(self.file)}
        return {}

    def mcumgr(self, *arguments):
        return mcumgr(*self.arguments(), *arguments)


class Versions(unittest.TestCase):
    VERBS = (("echo", "hi"), ("params",), ("reset",), ("image", "erase"),
             ("image", "test", HASH.hex()), ("image", "confirm", HASH.hex()))

    def test_version_1_only(self):
        """All verbs, in all of the time that -t gives, and nothing is carried out twice."""
        for verb in self.VERBS:
            for options in ((), ("-t", "1")):
                with self.subTest(verb=verb, options=options), Peculiar(versions=(0,)) as peer:
                    done = peer.mcumgr(*options, *verb)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(len(set(peer.done)), len(peer.done), peer.done)

    def test_version_1_and_few_commands(self):
        """A bootloader that is silent to whatever it does not know."""
        with Peculiar(versions=(0,), silent=(PARAMS, ECHO)) as peer:
            done = peer.mcumgr("reset")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(peer.done.count(RESET), 1)

    def test_slow(self):
        """Answers come after version 1 was tried: still nothing is carried out twice."""
        for verb, command in ((("reset",), RESET), (("image", "erase"), ERASE)):
            with self.subTest(verb=verb), Peculiar(late_s=0.7) as peer:
                done = peer.mcumgr(*verb)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(peer.done.count(command), 1)


class Resets(unittest.TestCase):
    def test_port_goes_away(self):
        for options, shown in (((), "Done\n"), (("--json",), '{"answered":false}\n')):
            with self.subTest(options=options), Peculiar(leaves=(RESET,)) as peer:
                done = peer.mcumgr(*options, "reset")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(done.stdout, shown)
                self.assertIn("went away", done.stderr)

    def test_port_goes_away_before(self):
        """What was not sent did not happen."""
        for verb in ("reset", "echo hi"):
            with self.subTest(verb=verb), Peculiar(leaves=(PARAMS, ECHO)) as peer:
                done = peer.mcumgr(*verb.split())
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertNotIn("Done", done.stdout)

    def test_no_answer(self):
        """The link stays: what is known is said, and the request is not repeated."""
        with Peculiar(silent=(RESET,)) as peer:
            done = peer.mcumgr("-t", "2", "reset")
            self.assertEqual(done.returncode, 3)
            self.assertIn("whether it restarts is not known", done.stderr)
            self.assertEqual(peer.done.count(RESET), 1)
            error = json.loads(peer.mcumgr("--json", "-t", "1", "reset").stdout)["error"]
            self.assertEqual(error["code"], 3)
            self.assertEqual(peer.mcumgr("-t", "1", "image", "list").returncode, 3)  # it has none

    def test_refused(self):
        with Peculiar(says={RESET: {"rc": 10, "rsn": "pump runs"}}) as peer:
            done = peer.mcumgr("reset")
            self.assertEqual(done.returncode, 1)
            self.assertIn("pump runs", done.stderr)
            self.assertEqual(peer.done.count(RESET), 1)


class Erases(unittest.TestCase):
    def test_lost(self):
        """The request got lost on the way: the device answers a question meanwhile, so it is sent
        again, long before the time of an erase is over."""
        with Peculiar(lost=(ERASE, ERASE)) as peer:
            done = peer.mcumgr("image", "erase")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(peer.done, [LIST, PARAMS, PARAMS, ERASE])


class Uploads(unittest.TestCase):
    def upload(self, peer, *options):
        return peer.mcumgr(*options, "image", "upload", IMAGE)

    def test_no_use_of_params(self):
        for says in ({}, {"rc": 0}, {"rc": 8}, {"buf_size": "many"}, {"buf_size": 1 << 31}):
            with self.subTest(says=says), Peculiar(says={PARAMS: says}) as peer:
                done = self.upload(peer)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(peer.file, CONTENT)
                self.assertNotIn("match", done.stderr)  # it said nothing of the kind

    def test_silent_bootloader(self):
        for silent in ((PARAMS,), (PARAMS, LIST)):
            with self.subTest(silent=silent), Peculiar(versions=(0,), silent=silent) as peer:
                done = self.upload(peer)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(peer.file, CONTENT)

    def test_interrupted(self):
        """Going on from there is promised only of a device that was seen to do it."""
        class Leaving(Peculiar):
            def act(self, command, request):
                if command == UPLOAD and request["off"] > 20000:
                    raise Gone()
                if command == UPLOAD and request["off"] == 0 and self.keeps:
                    self.file = CONTENT[:10000]
                    return {"off": len(self.file)}
                return super().act(command, request)

        for keeps, text in ((True, "keeps what it has until"), (False, "begins again at 0")):
            with self.subTest(keeps=keeps), Leaving() as peer:
                peer.keeps = keeps
                done = self.upload(peer)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn(text, done.stderr)

    def test_busy(self):
        """It says what it waits for."""
        class Busy(Peculiar):
            def act(self, command, request):
                self.says = {}
                if command == UPLOAD and request["off"] > 20000 and self.left > 0:
                    self.left -= 1
                    self.says = {UPLOAD: {"rc": 10}}
                    return {}
                return super().act(command, request)

        with Busy() as peer:
            peer.left = 5
            done = self.upload(peer)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("busy", done.stderr)
            self.assertIn("for up to 40 s", done.stderr)
            self.assertEqual(peer.file, CONTENT)


if __name__ == "__main__":
    unittest.main()
