#!/usr/bin/env python3
"""Measure, print, and write docs/performance.md. Started by ./run bench, after the build.

usage: bench/run.py [--check] [SECTION...]
       without a section: all of them, and the document is written
       --check: only look whether there are such sections

SPDX-License-Identifier: Apache-2.0"""

import importlib
import pathlib
import platform
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "performance.md"

# One module each, in this folder; its section() returns Markdown.
SECTIONS = ["upload", "fleet", "size", "swap", "boot", "sign", "echo"]

HEAD = """# What was measured

Written by `./run bench` on the machine at hand; run it again to get your own.
Times are ratios to a limit or to a peer in the same run, because machines differ; counts and bytes are the same everywhere.
"""


def main(arguments):
    check = "--check" in arguments
    names = [name for name in arguments if name != "--check"]
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        print(f"bench: no section {unknown[0]}; there are: {' '.join(SECTIONS)}", file=sys.stderr)
        sys.exit(2)
    if check:
        return
    parts = [HEAD, f"Machine: {platform.machine()}, {platform.system()}.\n"]
    for name in names or SECTIONS:
        parts.append(importlib.import_module(name).section())
        print(parts[-1], flush=True)
    if not names:
        DOCUMENT.write_text("\n".join(parts))
        print(f"written: {DOCUMENT.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "bench"))
    main(sys.argv[1:])
