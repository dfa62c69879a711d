"""What compiled code holds and asks for. SPDX-License-Identifier: Apache-2.0"""

import collections
import dataclasses
import functools
import pathlib
import re
import tempfile

from builds import commands
from tree import each, is_excepted, ours, room_of, run, uses

# What lib/ asks for: five functions of libc, the compiler's helpers and itself; and the names of the
# libraries of others that a room of it may use (some ask for functions of ours).
FREESTANDING = r"mem(cpy|move|set|cmp)|strlen|__aeabi_\w+|__u?(div|mod|divmod)di[34]|twin_\w+"
OUTSIDE = {"bearssl": r"br_\w+", "p256-m": r"p256_\w+", "tinyssh": r"crypto_\w+_tinyssh\w*",
           "7zip": r"z7_\w+"}
# What a library that programs share does not: it neither talks nor ends the process.
TALKS = re.compile(r"std(out|err)|v?f?printf|(f|un)?put(s|c|char)(_unlocked)?|v?errx?|v?warnx?|perror|"
                   r"psignal")
ENDS = re.compile(r"(_|quick_)?exit|_Exit|abort|__assert_fail")


@dataclasses.dataclass
class Object:
    file: str
    external: set  # names that others may use
    variables: set
    needs: set


def read_object(file, path, tools=""):
    """The names in a compiled file. Constants with addresses in them are not variables."""
    thing = Object(file, set(), set(), set())
    for line in run(f"{tools}nm", "-f", "posix", path).stdout.splitlines():
        name, kind = line.split()[:2]
        if kind == "U":
            thing.needs.add(name)
        elif kind.isupper() and kind != "N":
            thing.external.add(name)
        if kind in "BbCDdGgSs":
            thing.variables.add(name)
    return thing


def compiled(command, file, folder, tools=""):
    """The object of one file, or what the compiler says instead."""
    path = pathlib.Path(folder) / (file.replace("/", "-") + ".o")
    result = run(*command, "-c", file, "-o", path)
    return read_object(file, path, tools) if result.returncode == 0 else result.stderr


# Constants stay constants, and nothing but the code itself asks for names.
PLAIN = ("-fno-sanitize=all", "-fno-pic", "-fno-stack-protector", "-U_FORTIFY_SOURCE", "-O1", "-w")


@functools.cache
def host_objects():
    """The libraries' files as the host compiles them, those of lib/ first."""
    found = []

    def compile_one(file):
        result = compiled([*commands("dev")[file], *PLAIN], file, folder)
        if isinstance(result, str):
            yield result
        else:
            found.append(result)

    with tempfile.TemporaryDirectory() as folder:
        bad = each(compile_one, [file for file in commands("dev") if file.startswith(("lib/", "host/"))])
    return sorted(found, key=lambda thing: thing.file), bad


def check_names():
    """External names of libraries: they collide with nobody's."""
    objects, bad = host_objects()
    yield from bad
    for thing in objects:
        prefixes = tuple(room_of(thing.file)[1]["NAMES"])
        if prefixes:
            yield from (f"{thing.file}: the name {name} is not {prefixes[0]}*"
                        for name in sorted(thing.external) if not name.startswith(prefixes))


def check_quiet():
    """Libraries that keep no variables, print nothing and end no program."""
    objects, bad = host_objects()
    yield from bad
    for thing in objects:
        if "QUIET" in room_of(thing.file)[1].words and not is_excepted(thing.file, "quiet"):
            yield from (f"{thing.file}: variable {name}" for name in sorted(thing.variables))
            yield from (f"{thing.file}: asks for {name}" for name in sorted(thing.needs)
                        if ENDS.fullmatch(name) or TALKS.fullmatch(name))


def check_links():
    """Nothing is linked past the list either: a declaration by hand would show here."""
    objects, bad = host_objects()
    yield from bad
    makers = collections.defaultdict(set)
    for thing in objects:
        for name in thing.external:
            makers[name].add(room_of(thing.file)[0])
    for thing in objects:
        for name in sorted(thing.needs & makers.keys()):
            if not any(uses(room_of(thing.file), maker) for maker in makers[name]):
                yield f"{thing.file}: may not use {name} ({' '.join(sorted(makers[name]))})"


def freestanding(command, tools=""):
    """What is wrong with lib/ where there is no C library and no system."""
    def complaints(file):
        thing = compiled([*command, "-std=c11", "-Iinclude", f"-I{folder}"], file, folder, tools)
        if isinstance(thing, str):
            yield thing
            return
        outside = "|".join(OUTSIDE[library] for library in room_of(file)[1]["OUTSIDE"]) or "twin_"
        yield from (f"{file}: needs {name}" for name in sorted(thing.needs)
                    if not re.fullmatch(f"{FREESTANDING}|{outside}", name))
        yield from (f"{file}: variable {name}" for name in sorted(thing.variables))
        yield from (f"{file}: the name {name} is not twin_*" for name in sorted(thing.external)
                    if not re.fullmatch(rf"twin_\w+|{outside}", name))

    with tempfile.TemporaryDirectory() as folder:
        # BearSSL's headers do not depend on the processor: those of the host serve everywhere.
        for header in pathlib.Path("/usr/include").glob("bearssl*"):
            (pathlib.Path(folder) / header.name).symlink_to(header)
        return each(complaints, [file for file in ours("lib/**.c")
                                 if not is_excepted(file, "freestanding")])


def check_freestanding_host():
    return freestanding(["cc", "-O2", "-fno-stack-protector", "-fno-pic"])


def check_freestanding_arm():
    return freestanding(["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-Os"], "arm-none-eabi-")
