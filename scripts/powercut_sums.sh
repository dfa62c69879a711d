#!/usr/bin/env bash
# What the parts of ./run powercut have found, for each mode: FOLDER. Fails if one found a failure, or
# did not come to its end.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
shopt -s inherit_errexit

awk '
FNR == 1 { split(FILENAME, part, "/"); mode = part[length(part)]; sub(/^[a-z]*\./, "", mode); sub(/\.[0-9]*$/, "", mode)
           parts++ }
/^power cuts:/ { cuts[mode] += $3; pairs[mode] += $5; bad[mode] += $8; ends++ }
/^faults of the flash:/ { faults[mode] += $5; bad[mode] += $7; ends++ }
/^random contents:/ { contents += $3; bad[mode] += $8; cuts[mode] += 0; points += $3; ends++ }
/ points, .* recovered, .* stopped$/ { kind = $0; sub(/  +[0-9]+ points.*/, "", kind); n = $0
    sub(/.*  +/, "", n); match($0, /[0-9]+ points/); tried[kind] += substr($0, RSTART) + 0
    match($0, /[0-9]+ recovered/); helped[kind] += substr($0, RSTART) + 0
    match($0, /[0-9]+ stopped/); stopped[kind] += substr($0, RSTART) + 0 }
END {
    for (kind in tried) {
        printf "%-60s %8d points, %6d recovered, %6d stopped\n", kind, tried[kind], helped[kind], stopped[kind] | "sort"
    }
    close("sort")
    for (mode in cuts) {
        printf "%-18s %8d cuts, %8d pairs, %8d faults, %d failures\n", mode, cuts[mode], pairs[mode], faults[mode], bad[mode] | "sort"
        points += cuts[mode] + pairs[mode] + faults[mode]
        all_bad += bad[mode]
    }
    close("sort")
    printf "%d random contents\n", contents
    printf "%d points, %d failures%s\n", points, all_bad, ends < parts ? "; " parts - ends " parts did not end" : ""
    exit all_bad != 0 || points == 0 || ends < parts
}' "$1"/*
