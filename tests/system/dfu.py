"""`mcumgr update` and dfu_update.sh as their users would: the good way, wrong files and keys, other
images on trial, health checks, lost power and lost ports. After each the device has what it had, or
the new image. SPDX-License-Identifier: Apache-2.0"""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time

from device import ATTEMPTS, NEW
from programs import BIN, PATIENCE_S, ROOT
from story import Story, main


def command(*arguments):
    return [ROOT / "scripts" / "dfu_update.sh", *map(str, arguments)]


def dfu(*arguments):
    """Run the script; returns the finished process, output as text."""
    return subprocess.run(command(*arguments), env={**os.environ, "MCUMGR": str(BIN / "mcumgr")},
                          capture_output=True, text=True, timeout=PATIENCE_S)


def start_dfu(*arguments):
    """Run the script; returns it at the moment that it uploads."""
    running = subprocess.Popen(command(*arguments), text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE,
                               env={**os.environ, "MCUMGR": str(BIN / "mcumgr")})
    while "Uploading: " not in running.stderr.readline():
        assert running.poll() is None
    return running


class Dfu(Story):
    def setUp(self):
        self.folder, self.key = self.device.folder, self.kind.key
        self.old, self.new = self.kind.image_path("1.0.0"), self.kind.image_path("1.1.0")
        self.third = self.kind.image_path("1.2.0-unconfirmed")
        self.device.start()

    @contextlib.contextmanager
    def power_cut_at_the_swap(self, back_after_s=None):
        """Meanwhile the power goes, and the port with it: its number would go to the next who asks
        for a terminal. None: it does not come back."""
        def cut():
            self.device.wait_for("swap begins")
            self.device.power_off()
            self.device.link.unlink()
            if back_after_s is not None:
                time.sleep(back_after_s)
                self.device.power_on()

        cutter = threading.Thread(target=cut)
        cutter.start()
        try:
            yield
        finally:
            cutter.join()

    def update(self, path, *arguments, code=0):
        """Update with --json; returns the one object that it prints. Also checks the steps."""
        done = dfu(path, "--port", self.device.link, "--json", *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout.count("\n"), 1, done.stdout)
        result = json.loads(done.stdout)
        self.talk = done.stderr
        if code == 0:
            self.assertNotIn("error", result)
            self.assertTrue(all(step["result"] == "done" for step in result["steps"]))
        else:
            self.assertEqual(result["error"]["code"], code)
            self.assertEqual(done.stderr.count("Error: "), 1, done.stderr)
        return result

    def refused(self, path, reason, *arguments, code=4, step=None):
        result = self.update(path, *arguments, code=code)
        self.assertEqual(result["error"]["reason"], reason, self.talk)
        if step is None:
            self.assertNotIn("steps", result)  # the device was not even asked
            self.assertNotIn("* ", self.talk)
        else:
            self.assertEqual(result["steps"][-1], {"step": step, "result": "failed"})

    def sign(self, name, *arguments):
        payload = self.folder / "payload"
        payload.write_bytes(self.new.read_bytes()[0x200:40000])
        self.imgtool("sign", "-v", "1.1.0", *self.kind.header, "-S", self.device.flash.slot, *arguments,
                     payload, self.folder / name)
        return self.folder / name

    def foreign_key(self, kind="rsa-2048"):
        """A key that the device does not know."""
        key = self.folder / f"{kind}.pem"
        if not key.exists():
            self.imgtool("keygen", "-t", kind, "-k", key)
        return key

    def resigned(self):
        """The payload and hash of 1.1.0, with another signature."""
        (self.folder / "resigned").write_bytes(self.changed(self.new.read_bytes(), -1, 4))
        return self.folder / "resigned"

    # ---- It works ----

    def test_update(self):
        result = self.update(self.new, "--key", self.key, "--confirm")
        self.assertEqual((result["version"], result["replaced"]), ("1.1.0", "1.0.0"))
        self.assertTrue(result["confirmed"] and result["signature_checked"] and result["matched"])
        self.assertEqual([step["step"] for step in result["steps"]],
                         ["look", "upload", "inspect", "test", "reset", "wait", "confirm"])
        self.assertEqual(self.listed()[0], ("1.1.0", True))
        self.assertIn("100%", self.talk)
        self.assertNotIn("+0", self.talk)
        result = self.update(self.new, "--confirm")
        self.assertTrue(result["was_running"] and result["confirmed"])

    def test_on_trial(self):
        done = dfu(self.new, "--port", self.device.link, "--key", self.key)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("on trial", done.stdout)
        self.assertEqual(self.listed()[0], ("1.1.0", False))
        hint = done.stderr[done.stderr.index("'mcumgr image confirm ") :].split("'")[1]
        self.good(*hint.split()[1:])  # it can be followed
        self.assertEqual(self.listed()[0], ("1.1.0", True))

    def test_from_a_pipe(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_bytes, args=[self.new.read_bytes()])
        writer.start()
        self.update(pipe, "--confirm")
        writer.join()
        self.assertIn("until its writer closes it", self.talk)
        self.assertEqual(self.listed()[0], ("1.1.0", True))

    # ---- Wrong files and keys ----

    def test_wrong_files(self):
        good = self.new.read_bytes()
        for name, data, reason in (("truncated", good[:5000], "damaged"),
                                   ("flipped", good[:9000] + b"U" + good[9001:], "damaged"),
                                   ("text", b"this is no image\n" * 100, "no-image"),
                                   ("empty", b"", "no-image")):
            (self.folder / name).write_bytes(data)
            self.refused(self.folder / name, reason, "--key", self.key)
            self.refused(self.folder / name, reason)
            self.complaint("image", "upload", self.folder / name, code=4)
        self.refused(self.folder / "nothing", "unreadable", code=2)
        self.refused(self.folder, "no-file", code=2)
        self.refused("/dev/zero", "no-file", code=2)
        self.refused(self.device.link, "no-file", code=2)
        self.assertEqual(self.listed(), [("1.0.0", True)])

    def test_every_hash(self):
        """Damage is seen whatever the hash is; --any sends what is no image."""
        for kind, sha in (("ecdsa-p384", "384"), ("ed25519", "512")):
            key = self.foreign_key(kind)
            path = self.sign(f"sha{sha}", "-k", key, "--sha", sha)
            for arguments in (), ("--key", key):
                (self.folder / "bad").write_bytes(self.changed(path.read_bytes(), 9000, 1))
                self.refused(self.folder / "bad", "damaged", *arguments)
            self.complaint("image", "upload", self.folder / "bad", code=4)
        done = self.device.mcumgr("--json", "image", "upload", "--any", self.key)
        self.assertEqual(done.returncode, 1, done.stderr)  # it reaches the device, which says no
        self.assertEqual(json.loads(done.stdout)["error"]["rc"], 23)

    def test_unsigned(self):
        path = self.sign("unsigned")
        self.refused(path, "unsigned", "--key", self.key)
        self.refused(path, "unsigned")
        self.refused(path, "other-runs", "--allow-unsigned", step="wait")
        self.assertIn("Warning: ", self.talk)
        self.device.wait_for("boot: update refused")
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    def test_wrong_key(self):
        """With --key it is seen here; without, the bootloader sees it, and the old image stays."""
        other = self.foreign_key()
        path = self.sign("foreign", "-k", other)
        self.refused(path, "wrong-key", "--key", self.key)
        self.refused(self.resigned(), "wrong-key", "--key", self.key)
        self.update(path, "--key", other, code=4)  # the hint is about the bootloader's key
        self.assertIn("signed with a key that the bootloader does not know", self.talk)
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    def test_same_hash_other_signature(self):
        """What stands in the slot has the hash of the file, but is not the file."""
        self.refused(self.resigned(), "other-runs", step="wait")
        self.assertIn("only the device can judge", self.talk)
        result = self.update(self.new, "--confirm")
        self.assertEqual(self.listed()[0], ("1.1.0", True))
        self.assertTrue(result["matched"])

    def test_firmware_that_faults(self):
        faults = self.kind.image_path("1.2.0-faults")
        self.refused(faults, "other-runs", "--key", self.key, step="wait")
        self.assertIn(f"was taken out again after {ATTEMPTS} starts", self.talk)
        self.assertIn("version 1.0.0", self.talk)
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    # ---- Versions and trials ----

    def test_older(self):
        self.update(self.new, "--confirm")
        self.refused(self.old, "older", step="look")
        self.assertEqual(self.listed()[0], ("1.1.0", True))
        self.update(self.old, "--allow-downgrade", "--confirm")
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    def test_the_old_one_during_a_trial(self):
        self.update(self.new)
        self.refused(self.old, "on-trial", code=1, step="look")
        self.assertEqual(self.listed()[0], ("1.1.0", False))
        result = self.update(self.old, "--go-back")
        self.assertEqual(result["restarts"], ATTEMPTS)
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    def test_a_third_one_during_a_trial(self):
        self.update(self.new)
        self.refused(self.third, "on-trial", code=1, step="look")
        result = self.update(self.third, "--go-back", "--confirm")
        self.assertEqual(result["replaced"], "1.0.0")
        self.assertEqual(self.listed()[0], ("1.2.0", True))

    def test_a_third_one_after_a_confirmation(self):
        """The other advice: confirm what is on trial."""
        self.update(self.new)
        self.refused(self.third, "on-trial", code=1, step="look")
        self.assertIn("Confirm the image that runs", self.talk)
        self.good("image", "confirm")
        self.assertEqual(self.update(self.third)["replaced"], "1.1.0")

    # ---- Health ----

    def test_health(self):
        mcumgr = f"{BIN}/mcumgr --conntype serial --connstring dev={self.device.link}"
        self.refused(self.new, "health", "--confirm", "--health-check", "exit 7", step="health")
        self.assertIn("ended with 7. The image was not confirmed", self.talk)
        self.assertEqual(self.listed()[0], ("1.1.0", False))
        result = self.update(self.new, "--confirm", "--health-check",
                             f"{mcumgr} echo ask-the-new-one")  # the port is free for it
        self.assertTrue(result["confirmed"])
        self.assertIn("ask-the-new-one", self.talk)
        self.refused(self.new, "health", "--health-check", "exit 7", step="health")
        self.assertIn("was confirmed before", self.talk)

    def test_health_of_an_image_that_goes(self):
        """The check passes, but meanwhile the device restarted and the old image is back."""
        check = f"for i in 1 2 3; do {BIN}/mcumgr --conntype serial --connstring " \
                f"dev={self.device.link} reset; sleep 1; done"
        self.refused(self.new, "other-runs", "--confirm", "--health-check", check, step="look")
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    # ---- Unwilling, silent, lost ----

    def start_slow_update(self):
        """One that takes seconds, and has begun to upload."""
        self.device.power_off()
        self.device.start("--baud", "115200")
        return start_dfu(self.new, "--port", self.device.link, "--json")

    def test_busy(self):
        self.device.patient("connect")
        result = self.update(self.new, code=1)
        self.assertIn("a patient is connected", result["error"]["why"])
        self.assertEqual(self.listed(), [("1.0.0", True)])

    def test_power_lost_in_an_upload(self):
        running = self.start_slow_update()
        self.device.power_off()
        out, _ = running.communicate(timeout=PATIENCE_S)
        self.assertEqual(running.returncode, 3)
        self.assertEqual(json.loads(out)["steps"][-1], {"step": "upload", "result": "failed"})
        self.device.start()
        self.update(self.new, "--confirm")
        self.assertEqual(self.listed()[0], ("1.1.0", True))

    def test_port_gone_at_the_reset(self):
        """Power goes as the device restarts, and the port with it; it comes back later."""
        with self.power_cut_at_the_swap(back_after_s=1):
            result = self.update(self.new, "--confirm")
        self.assertEqual(self.listed()[0], ("1.1.0", True))
        self.assertTrue(result["confirmed"])

    def test_never_back(self):
        """The wait ends in its time, says where it waited, and the next run goes on."""
        with self.power_cut_at_the_swap():
            self.refused(self.new, "no-answer", "--timeout", "3", code=3, step="wait")
        self.assertIn(f"dev={self.device.link}", self.talk)
        self.device.start(says=NEW)
        self.assertTrue(self.update(self.new, "--confirm")["was_running"])

    def test_interrupted(self):
        running = self.start_slow_update()
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=PATIENCE_S)
        self.assertEqual(running.returncode, 130)
        self.assertEqual(json.loads(out)["error"]["code"], 130)
        self.update(self.new, "--confirm")

    # ---- The command line ----

    def test_wrong_use(self):
        port, path = ("--port", self.device.link), self.new
        key = "--key", self.key
        for arguments in ([path], [*port], [path, *port, *port], [path, *port, "--port=other"],
                          [path, *port, "--conn", "x"], [path, "--port", ""], [path, "--baud", "9600"],
                          [path, *port, "--key", ""], [path, *port, "--key="], [path, *port, "--key"],
                          [path, *port, "--health-check", ""], [path, *port, "--health-check="],
                          [path, *port, "--timeout", ""], [path, *port, "--timeout", "08"],
                          [path, *port, "--timeout=09"], [path, *port, "--timeout", "0"],
                          [path, *port, "--timeout", "x"], [path, *port, "--baud", "fast"],
                          [path, *port, "--bogus"], [path, path, *port],
                          [path, *port, *key, "--allow-unsigned"], [path, *port, *key, *key],
                          [path, *port, "--key", self.folder / "nothing"],
                          [path, *port, "--confirm", "--key", path], [path, "-c", "a", "-c", "b"]):
            with self.subTest(arguments):
                done = dfu(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertNotIn("* ", done.stderr)
        self.assertEqual(dfu("--help").returncode, 0)
        self.assertEqual(self.listed(), [("1.0.0", True)])


if __name__ == "__main__":
    main()
