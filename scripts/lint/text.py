"""What can be seen in the text of our files. SPDX-License-Identifier: Apache-2.0"""

import collections
import os
import re

from tree import DECIDING_LLVM, ROOT, llvm, ours, run

LINES_OF_A_FUNCTION = 70
LINES_OF_A_FILE = {".c": 600, ".h": 300}
LICENCE = "SPDX-License-Identifier: Apache-2.0"


def check_format():
    clang_format = llvm("clang-format")
    version = re.search(r"version (\d+)", run(clang_format, "--version").stdout)[1]
    result = run(clang_format, "--dry-run", "-Werror", *ours("*.c", "*.h"))
    if int(version) == DECIDING_LLVM:
        yield from result.stderr.splitlines()
    else:
        print(f"clang-format {version} would change {result.stderr.count('error:')} lines; not "
              f"counted, version {DECIDING_LLVM} decides about the layout")


def check_function_length():
    tags = run("ctags", "--languages=C", "--kinds-C=f", "--fields=+ne", "-f", "-", "-L", "-",
               input="\n".join(ours("*.c", "*.h")))
    if tags.returncode != 0:
        yield tags.stderr
    for name, file, first, last in re.findall(r"^(\S+)\t(\S+)\t.*\tline:(\d+).*\tend:(\d+)", tags.stdout,
                                              re.M):
        lines = int(last) - int(first) + 1
        if lines > LINES_OF_A_FUNCTION:
            yield f"{file}: {name} has {lines} lines"


def check_file_length():
    for file in ours("*.c", "*.h"):
        limit = LINES_OF_A_FILE[os.path.splitext(file)[1]]
        lines = (ROOT / file).read_text().count("\n")
        if lines > limit:
            yield f"{file}: {lines} lines, limit {limit}"


def check_unique_names():
    """In lib/, so that `cc lib/*/*.c` and a debugger can tell them apart."""
    count = collections.Counter(map(os.path.basename, ours("lib/**.c")))
    return [f"twice in lib/: {name}" for name, times in count.items() if times > 1]


def check_spdx():
    """In the leading comment of each source and script."""
    for file in ours("*.c", "*.h", "*.sh", "*.py", "run", ".ci/run"):
        if LICENCE not in "\n".join((ROOT / file).read_text().splitlines()[:30]):
            yield f"{file}: no SPDX line"


def check_scripts():
    return run("shellcheck", "--severity=info", *ours("*.sh", "run", ".ci/run")).stdout.splitlines()


def check_docs():
    """Every file that a document links to is there. Code blocks are run by tests/docs."""
    for document in ours("*.md"):
        for link in re.findall(r"\]\(([^)#: ]+)", (ROOT / document).read_text()):
            if not (ROOT / os.path.dirname(document) / link).exists():
                yield f"{document}: {link} is not there"
