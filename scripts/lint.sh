#!/usr/bin/env bash
# lint.sh - what the compiler does not check about our own code. Each check prints what offends, then
# pass or fail; the closing line counts the checks. Run it as ./run lint.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/.." || exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Our files: all that git knows or would take, without test vectors.
ours() {
    git ls-files -co --exclude-standard -- "$@" | grep -v '^tests/vectors/' | while read -r file; do
        [ -f "$file" ] && echo "$file"
    done
}
ours '*.c' '*.h' >"$work/c_files"
cmake -P scripts/rooms.cmake >"$work/rooms"

# Public headers, by the room they belong to.
declare -A room_of=(
    [err]=core [bytes]=core [crc16]=core [base64]=core [cbor]=core [text]=core
    [smp]=smp [console]=smp [msg]=smp [grp_os]=smp [grp_image]=smp
    [crypto]=crypto [flash]=flash [slots]=flash [image]=image [boot]=boot [server]=server
    [client]=client [upload]=client [update]=client
)

# tool NAME: the program of LLVM by that name, of the version that decides here if there is one.
deciding_version=14
tool() {
    command -v "$1-$deciding_version" || command -v "$1" || echo "$1"
}
clang_format=$(tool clang-format) clang_tidy=$(tool clang-tidy)

# Versions of clang-format lay some lines out differently: only one of them can decide.
check_format() {
    local version
    version=$("$clang_format" --version | sed 's/.*version \([0-9]*\).*/\1/') || return 1
    if [ "$version" = "$deciding_version" ]; then
        xargs "$clang_format" --dry-run -Werror <"$work/c_files"
    else
        echo "clang-format $version would change" \
            "$(xargs "$clang_format" --dry-run -Werror <"$work/c_files" 2>&1 | grep -c 'error:')" \
            "lines; not counted, version $deciding_version decides about the layout"
    fi
}

check_function_length() {
    ctags --languages=C --kinds-C=f --fields=+ne -f - -L "$work/c_files" | awk -F'\t' '
        { first = last = 0
          for (i = 4; i <= NF; i++) {
              if ($i ~ /^line:/) first = substr($i, 6)
              if ($i ~ /^end:/) last = substr($i, 5)
          }
          if (last - first + 1 > 70) { print $2 ": " $1 " has " last - first + 1 " lines"; bad = 1 } }
        END { exit bad }'
}

check_file_length() {
    local file limit lines status=0
    while read -r file; do
        case $file in *.h) limit=300 ;; *) limit=600 ;; esac
        lines=$(wc -l <"$file")
        if [ "$lines" -gt "$limit" ]; then
            echo "$file: $lines lines, limit $limit"
            status=1
        fi
    done <"$work/c_files"
    return "$status"
}

check_headers_alone() {
    local header status=0
    for header in include/twin/*.h; do
        echo "#include \"twin/${header##*/}\"" |
            cc -std=c11 -Wall -Wextra -Werror -Iinclude -fsyntax-only -x c - || status=1
    done
    return "$status"
}

check_files_alone() {
    local file status=0
    for file in lib/*/*.c lib/*/*/*.c; do
        cc -std=c11 -Iinclude -c "$file" -o "$work/alone.o" || status=1
    done
    return "$status"
}

# A header that the table above does not know is an offence too: nobody could tell its room.
check_dependencies() {
    local room sources uses file header status=0
    while IFS='|' read -r room sources uses; do
        for file in $(find lib/"$room" -name '*.[ch]') $(headers_of "$room"); do
            while read -r header; do
                case " $room $uses " in
                *" ${room_of[$header]:-unknown} "*) ;;
                *)
                    echo "$file: $room may not use twin/$header.h (${room_of[$header]:-unknown})"
                    status=1
                    ;;
                esac
            done < <(sed -n 's/^#include "twin\/\(.*\)\.h"$/\1/p' "$file")
        done
        for file in $(find lib/"$room" -name '*.c'); do
            case " $sources " in
            *" ${file#lib/"$room"/} "*) ;;
            *)
                echo "$file: not in sources.cmake"
                status=1
                ;;
            esac
        done
    done <"$work/rooms"
    return "$status"
}

headers_of() {
    local header
    for header in "${!room_of[@]}"; do
        if [ "${room_of[$header]}" = "$1" ]; then echo "include/twin/$header.h"; fi
    done
}

# Objects of lib/ ask for five libc functions, the compiler's helpers, each other and BearSSL, and
# hold no variables. Arguments: nm, then the compiler with its options.
freestanding() {
    local nm=$1 file object status=0
    shift
    for file in lib/*/*.c lib/*/*/*.c; do
        object=$work/$(basename "$file").o
        if ! "$@" -std=c11 -Iinclude -I"$work/bearssl" -c "$file" -o "$object"; then
            status=1
            continue
        fi
        "$nm" -u "$object" | awk -v file="$file" '
            $2 !~ /^(memcpy|memmove|memset|memcmp|strlen|__aeabi_[a-z0-9]*|__u?(div|mod|divmod)di[34]|twin_.*|br_.*)$/ {
                print file ": needs " $2; bad = 1 }
            END { exit bad }' || status=1
        "$nm" "$object" | awk -v file="$file" '
            $2 ~ /^[BbCDdGgSs]$/ { print file ": variable " $3; bad = 1 }
            END { exit bad }' || status=1
    done
    return "$status"
}

check_freestanding_host() {
    freestanding nm cc -O2 -fno-stack-protector -fno-pic
}

# BearSSL's headers do not depend on the processor: those of the host serve here.
check_freestanding_arm() {
    mkdir -p "$work/bearssl"
    ln -sf /usr/include/bearssl* "$work/bearssl/"
    freestanding arm-none-eabi-nm arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os
}

check_unique_names() {
    local double
    double=$(basename -a lib/*/*.c lib/*/*/*.c | sort | uniq -d)
    if [ -n "$double" ]; then echo "twice in lib/: $double"; fi
    [ -z "$double" ]
}

# In the leading comment of each source and script.
check_spdx() {
    local file status=0
    for file in $(ours '*.c' '*.h' '*.sh' '*.py' run .ci/run); do
        if ! head -30 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0'; then
            echo "$file: no SPDX line"
            status=1
        fi
    done
    return "$status"
}

check_scripts() {
    local scripts
    mapfile -t scripts < <(ours '*.sh' run .ci/run)
    shellcheck --severity=info "${scripts[@]}"
}

check_docs() {
    scripts/check_docs.sh
}

# Static analysis of the files on standard input; arguments: options, which begin with -p or end
# with -- and the compiler's. One file a run: with several, version 14 sees uninitialised va_lists
# that are none.
tidy() {
    local status=0
    xargs -P "$(nproc)" -I{} "$clang_tidy" --quiet {} "$@" >"$work/tidy.out" 2>"$work/tidy.err" ||
        status=1
    cat "$work/tidy.out"
    grep -v 'warnings\{0,1\} generated\.$' "$work/tidy.err"
    return "$status"
}

# Our files that a build compiles: FOLDER
compiled_in() {
    sed -n "s|^ *\"file\": \"$PWD/\(.*\)\",\{0,1\}\$|\1|p" "$1/compile_commands.json" |
        grep -Ev '^(tests|build)/' | sort -u
}

# The host's files, as they are compiled. Tests go on after a failed check, so the analyser sees
# nonsense in them; they run with sanitizers instead.
check_tidy_host() {
    cmake --preset dev --log-level=WARNING >"$work/cmake.log" || { cat "$work/cmake.log"; return 1; }
    compiled_in build/dev >"$work/tidied"
    tidy -p build/dev <"$work/tidied"
}

# The firmware's own files: those that no build before has.
check_tidy_boards() {
    local file board build status=0
    for file in ports/*/board.cmake; do
        board=${file#ports/} board=${board%/*} build=build/lint/$board
        cmake --preset board -B "$build" -DTWIN_BOARD="$board" --log-level=WARNING \
            >"$work/cmake.log" || { cat "$work/cmake.log"; return 1; }
        # The one option that only gcc knows.
        sed -i 's/ -fno-tree-loop-distribute-patterns//' "$build/compile_commands.json"
        compiled_in "$build" | grep -vxFf "$work/tidied" >"$work/new"
        tidy -p "$build" --extra-arg=--target=arm-none-eabi \
            --extra-arg=-isystem/usr/lib/arm-none-eabi/include <"$work/new" || status=1
        cat "$work/new" >>"$work/tidied"
    done
    return "$status"
}

passed=0 failed=0
for check in format function_length file_length headers_alone files_alone dependencies \
    freestanding_host freestanding_arm unique_names spdx scripts docs tidy_host tidy_boards; do
    if "check_$check"; then
        echo "pass  $check"
        passed=$((passed + 1))
    else
        echo "FAIL  $check"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
