"""Many Linux devices in one twinslot-device, all updated at the same time.
SPDX-License-Identifier: Apache-2.0"""

import os
import signal
import subprocess
import unittest

from native import BIN, Device, UdpClient, free_ports, holders, image, image_path, until
from smp import Client

COUNT = 20


class Fleet(unittest.TestCase):
    def console(self, device, number):
        path = device.folder / f"console.log.{number}"
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_for_all(self, device, text):
        for number in range(COUNT):
            until(lambda: text in self.console(device, number), f"{text} of device {number}")

    def mcumgr_all(self, port, *arguments):
        """One mcumgr for each device, all at once."""
        clients = [subprocess.Popen([BIN / "mcumgr", "--conntype", "udp", "--connstring",
                                     f"127.0.0.1:{port + number}", *arguments],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                   for number in range(COUNT)]
        for client in clients:
            _, errors = client.communicate(timeout=120)
            self.assertEqual(client.returncode, 0, errors)

    def test_update_of_all(self):
        with Device() as device:
            port = free_ports(COUNT)
            device.power_on("--count", str(COUNT), "--udp", str(port))
            self.wait_for_all(device, "monitor 1.0.0 runs")
            for number in range(COUNT):
                serial = Client(f"{device.link}.{number}")
                self.assertEqual(serial.echo(f"device {number}"), f"device {number}")
                serial.close()
            self.mcumgr_all(port, "image", "upload", str(image_path("1.1.0")))
            client = UdpClient("127.0.0.1", port)
            update_hash = client.slots()[1]["hash"].hex()
            client.close()
            self.mcumgr_all(port, "image", "test", update_hash)
            self.mcumgr_all(port, "reset")
            self.wait_for_all(device, "monitor 1.1.0 runs on native, on trial")
            self.mcumgr_all(port, "image", "confirm", "")
            new = image("1.1.0")
            for number in range(COUNT):
                flash = device.folder / f"flash.bin.{number}"
                self.assertEqual(flash.read_bytes()[: len(new)], new)

            device.process.send_signal(signal.SIGTERM)
            self.assertEqual(device.process.wait(20), 0)
            left = [name for name in os.listdir(device.folder) if name.startswith("tty")]
            self.assertEqual(left, [])
            for number in range(COUNT):
                self.assertEqual(holders(device.folder / f"flash.bin.{number}"), set())


if __name__ == "__main__":
    unittest.main()
