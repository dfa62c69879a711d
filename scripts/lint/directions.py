"""Who may include whom: the list in sources.cmake. SPDX-License-Identifier: Apache-2.0"""

import fnmatch
import os
import re

from tree import ROOT, each, is_excepted, may_use, ours, room_of, rooms, rows

ROOTS = ("include", "host", "ports", "sim", "tests", "app")  # folders that the build looks in
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def targets(file, name):
    """The files of ours that an include of this name may mean: one, where the build looks first."""
    for folder in (os.path.dirname(file), *ROOTS):
        path = os.path.normpath(os.path.join(folder, name))
        if (ROOT / path).is_file():
            return [path]
    return [path for path in ours("*.h", "*.c") if path.endswith("/" + name)]


def generated():
    """Headers that the build makes, each of a file NAME.in."""
    return {os.path.basename(file).removesuffix(".in") for file in ours("*.h.in")}


def of_others(name):
    """The library whose header this is, as the list calls it, or None: the C library, the system."""
    known = {library for room in rooms() for library in room["OUTSIDE"]}
    return next((library for library in known if name.startswith((library + "/", library + ".h"))), None)


def includes(file):
    """What is wrong with the includes of one file."""
    found = room_of(file)
    if found is None:
        yield f"{file}: in no room of sources.cmake"
        return
    folder, room = found
    for mark, name in INCLUDE.findall((ROOT / file).read_text()):
        library = of_others(name)
        if mark == "<" and library and library not in room["OUTSIDE"]:
            yield f"{file}: {folder} may not use {library}"
        if mark == "<" or name in generated() or is_excepted(file, "directions"):
            continue
        others = targets(file, name)
        if not others:
            yield f"{file}: there is no {name}"
        elif not any(may_use(file, other) for other in others):
            there = room_of(others[0])
            yield f"{file}: {folder} may not use {name} ({there[0] if there else 'in no room'})"


def check_directions():
    return each(includes, ours("*.c", "*.h"))


def check_list():
    """The list itself: rooms use what stands above them; what it names is there, and all of lib/ is
    named; exceptions have a reason."""
    for row in rows("exception"):
        file, *reason = row.split()
        if not (ROOT / file).is_file() or len(reason) < 3:  # the check, and more than a word
            yield f"sources.cmake: an exception for no file, or without a reason: {row}"
    for place, room in enumerate(rooms()):
        above = [other.folder for other in rooms()[:place]]
        if not ours(f"{room.folder}/*"):
            yield f"sources.cmake: {room.folder} is not there"
        yield from (f"sources.cmake: {room.folder} uses {use}, which does not stand above it"
                    for use in room["USES"]
                    if use != room.folder and not fnmatch.filter(above, use))
        if room.folder.startswith("lib/"):
            files = [os.path.relpath(name, room.folder) for name in ours(f"{room.folder}/*.c")]
            yield from (f"{room.folder}/{name}: not in sources.cmake" for name in files
                        if not any(fnmatch.fnmatchcase(name, source) for source in room["SOURCES"]))
            yield from (f"{room.folder}/{source}: not there" for source in room["SOURCES"]
                        if not fnmatch.filter(files, source))


def check_holds():
    """Folders that hold only some files: the others have a better room."""
    for file in ours():
        found = room_of(file)
        if found and found[1]["HOLDS"] and not any(
                fnmatch.fnmatchcase(os.path.relpath(file, found[0]), pattern)
                for pattern in found[1]["HOLDS"]):
            yield f"{file}: {found[0]} holds {' '.join(found[1]['HOLDS'])}"
