"""Our files, and the rooms they are in. SPDX-License-Identifier: Apache-2.0"""

import concurrent.futures
import dataclasses
import fnmatch
import functools
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
DECIDING_LLVM = 14  # versions format and analyse differently: only one of them can decide


def run(*command, **options):
    """A program's result, with its output as text; it may fail."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, text=True, check=False,
                          capture_output=True, **options)


def llvm(name):
    """The deciding version of a program of LLVM if it is there, else any."""
    return shutil.which(f"{name}-{DECIDING_LLVM}") or shutil.which(name) or name


def each(function, things):
    """All complaints that a function has about things, on all processors, in their order."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [complaint for found in pool.map(function, things) for complaint in found]


@functools.cache
def ours(*patterns):
    """Files that git knows or would take, without test vectors."""
    listed = run("git", "ls-files", "-co", "--exclude-standard", "--", *patterns).stdout
    return [name for name in listed.splitlines()
            if not name.startswith("tests/vectors/") and (ROOT / name).is_file()]


@dataclasses.dataclass
class Room:
    folder: str  # may be a pattern: each folder that matches is a room of its own
    words: dict  # {"SOURCES": [...], "USES": [...], ...}, as in sources.cmake

    def __getitem__(self, word):
        return self.words.get(word, [])


WORDS = ("USES", "OUTSIDE", "SOURCES", "HEADERS", "NAMES", "QUIET", "PUBLIC", "HOLDS")


def read_row(row):
    folder, *rest = row.split()
    words, word = {}, None
    for part in rest:
        if part in WORDS:
            word = words.setdefault(part, [])
        else:
            word.append(part)
    return Room(folder, words)


@functools.cache
def rows(kind):
    """What follows the kind in each row of sources.cmake: room, or exception."""
    listed = run("cmake", "-P", ROOT / "scripts/lint/list.cmake")
    if listed.returncode != 0:
        raise SystemExit(listed.stderr)
    return [line.partition(" ")[2] for line in listed.stderr.splitlines()
            if line.startswith(f"{kind} ")]


@functools.cache
def rooms():
    return [read_row(row) for row in rows("room")]


@functools.cache
def is_excepted(file, check):
    """Whether sources.cmake excepts the file from this check."""
    return any(row.split()[:2] == [file, check] for row in rows("exception"))


def header_room(name):
    """The room of a public header: the one of its name, that names it, or whose source file bears
    its name."""
    inner = [room for room in rooms() if room.folder.startswith("lib/")]
    for names_of in (lambda room: [room.folder[len("lib/"):]], lambda room: room["HEADERS"],
                     lambda room: [pathlib.Path(file).stem for file in ours(f"{room.folder}/*.c")]):
        for room in inner:
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in names_of(room)):
                return room.folder
    return None


@functools.cache
def room_of(file):
    """The room that a file is in, as (folder, row), or None."""
    if file.startswith("include/"):
        folder = header_room(pathlib.Path(file).stem)
    else:
        folder = os.path.dirname(file)
    while folder:
        for room in rooms():
            if fnmatch.fnmatchcase(folder, room.folder) and folder.count("/") == room.folder.count("/"):
                return folder, room
        folder = os.path.dirname(folder)
    return None


def uses(room, other):
    """Whether a room, as room_of() gives it, may use the one in another folder."""
    return room[0] == other or any(
        fnmatch.fnmatchcase(other, use) and other.count("/") == use.count("/")
        for use in room[1]["USES"])


def may_use(file, other):
    """Whether one of our files may use another. Tests use what is not public, too."""
    here, there = room_of(file), room_of(other)
    if here is None or there is None or not uses(here, there[0]):
        return False
    public = there[1]["PUBLIC"]
    return (not public or here[0] == there[0] or os.path.basename(other) in public
            or file.startswith("tests/"))
