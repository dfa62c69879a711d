"""What compilers say of our files one by one. SPDX-License-Identifier: Apache-2.0"""

import os
import re
import shutil
import tempfile

from builds import boards, commands, folder
from tree import each, llvm, ours, run

STRICT = ("-Wall", "-Wextra", "-Werror", "-Iinclude")


def include_folders(room):
    """Where the build looks for headers when it compiles the files of a folder."""
    return {f"-I{path}" for file, command in commands("dev").items() if os.path.dirname(file) == room
            for path in re.findall(r"(?:-I|-isystem )(\S+)", " ".join(command))}


def headers(compiler, *options):
    """What this compiler says of headers that are all a program includes."""
    def complaints(file):
        text = f'#include "{file.removeprefix("include/").removeprefix("host/")}"\n'
        yield from run(compiler, *STRICT, *options, *include_folders(os.path.dirname(file)),
                       "-fsyntax-only", "-", input=text).stderr.splitlines()

    return each(complaints, ours("include/**.h", "host/**.h"))


def check_headers_alone():
    return headers("cc", "-std=c11", "-x", "c")


def check_headers_cpp():
    """C++ programs can include them, too."""
    return headers("g++", "-std=c++17", "-x", "c++") if shutil.which("g++") else []


def check_files_alone():
    """The whole build of lib/ is `cc -c`."""
    def complaints(file):
        yield from run("cc", "-std=c11", "-Iinclude", "-c", file, "-o", f"{made}/{hash(file)}.o"
                       ).stderr.splitlines()

    with tempfile.TemporaryDirectory() as made:
        return each(complaints, ours("lib/**.c"))


def tidy(files, *options):
    """Static analysis. One file a run: with several, version 14 sees uninitialised va_lists that are
    none. Options say how the files are compiled."""
    def complaints(file):
        result = run(llvm("clang-tidy"), "--quiet", file, *options)
        yield from result.stdout.splitlines()
        if result.returncode != 0:
            yield from (line for line in result.stderr.splitlines() if " generated." not in line)

    return each(complaints, files)


def check_tidy_host():
    """The host's files, as they are compiled. Tests go on after a failed check, so the analyser sees
    nonsense in them; they run with sanitizers instead."""
    return tidy([file for file in commands("dev") if not file.startswith("tests/")],
                "-p", folder("dev"))


def check_tidy_boards():
    """The firmware's own files: those that no build before has."""
    seen = set(commands("dev"))
    for board in boards():
        yield from tidy([file for file in commands(board) if file not in seen], "-p", folder(board),
                        "--extra-arg=--target=arm-none-eabi",
                        "--extra-arg=-isystem/usr/lib/arm-none-eabi/include")
        seen |= set(commands(board))
