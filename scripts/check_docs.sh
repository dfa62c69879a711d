#!/usr/bin/env bash
# check_docs.sh - every C example in README.md and docs/ compiles, every file they link to exists.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/.." || exit
status=0

examples() { awk '/^```c$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$1"; }

for document in README.md CONTRIBUTING.md docs/*.md; do
    if [ -n "$(examples "$document")" ]; then
        examples "$document" | cc -std=c11 -Wall -Wextra -Werror -Iinclude -c -x c -o /dev/null - ||
            { echo "$document: its example does not compile"; status=1; }
    fi
    for link in $(grep -oE '\]\([^)#: ]+\)' "$document" | tr -d '])('); do
        [ -e "$(dirname "$document")/$link" ] ||
            { echo "$document: $link is not there"; status=1; }
    done
done
exit "$status"
