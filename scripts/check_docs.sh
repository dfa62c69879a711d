#!/usr/bin/env bash
# check_docs.sh - every file that README.md, CONTRIBUTING.md and docs/ link to exists. Their code
# blocks are run by tests/docs. SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/.." || exit
status=0

for document in README.md CONTRIBUTING.md docs/*.md; do
    for link in $(grep -oE '\]\([^)#: ]+\)' "$document" | tr -d '])('); do
        [ -e "$(dirname "$document")/$link" ] ||
            { echo "$document: $link is not there"; status=1; }
    done
done
exit "$status"
