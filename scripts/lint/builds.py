"""How the builds compile our files. SPDX-License-Identifier: Apache-2.0"""

import functools
import json
import pathlib
import re
import shlex

from tree import ROOT, ours, run

# Options that only gcc knows, and clang-tidy stumbles over.
GCC_ALONE = " -fno-(tree-loop-distribute-patterns|guess-branch-probability|schedule-insns2)(?![-\\w])"


def boards():
    return [pathlib.Path(file).parent.name for file in ours("ports/*/board.cmake")]


def folder(build):
    return "build/dev" if build == "dev" else f"build/lint/{build}"


@functools.cache
def commands(build):
    """How a build, dev or a board's, compiles each of our files: {file: command without output}."""
    options = [] if build == "dev" else ["-B", folder(build), f"-DTWIN_BOARD={build}"]
    preset = "dev" if build == "dev" else "board"
    configured = run("cmake", "--preset", preset, *options, "--log-level=WARNING")
    if configured.returncode != 0:
        raise SystemExit(configured.stderr)
    database = ROOT / folder(build) / "compile_commands.json"
    database.write_text(re.sub(GCC_ALONE, "", database.read_text()))
    found = {}
    for entry in json.loads(database.read_text()):
        file = entry["file"].removeprefix(f"{ROOT}/")
        if not file.startswith("build/"):
            found.setdefault(file, shlex.split(re.sub(r" -o \S+ -c \S+$", "", entry["command"])))
    return found
