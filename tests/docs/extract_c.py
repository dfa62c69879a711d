"""The C code of a document, as one file: extract_c.py DOCUMENT FILE. Lines keep their numbers, so the
compiler names the place in the document. SPDX-License-Identifier: Apache-2.0"""

import pathlib
import sys

import blocks


def main(document, file):
    parts = [f'#line {block.line} "{document}"\n{block.text}\n'
             for block in blocks.parse(pathlib.Path(document).read_text()) if block.kind == "c"]
    if not parts:
        sys.exit(f"{document}: there is no C code")
    pathlib.Path(file).write_text("".join(parts))


if __name__ == "__main__":
    main(*sys.argv[1:])
