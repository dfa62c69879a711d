"""`mcumgr update` and dfu_update.sh as their users would: the good way, wrong files and keys, other
images on trial, health checks, lost power and lost ports. After each the device has what it had, or
the new image. SPDX-License-Identifier: Apache-2.0"""

import json
import os
import pathlib
import pty
import signal
import subprocess
import threading
import time
import unittest

from native import ATTEMPTS, BIN, HEADER, KEY, PATIENCE_S, DeviceCase, image_path, imgtool

ROOT = pathlib.Path(__file__).resolve().parents[2]
SLOT_HEADER = [*HEADER, "-S", "0x76000"]


def command(*arguments):
    return [ROOT / "scripts" / "dfu_update.sh", *map(str, arguments)]


def dfu(*arguments):
    """Run the script; returns the finished process, output as text."""
    return subprocess.run(command(*arguments), env={**os.environ, "MCUMGR": str(BIN / "mcumgr")},
                          capture_output=True, text=True, timeout=PATIENCE_S)


class Dfu(DeviceCase):
    def power_off_for_long(self):
        """Without a port: its number would go to the next who asks for a terminal."""
        self.device.power_off()
        self.device.link.unlink()

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
        payload.write_bytes(image_path("1.1.0").read_bytes()[0x200:40000])
        imgtool("sign", "-v", "1.1.0", *SLOT_HEADER, *arguments, payload, self.folder / name)
        return self.folder / name

    def resigned(self):
        """The payload and hash of 1.1.0, signed by a key that the device does not know."""
        other = self.folder / "other.pem"
        if not other.exists():
            imgtool("keygen", "-t", "rsa-2048", "-k", other)
        good = bytearray(image_path("1.1.0").read_bytes())
        good[-1] ^= 4
        (self.folder / "resigned").write_bytes(good)
        return self.folder / "resigned"

    # ---- It works ----

    def test_update(self):
        result = self.update(image_path("1.1.0"), "--key", KEY, "--confirm")
        self.assertEqual((result["version"], result["replaced"]), ("1.1.0", "1.0.0"))
        self.assertTrue(result["confirmed"] and result["signature_checked"] and result["matched"])
        self.assertEqual([step["step"] for step in result["steps"]],
                         ["look", "upload", "inspect", "test", "reset", "wait", "confirm"])
        self.assertEqual(self.listed()[0], ("1.1.0", True))
        self.assertIn("100%", self.talk)
        self.assertNotIn("+0", self.talk)
        result = self.update(image_path("1.1.0"), "--confirm")
        self.assertTrue(result["was_running"] and result["confirmed"])

    def test_on_trial(self):
        done = dfu(image_path("1.1.0"), "--port", self.device.link, "--key", KEY)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("on trial", done.stdout)
        self.assertEqual(self.listed()[0], ("1.1.0", False))
        hint = done.stderr[done.stderr.index("'mcumgr image confirm ") :].split("'")[1]
        self.assertEqual(self.device.mcumgr(*hint.split()[1:]).returncode, 0)  # it can be followed
        self.assertEqual(self.listed()[0], ("1.1.0", True))

    def test_from_a_pipe(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_bytes, args=[image_path("1.1.0").read_bytes()])
        writer.start()
        self.update(pipe, "--confirm")
        writer.join()
        self.assertIn("until its writer closes it", self.talk)
        self.assertEqual(self.listed()[0], ("1.1.0", True))

    # ---- Wrong files and keys ----

    def test_wrong_files(self):
        good = image_path("1.1.0").read_bytes()
        for name, data, reason in (("truncated", good[:5000], "damaged"),
                                   ("flipped", good[:9000] + b"U" + good[9001:], "damaged"),
                                   ("text", b"this is no image\n" * 100, "no-image"),
                                   ("empty", b"", "no-image")):
            (self.folder / name).write_bytes(data)
            self.refused(self.folder / name, reason, "--key", KEY)
            self.refused(self.folder / name, reason)
            done = self.device.mcumgr("image", "upload", str(self.folder / name))
            self.assertEqual(done.returncode, 4, done.stderr)
        self.refused(self.folder / "nothing", "unreadable", code=2)
        self.refused(self.folder, "no-file", code=2)
        self.refused("/dev/zero", "no-file", code=2)
        self.refused(self.device.link, "no-file", code=2)
        self.assertEqual(self.listed(), [("1.0.0", True)])

    def test_every_hash(self):
        """Damage is seen whatever the hash is; --any sends what is no image."""
        key = self.folder / "key.pem"
        for kind, sha in (("ecdsa-p384", "384"), ("ed25519", "512")):
            imgtool("keygen", "-t", kind, "-k", key, "--force")
            path = self.sign(f"sha{sha}", "-k", key, "--sha", sha)
            for arguments in (), ("--key", key):
                data = bytearray(path.read_bytes())
                data[9000] ^= 1
                (self.folder / "bad").write_bytes(data)
                self.refused(self.folder / "bad", "damaged", *arguments)
            done = self.device.mcumgr("image", "upload", str(self.folder / "bad"))
            self.assertEqual(done.returncode, 4, done.stderr)
        done = self.device.mcumgr("--json", "image", "upload", "--any", str(KEY))
        self.assertEqual(done.returncode, 1, done.stderr)  # it reaches the device, which says no
        self.assertEqual(json.loads(done.stdout)["error"]["rc"], 23)

    def test_unsigned(self):
        path = self.sign("unsigned")
        self.refused(path, "unsigned", "--key", KEY)
        self.refused(path, "unsigned")
        self.refused(path, "other-runs", "--allow-unsigned", step="wait")
        self.assertIn("Warning: ", self.talk)
        self.device.wait_for("boot: update refused")
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    def test_wrong_key(self):
        """With --key it is seen here; without, the bootloader sees it, and the old image stays."""
        other = self.folder / "other.pem"
        imgtool("keygen", "-t", "rsa-2048", "-k", other)
        path = self.sign("foreign", "-k", other)
        self.refused(path, "wrong-key", "--key", KEY)
        self.refused(self.resigned(), "wrong-key", "--key", KEY)
        self.update(path, "--key", other, code=4)  # the hint is about the bootloader's key
        self.assertIn("does it trust the key", self.talk)
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    def test_same_hash_other_signature(self):
        """What stands in the slot has the hash of the file, but is not the file."""
        self.refused(self.resigned(), "other-runs", step="wait")
        self.assertIn("only the device can judge", self.talk)
        result = self.update(image_path("1.1.0"), "--confirm")
        self.assertEqual(self.listed()[0], ("1.1.0", True))
        self.assertTrue(result["matched"])

    def test_firmware_that_faults(self):
        self.refused(image_path("1.2.0-faults"), "other-runs", "--key", KEY, step="wait")
        self.assertIn("started and failed", self.talk)
        self.assertIn("version 1.0.0", self.talk)
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    # ---- Versions and trials ----

    def test_older(self):
        self.update(image_path("1.1.0"), "--confirm")
        self.refused(image_path("1.0.0"), "older", step="look")
        self.assertEqual(self.listed()[0], ("1.1.0", True))
        self.update(image_path("1.0.0"), "--allow-downgrade", "--confirm")
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    def test_the_old_one_during_a_trial(self):
        self.update(image_path("1.1.0"))
        self.refused(image_path("1.0.0"), "on-trial", code=1, step="look")
        self.assertEqual(self.listed()[0], ("1.1.0", False))
        result = self.update(image_path("1.0.0"), "--go-back")
        self.assertEqual(result["restarts"], ATTEMPTS)
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    def test_a_third_one_during_a_trial(self):
        self.update(image_path("1.1.0"))
        self.refused(image_path("1.2.0-unconfirmed"), "on-trial", code=1, step="look")
        result = self.update(image_path("1.2.0-unconfirmed"), "--go-back", "--confirm")
        self.assertEqual(result["replaced"], "1.0.0")
        self.assertEqual(self.listed()[0], ("1.2.0", True))

    def test_a_third_one_after_a_confirmation(self):
        """The other advice: confirm what is on trial."""
        self.update(image_path("1.1.0"))
        self.refused(image_path("1.2.0-unconfirmed"), "on-trial", code=1, step="look")
        self.assertIn("Confirm the image that runs", self.talk)
        self.assertEqual(self.device.mcumgr("image", "confirm").returncode, 0)
        self.assertEqual(self.update(image_path("1.2.0-unconfirmed"))["replaced"], "1.1.0")

    # ---- Health ----

    def test_health(self):
        mcumgr = f"{BIN}/mcumgr --conntype serial --connstring dev={self.device.link}"
        self.refused(image_path("1.1.0"), "health", "--confirm", "--health-check", "exit 7",
                     step="health")
        self.assertIn("ended with 7. The image was not confirmed", self.talk)
        self.assertEqual(self.listed()[0], ("1.1.0", False))
        result = self.update(image_path("1.1.0"), "--confirm", "--health-check",
                             f"{mcumgr} echo ask-the-new-one")  # the port is free for it
        self.assertTrue(result["confirmed"])
        self.assertIn("ask-the-new-one", self.talk)
        self.refused(image_path("1.1.0"), "health", "--health-check", "exit 7", step="health")
        self.assertIn("was confirmed before", self.talk)

    def test_health_of_an_image_that_goes(self):
        """The check passes, but meanwhile the device restarted and the old image is back."""
        check = f"for i in 1 2 3; do {BIN}/mcumgr --conntype serial --connstring " \
                f"dev={self.device.link} reset; sleep 1; done"
        self.refused(image_path("1.1.0"), "other-runs", "--confirm", "--health-check", check,
                     step="look")
        self.assertEqual(self.listed()[0], ("1.0.0", True))

    # ---- Unwilling, silent, lost ----

    def test_busy(self):
        self.device.type("patient connect")
        result = self.update(image_path("1.1.0"), code=1)
        self.assertIn("a patient is connected", result["error"]["why"])
        self.assertEqual(self.listed(), [("1.0.0", True)])

    def test_wrong_ports(self):
        for port in ("/dev/there-is-no-such-port", self.folder / "console.log"):
            done = dfu(image_path("1.1.0"), "--port", port, "--json")
            self.assertEqual(done.returncode, 3)
            self.assertIn(str(port), json.loads(done.stdout)["error"]["why"])

    def test_silent_device(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        done = dfu(image_path("1.1.0"), "--port", os.ttyname(slave), "-t", "1", "--json")
        self.assertEqual(done.returncode, 3)
        result = json.loads(done.stdout)
        self.assertIn("no answer", result["error"]["why"])
        self.assertEqual(result["steps"], [{"step": "look", "result": "failed"}])

    def test_power_lost_in_an_upload(self):
        self.device.power_off()
        self.device.power_on("--latency", "20")
        self.device.wait_for("monitor 1.0.0 runs")
        running = subprocess.Popen(command(image_path("1.1.0"), "--port", self.device.link, "--json"),
                                   env={**os.environ, "MCUMGR": str(BIN / "mcumgr")},
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        head = running.stderr.readline()
        while "Uploading: " not in head:
            head = running.stderr.readline()
        self.device.power_off()
        out, _ = running.communicate(timeout=PATIENCE_S)
        self.assertEqual(running.returncode, 3)
        self.assertEqual(json.loads(out)["steps"][-1], {"step": "upload", "result": "failed"})
        self.device.power_on()
        self.device.wait_for("monitor 1.0.0 runs")
        self.update(image_path("1.1.0"), "--confirm")
        self.assertEqual(self.listed()[0], ("1.1.0", True))

    def test_port_gone_at_the_reset(self):
        """Power goes as the device restarts, and the port with it; it comes back later."""
        def cut():
            self.device.wait_for("swap begins")
            self.power_off_for_long()
            time.sleep(1)
            self.device.power_on()

        cutter = threading.Thread(target=cut)
        cutter.start()
        result = self.update(image_path("1.1.0"), "--confirm")
        cutter.join()
        self.assertEqual(self.listed()[0], ("1.1.0", True))
        self.assertTrue(result["confirmed"])

    def test_never_back(self):
        """The wait ends in its time, says where it waited, and the next run goes on."""
        def cut():
            self.device.wait_for("swap begins")
            self.power_off_for_long()

        cutter = threading.Thread(target=cut)
        cutter.start()
        self.refused(image_path("1.1.0"), "no-answer", "--timeout", "3", code=3, step="wait")
        cutter.join()
        self.assertIn(f"dev={self.device.link}", self.talk)
        self.device.power_on()
        self.device.wait_for("monitor 1.1.0 runs")
        self.assertTrue(self.update(image_path("1.1.0"), "--confirm")["was_running"])

    def test_interrupted(self):
        self.device.power_off()
        self.device.power_on("--latency", "20")
        self.device.wait_for("monitor 1.0.0 runs")
        running = subprocess.Popen(command(image_path("1.1.0"), "--port", self.device.link, "--json"),
                                   env={**os.environ, "MCUMGR": str(BIN / "mcumgr")},
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        head = running.stderr.readline()
        while "Uploading: " not in head:
            head = running.stderr.readline()
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=PATIENCE_S)
        self.assertEqual(running.returncode, 130)
        self.assertEqual(json.loads(out)["error"]["code"], 130)
        self.update(image_path("1.1.0"), "--confirm")

    # ---- The command line ----

    def test_wrong_use(self):
        port, path = ("--port", self.device.link), image_path("1.1.0")
        for arguments in ([path], [*port], [path, *port, *port], [path, *port, "--port=other"],
                          [path, *port, "--conn", "x"], [path, "--port", ""], [path, "--baud", "9600"],
                          [path, *port, "--key", ""], [path, *port, "--key="], [path, *port, "--key"],
                          [path, *port, "--health-check", ""], [path, *port, "--health-check="],
                          [path, *port, "--timeout", ""], [path, *port, "--timeout", "08"],
                          [path, *port, "--timeout=09"], [path, *port, "--timeout", "0"],
                          [path, *port, "--timeout", "x"], [path, *port, "--baud", "fast"],
                          [path, *port, "--bogus"], [path, path, *port],
                          [path, *port, "--key", KEY, "--allow-unsigned"],
                          [path, *port, "--key", self.folder / "nothing"],
                          [path, "-c", "a", "-c", "b"], [path, *port, "--key", KEY, "--key", KEY], [path, *port, "--confirm", "--key", path]):
            with self.subTest(arguments):
                done = dfu(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertNotIn("* ", done.stderr)
        self.assertEqual(dfu("--help").returncode, 0)
        self.assertEqual(self.listed(), [("1.0.0", True)])

    def test_passed_on(self):
        """The script's words arrive as they are, whatever is in them."""
        seen = self.folder / "seen"
        fake = self.folder / "mcumgr"
        fake.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{seen}\nexit 4\n")
        fake.chmod(0o755)
        arguments = ["a b.bin", "--port=/dev/x", "--baud", "9600", "--health-check", "--port $x 'y'",
                     "-n2", "--timeout=5", "--confirm", "--key=k", "--", "-z"]
        done = subprocess.run(command(*arguments), env={**os.environ, "MCUMGR": str(fake)})
        self.assertEqual(done.returncode, 4)
        self.assertEqual(seen.read_text().splitlines(),
                         ["--conntype", "serial", "--connstring", "dev=/dev/x,baud=9600", "update",
                          "a b.bin", "--health-check", "--port $x 'y'", "-n2", "--wait", "5",
                          "--confirm", "--key=k", "--", "-z"])


if __name__ == "__main__":
    unittest.main()
