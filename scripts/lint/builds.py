"""How the builds compile our files. SPDX-License-Identifier: Apache-2.0"""

import functools
import json
import pathlib
import re
import shlex

from tree import ROOT, ours, run

# Optimisations that are switched off, and how to link: some only gcc knows, and clang-tidy stumbles
# over them.
GCC_ALONE = r" -fno-(?!builtin|sanitize|omit)[\w-]+| -ffat-lto-objects"


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
    found, our_own = {}, set(ours("*.c"))
    for entry in json.loads(database.read_text()):
        file = entry["file"].removeprefix(f"{ROOT}/")
        if file in our_own:
            found.setdefault(file, shlex.split(re.sub(r" -o \S+ -c \S+$", "", entry["command"])))
    return found
