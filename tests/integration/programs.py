"""Where the programs under test are, and what tests share that watch running programs from outside.
SPDX-License-Identifier: Apache-2.0"""

import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
BIN = pathlib.Path(os.environ.get("TWIN_BIN_DIR", BUILD / "bin"))
NATIVE_IMAGES = pathlib.Path(os.environ.get("TWIN_NATIVE_DIR", BUILD / "firmware/native"))
PATIENCE_S = 60  # longer than anything takes: waiting this long is a failure


def run(program, *arguments, env=None, **more):
    """Run one of our programs; returns the finished process, output as text."""
    return subprocess.run([BIN / program, *map(str, arguments)], capture_output=True, text=True,
                          timeout=PATIENCE_S, env={**os.environ, **(env or {})}, **more)


def until(condition, what):
    """Wait until condition() is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what}: did not happen"
        time.sleep(0.002)


def holders(path):
    """Process ids of all who have this file open."""
    found = set()
    for link in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == str(path):
                found.add(int(link.parts[2]))
        except OSError:
            pass  # ended meanwhile
    return found
