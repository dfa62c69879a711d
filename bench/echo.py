"""Echo round trips, against what starting the program costs. SPDX-License-Identifier: Apache-2.0"""

import pathlib
import statistics
import tempfile
import time

from tools import BIN, run, start_devices, table

ROUNDS = 40


def median_ms(*command):
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        run(BIN / "mcumgr", *command)
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def section():
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as name:
        folder = pathlib.Path(name)
        port = 20000 + time.time_ns() % 20000
        device = start_devices(folder, ["--udp", port])
        try:
            base = median_ms("version")
            links = {"pty": ("serial", f"dev={folder}/tty"), "UDP, IPv4": ("udp", f"127.0.0.1:{port}"),
                     "UDP, IPv6": ("udp", f"[::1]:{port}")}
            rows = [[name, f"{took:.2f} ms", f"{took / base:.2f}"]
                    for name, link in links.items()
                    for took in [median_ms("--conntype", link[0], "--connstring", link[1], "echo", "hi")]]
        finally:
            device.terminate()
            device.wait()
    return "## Echo\n\n" + table(["link", "whole process here", "/ mcumgr version"], rows) + f"""
Limit: `mcumgr version`, which starts and asks nobody ({base:.2f} ms here). Method: medians of {ROUNDS} runs
of `mcumgr echo hi` to a Linux device.
"""
