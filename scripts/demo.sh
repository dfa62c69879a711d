#!/usr/bin/env bash
# The whole story on an emulated board: sign, update, confirm; a bad update that takes itself out;
# a power cut in the middle of a swap. Started by ./run demo [rsa2048|p256], after the build.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/.."

signature=${1:-rsa2048}
case $signature in
rsa2048) key_type=rsa-2048 ;;
p256) key_type=ecdsa-p256 ;;
*) echo "usage: ./run demo [rsa2048|p256]" >&2; exit 2 ;;
esac

bin=$PWD/build/bin
work=$(mktemp -d "${TMPDIR:-/tmp}/twin-demo-XXXXXX")
firmware=$work/firmware
key=$work/demo-key.pem
link=$work/board
console=$work/console.log
board_pid=
results=()

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
note() { printf '   %s\n' "$*"; }
fail() {
    printf '\nDEMO FAILED: %s\n' "$*" >&2
    [ -s "$console" ] && { echo '--- last lines of the board:' >&2; tail -n 20 "$console" >&2; }
    exit 1
}
if [ ! -t 1 ]; then say() { printf '\n%s\n' "$*"; }; fi

# Pull the plug: nothing on the board is told.
power_off() {
    if [ -n "$board_pid" ]; then
        kill -KILL "$board_pid" 2>/dev/null || true
        wait "$board_pid" 2>/dev/null || true
        board_pid=
    fi
}

cleanup() {
    power_off
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

power_on() {
    : > "$console"
    "$bin/twinslot-board" --flash "$work/flash.bin" --pty "$link" \
        --bootloader "$firmware/bootloader.bin" --image "$firmware/monitor-1.0.0.bin" \
        --console "$console" "$@" </dev/null &
    board_pid=$!
}

# Wait until the console has said this often enough: TEXT [TIMES]
wait_for() {
    local deadline=$((SECONDS + 30))
    until [ "$(grep -c -F "$1" "$console")" -ge "${2:-1}" ]; do
        [ $SECONDS -lt $deadline ] || fail "the board did not say \"$1\" (${2:-1} times)"
        sleep 0.05
    done
}

mcumgr() { "$bin/mcumgr" --conntype serial --connstring "dev=$link" "$@"; }

# Does the device run this version, with these flags? VERSION FLAGS
runs() {
    mcumgr image list | awk -v version="$1" -v flags="$2" '
        /slot=0/ { here = 1 } /slot=1/ { here = 0 }
        here && $1 == "version:" { v = $2 }
        here && $1 == "flags:" { f = $0; sub(/^ *flags: */, "", f); sub(/ *$/, "", f) }
        END { exit !(v == version && f == flags) }' ||
        fail "the device does not run $1 ($2): $(mcumgr image list)"
}

show_console() { grep -F 'boot:' "$console" | tail -n "${1:-6}" | sed 's/^/   | /'; }

passed() { results+=("$1|$2"); }

say "1. A key, and firmware signed with it"
"$bin/imgtool" keygen -k "$key" -t "$key_type"
note "made a throw-away $key_type key; its public half goes into the bootloader"
cmake --preset board -B "$PWD/build/demo" --log-level=ERROR -DTWIN_KEY="$key" \
    -DTWIN_FIRMWARE_DIR="$firmware" -DCONFIG_TWIN_SIGNATURE="$signature" >/dev/null || fail "the firmware could not be configured"
cmake --build "$PWD/build/demo" >"$work/build.log" 2>&1 || { cat "$work/build.log"; fail "the build"; }
"$bin/imgtool" verify -k "$key" "$firmware/monitor-1.1.0.bin" | sed 's/^/   | /'
passed "sign" "$(stat -c %s "$firmware/monitor-1.1.0.bin") bytes, $key_type, verified"

say "2. The board starts with 1.0.0"
power_on
wait_for "monitor 1.0.0 runs"
show_console 2
[ "$(mcumgr echo hello)" = hello ] || fail "the board does not answer"
note "it answers: hello"

say "3. Update to 1.1.0, over the serial line"
scripts/dfu_update.sh --port "$link" --key "$key" --confirm "$firmware/monitor-1.1.0.bin" 2>&1 |
    sed 's/^/   | /' || fail "the update"
runs 1.1.0 "active confirmed"
passed "update 1.0.0 -> 1.1.0" "uploaded, swapped, verified by hash, confirmed"

say "4. An update that faults as soon as it starts"
if scripts/dfu_update.sh --port "$link" --key "$key" "$firmware/monitor-1.2.0-faults.bin" \
    >"$work/bad.log" 2>&1; then
    fail "the faulting update was reported as good"
fi
tail -n 3 "$work/bad.log" | sed 's/^/   | /'
grep -q -F "was taken out again after 3 starts" "$work/bad.log" || fail "the update does not say why"
wait_for "on trial, start 3 of 3"
wait_for "back to the old firmware" 2
show_console 8
runs 1.1.0 "active confirmed"
starts=$(grep -c -F "starting 1.2.0, on trial" "$console")
[ "$starts" -eq 3 ] || fail "$starts starts of the bad image, not 3"
passed "update that faults" "$starts failed starts, then 1.1.0 came back by itself"

say "5. The power fails in the middle of a swap"
mcumgr image upload "$firmware/monitor-1.2.0-unconfirmed.bin" >"$work/upload.log" 2>&1 ||
    fail "the upload: $(tail -n 1 "$work/upload.log")"
note "$(tail -n 1 "$work/upload.log")"
hash=$("$bin/imgtool" verify -k "$key" "$firmware/monitor-1.2.0-unconfirmed.bin" | awk '/digest/ { print $NF }')
mcumgr image test "$hash" >/dev/null || fail "the mark"
power_off
note "marked for test; the next start swaps it in, and the power is cut after 8000 words of flash"
power_on --cut 8000
status=0
wait "$board_pid" || status=$?
board_pid=
[ "$status" -eq 10 ] || fail "the power was not cut (exit status $status)"
show_console 2
power_on
wait_for "monitor 1.2.0 runs"
show_console 4
runs 1.2.0 "active"
passed "power cut in a swap" "went on where it was cut; 1.2.0 runs on trial"

say "6. Nobody confirms it: the power goes away and comes back"
for start in 2 3; do
    power_off
    power_on
    wait_for "on trial, start $start of 3"
done
power_off
power_on
wait_for "monitor 1.1.0 runs"
show_console 4
runs 1.1.0 "active confirmed"
passed "update nobody confirmed" "1.1.0 came back after 3 starts"

say "What was shown"
printf '   %-26s %s\n' "step" "result"
printf '   %-26s %s\n' "----" "------"
for result in "${results[@]}"; do
    printf '   %-26s %s\n' "${result%%|*}" "${result#*|}"
done
