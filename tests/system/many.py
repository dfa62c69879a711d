"""A hundred devices and one process that talks to all of them at once, through host/session.
SPDX-License-Identifier: Apache-2.0"""

import json
import socket
import subprocess

from device import OLD
from programs import BIN, PATIENCE_S, until
from story import Story, main, needs

HEALTHY = 95


class Client:
    """fleet_client, and what it tells: it numbers the devices as they are added."""

    def __init__(self):
        self.connections, self.events, self.count = [], [], 0

    def add(self, kind, connstring):
        self.connections += [kind, connstring]
        self.count += 1
        return self.count - 1

    def start(self, image):
        self.process = subprocess.Popen([BIN / "fleet_client", image, *self.connections], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self.process

    def next(self):
        """The next event; None after the last."""
        line = self.process.stdout.readline()
        if line:
            self.events.append(json.loads(line))
        return self.events[-1] if line else None

    def end(self, number, task="upload"):
        """How a task of a device ended; None: it has not yet."""
        return next((event for event in self.events
                     if event.get("device") == number and event.get("task") == task), None)


class Many(Story):
    def add_healthy(self, client):
        """Many, half of them on serial ports and half on UDP; their numbers."""
        device = self.device
        device.power_on("--smp-buf", "1024", udp=True, count=HEALTHY)
        for number in range(HEALTHY):
            console = device.folder / f"console.log.{number}"
            until(lambda: console.exists() and OLD in console.read_text(errors="replace"),
                  f"device {number} starts")
        return [client.add("serial", f"dev={device.link}.{number}") if number % 2 else
                client.add("udp", f"127.0.0.1:{device.port + number}") for number in range(HEALTHY)]

    def add_device(self, client, *options):
        """A device with a launcher of its own; its number, and the device."""
        device = self.enterContext(self.kind())
        device.start(*options)
        return client.add("serial", f"dev={device.link}"), device

    @needs("fleet")
    def test_odd_ones_hold_up_nobody(self):
        """Two devices vanish, one is slow, one silent, one is not there. The others are done while
        the silent one is still waited for, and so is the slow one; nothing is sent much more often
        than it has to be, and the client does not wake up in vain."""
        client = Client()
        healthy = self.add_healthy(client)
        slow, _ = self.add_device(client, "--baud", "115200", "--latency", "100")
        vanishing = dict(self.add_device(client) for _ in range(2))
        nobody = self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        nobody.bind(("127.0.0.1", 0))
        silent = client.add("udp", "127.0.0.1:%d" % nobody.getsockname()[1])
        missing = client.add("serial", "dev=/dev/no-such-port")
        self.assertEqual(client.count, 100)

        process = self.enterContext(client.start(self.device.image_path("1.1.0")))
        self.addCleanup(process.kill)
        waited_for = {*healthy, slow}
        while waited_for:
            event = client.next()
            self.assertIsNotNone(event, "the client ended early")
            if event.get("quarter") and event["device"] in vanishing:
                vanishing[event["device"]].power_off()
            if event.get("task") == "upload":
                waited_for.discard(event["device"])
        self.assertIsNone(client.end(silent, "echo"))
        process.stdin.close()  # the silent one would be waited for for a minute
        while client.next():
            pass
        self.assertEqual(process.wait(PATIENCE_S), 130)

        for number in (*healthy, slow):
            self.assertTrue(client.end(number, "echo")["ok"], client.end(number, "echo"))
            self.assertTrue(client.end(number)["ok"], client.end(number))
        for number in vanishing:
            self.assertTrue(client.end(number, "echo")["ok"])
            self.assertIn("is gone", client.end(number)["outcome"])
        for task in ("echo", "upload"):
            self.assertIn("no serial port", client.end(missing, task)["outcome"])
            self.assertEqual(client.end(silent, task)["outcome"], "interrupted")
        self.check_effort(client, [client.end(number) for number in healthy])
        for number in range(HEALTHY):
            flash = (self.device.folder / f"flash.bin.{number}").read_bytes()
            self.assertIn(self.device.image("1.1.0"), flash)

    def check_effort(self, client, ends):
        least = min(end["parts"] for end in ends)
        packets = sum(end["sent"] + end["received"] for end in ends)
        self.assertLess(sum(end["parts"] for end in ends), 1.5 * least * len(ends))
        self.assertLess(client.events[-1]["wakeups"], 2 * packets)


if __name__ == "__main__":
    main()
