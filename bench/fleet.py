"""Many devices at once from one process, on lines of known speed, against one device.
SPDX-License-Identifier: Apache-2.0"""

import json
import pathlib
import resource
import subprocess
import tempfile

from tools import host_program, numbered, start_devices, table
from upload import make_image

COUNTS = [1, 10, 100]
LINES = [(115200, (384, 4), 60_000), (115200, (2048, 4), 60_000), (1_000_000, (2048, 4), 400_000)]


def children_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def transfer(client_program, image, count, options):
    """The file to so many devices at once: seconds, the client's CPU seconds, and those of the
    devices and their lines."""
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as name:
        folder = pathlib.Path(name)
        before_s = children_s()
        devices = start_devices(folder, options, count)
        links = [word for port in numbered(folder / "tty", count)
                 for word in ("serial", f"dev={port}")]
        # Its standard input is left open: it ends when that does.
        with subprocess.Popen([client_program, image, *links], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
            events = [json.loads(line) for line in client.stdout]
        devices.terminate()
        devices.wait()
    *events, end = events
    ends = [event for event in events if event.get("task") == "upload"]
    assert len(ends) == count and all(event["ok"] for event in ends), "a transfer failed"
    losses = sum(event["losses"] for event in ends)
    return end["wall_s"], end["cpu_s"], children_s() - before_s - end["cpu_s"], losses, end["wakeups"]


def section():
    rows, client = [], host_program("fleet_client")
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as folder:
        for baud, buffer, payload_len in LINES:
            image = make_image(pathlib.Path(folder), payload_len)
            one_s = None
            for count in COUNTS:
                options = ["--baud", baud, "--smp-buf", buffer[0], "--smp-count", buffer[1]]
                wall_s, cpu_s, others_s, losses, wakeups = transfer(client, image, count, options)
                one_s = one_s or wall_s
                rows.append([baud, "x".join(map(str, buffer)), count, f"{wall_s:.2f}",
                             f"{wall_s / one_s:.3f}", losses, f"{cpu_s:.2f}",
                             f"{others_s:.2f}", wakeups])
    head = ["baud", "buffers", "devices at once", "seconds", "of one device", "losses",
            "client CPU, s", "CPU of the devices and lines, s", "waits"]
    return "## Many devices at once, one process\n\n" + table(head, rows) + """
Method: one process opens a serial link to each device, greets it and sends it an image, all driven
by one loop (`host/session`); the devices and their lines are processes of the same machine
(`twinslot-device --count`). Budget: 1.05 for 100 devices. Waits: calls of poll(2).
"""
