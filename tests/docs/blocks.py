"""The code blocks of a Markdown document. SPDX-License-Identifier: Apache-2.0

What stands behind the three backticks says what a block is:

    sh                     commands: run, in order, by one shell for the whole document
    sh background until=X  a second terminal: runs on; what follows waits until it has printed X
    sh not-run=REASON      cannot be run here, for this reason
    output                 what the commands before print: these lines, in this order, perhaps others
    c                      compiled; all blocks of a document together
    cmake                  configured and built in a project that has a program `app`
    text                   a layout, a notation: nothing to run

A block that says nothing, or anything else, is an error: somebody would copy it, and nobody tried it.
"""

import dataclasses
import re
import shlex

KINDS = {"sh", "output", "c", "cmake", "text"}
SH_WORDS = {"background", "until", "not-run"}


@dataclasses.dataclass
class Block:
    kind: str
    words: dict  # what stands behind the kind: {"until": "runs"}
    line: int  # of its first line in the document
    text: str


class Malformed(Exception):
    """The document, not what it describes, is wrong."""


def parse_info(info, line):
    kind, *rest = shlex.split(info) or [""]
    words = dict(word.partition("=")[::2] for word in rest)
    if kind not in KINDS:
        raise Malformed(f"line {line}: a code block has to say what it is: {' '.join(sorted(KINDS))}")
    if set(words) - (SH_WORDS if kind == "sh" else set()):
        raise Malformed(f"line {line}: unknown words behind '{kind}': {' '.join(words)}")
    return kind, words


def parse(text):
    """All blocks of a document; Malformed if one is not closed or does not say what it is."""
    blocks, opened, lines = [], None, []
    for number, line in enumerate(text.splitlines(), 1):
        fence = re.match(r"\s*```(.*)$", line)
        if fence and opened is None:
            opened, lines = (fence[1], number), []
        elif fence:
            kind, words = parse_info(*opened)
            blocks.append(Block(kind, words, opened[1] + 1, "\n".join(lines)))
            opened = None
        elif opened is not None:
            lines.append(line)
    if opened is not None:
        raise Malformed(f"line {opened[1]}: the code block is not closed")
    return blocks


def comparable(line):
    """Hashes and large numbers differ from machine to machine; everything else has to be the same."""
    line = re.sub(r"\b[0-9a-f]{8,128}\b", "HASH", line.rstrip())
    return re.sub(r"\d{3,}(\.\d+)?", "NUMBER", line)


def first_missing(shown, printed):
    """The first line that a document shows and the commands did not print in this order, or None."""
    rest = iter([comparable(line) for line in printed.splitlines()])
    for line in shown.splitlines():
        if line.strip() and comparable(line) not in rest:
            return line
    return None
