"""Speed of `mcumgr image upload` over a serial line of known speed, latency and loss, to the Linux
device. Times are ratios to what the line itself needs. SPDX-License-Identifier: Apache-2.0"""

import itertools
import pathlib
import random
import re
import resource
import subprocess
import tempfile
import time

from tools import BIN, run, start_devices, table

# Baud (0: no limit) and the payload that makes a measurable transfer of it.
LINES = [(115200, 60_000), (1_000_000, 400_000), (0, 400_000)]
BUFFERS = [(384, 4), (2048, 4)]
LATENCIES_MS = [0, 5]
LOSSES = [0, 7]

# docs/spec-smp-client.md section 2: image bytes in a request, and what it is on the line.
LIMITS = {384: (354, 527), 2048: (2018, 2801)}


def make_image(folder, payload_len):
    """An image of this payload; the application does not ask who signed it."""
    path = folder / f"{payload_len}.bin"
    if not path.exists():
        payload = folder / "payload"
        payload.write_bytes(random.Random(1).randbytes(payload_len))
        run(BIN / "imgtool", "sign", "--version", "2.0.0", "--header-size", "0x200",
            "--pad-header", "--slot-size", "0x76000", "--align", "4", payload, path)
    return path


def upload(folder, image, options):
    """One upload: its seconds (None if it failed), the client's CPU seconds, and the bytes that the
    line carried to the device."""
    device = start_devices(folder, options)
    try:
        command = [BIN / "mcumgr", "-t", "60", "--conntype", "serial", "--connstring",
                   f"dev={folder}/tty", "image", "upload", image]
        cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken = time.monotonic() - begin
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    finally:
        device.terminate()
        device.wait()
    cpu_s = spent.ru_utime + spent.ru_stime - cpu.ru_utime - cpu.ru_stime
    carried = re.search(r"serial line: (\d+) bytes", (folder / "console").read_text())
    return (taken if done.returncode == 0 else None), cpu_s, int(carried[1])


def row(folder, line, buffer, latency_ms, loss, loss_free_s):
    """One row of the table, and the seconds of the upload."""
    baud, payload_len = line
    image = make_image(folder, payload_len)
    options = ["--baud", baud, "--latency", latency_ms, "--loss", loss, "--smp-buf", buffer[0],
               "--smp-count", buffer[1]]
    taken, cpu_s, carried = upload(folder, image, options)
    size = image.stat().st_size
    name = [baud or "no limit", "x".join(map(str, buffer)), latency_ms,
            f"1 in {loss}" if loss else "none"]
    if taken is None:
        return name + ["failed", "", "", "", f"{cpu_s:.2f}"], None
    data, wire = LIMITS[buffer[0]]
    needed = size / data * wire
    shares = [f"{count * 10 / baud / taken:.3f}" if baud else "" for count in (needed, carried)]
    allowed = ""
    if loss and baud:
        again_s = max(0, carried - needed) * 10 / baud
        allowed = f"{taken / (1.5 * loss_free_s + again_s):.2f}"
    return name + [f"{size / 1024 / taken:.1f}", *shares, allowed, f"{cpu_s:.2f}"], taken


def section():
    rows = []
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as folder:
        for line, buffer, latency_ms in itertools.product(LINES, BUFFERS, LATENCIES_MS):
            loss_free_s = None
            for loss in LOSSES:
                cells, taken = row(pathlib.Path(folder), line, buffer, latency_ms, loss, loss_free_s)
                loss_free_s = loss_free_s or taken
                rows.append(cells)
    head = ["baud", "buffers", "device latency, ms", "packets lost, each way", "KiB/s", "of the limit",
            "line busy", "of the time allowed with loss", "client CPU, s"]
    return "## Upload over a serial line\n\n" + table(head, rows) + """
Limit: the bytes that the image becomes in console framing with these buffers, at ten bits each, with
no pause between them and nothing sent twice. Line busy: the same with all that was sent, lost and
repeated packets included. Allowed with loss: 1.5 times the row above plus the time of what was sent
again. Method: the whole process `mcumgr image upload`, connecting included, to a Linux device behind
a line that keeps the time of each byte (`sim/native`).
"""
