#!/usr/bin/env bash
# dfu_update.sh - update one device: check, upload, test, reset, wait, verify, confirm.
#
# Every step has its own message and exit code (see --help); no step is skipped silently, and a
# device is never touched before the file has been checked.
# SPDX-License-Identifier: Apache-2.0
set -u
unset MCUMGR_COMPAT # the exit codes of mcumgr are needed here

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
NAME=$(basename "$0")

usage() {
    cat <<END
Usage: $NAME FILE CONNECTION [OPTIONS]

Updates the device at CONNECTION with the signed image FILE and checks by its hash that it runs.

CONNECTION, one of
  --port DEV [--baud N]             a serial port; N is 115200 if not given
  --conntype TYPE --connstring TEXT as for mcumgr: serial or udp
  -c, --conn NAME                   a profile saved with 'mcumgr conn add'

OPTIONS
  --key FILE           also check the signature with this key (PEM, public or private)
  --health-check CMD   run this shell command once the new image runs; it fails = not healthy
  --confirm            keep the new image for good, after the health check if there is one
  --timeout SECONDS    how long the device may take to come back after its reset (default 120)
  --force              reset even if the application objects
  -h, --help           show this text

Without --confirm the new image runs on trial: after a few restarts the old one comes back by
itself. Run the script again after an interruption: it goes on where the device is.

EXIT CODES: 0 done, 2 wrong use, 130 interrupted; otherwise two digits: the first is the step, the
second the kind of failure (1 the device refused, 2 wrong use, 3 no connection, 4 not verified).
  1x  asking the device what runs        11 13
  2x  checking the file                  22 24
  3x  uploading                          31 33 34
  4x  marking the image for test         41 43
  5x  resetting                          51 53
  6x  waiting for the device             63
  7x  verifying that the new image runs  74
  8x  the health check                   84
  9x  confirming                         91 93 94

mcumgr and imgtool are taken from MCUMGR and IMGTOOL, from ../build/bin, or from PATH.
END
}

say() { printf '%s\n' "$*" >&2; }

# fail CODE TEXT...: the end.
fail() {
    local code=$1
    shift
    say "$NAME: $*"
    exit "$code"
}

wrong_use() {
    say "$NAME: $*"
    say "Try '$NAME --help'."
    exit 2
}

# find_tool NAME: print where it is.
find_tool() {
    if [ -x "$HERE/../build/bin/$1" ]; then
        printf '%s\n' "$HERE/../build/bin/$1"
    else
        command -v "$1"
    fi
}

# ---- Options ----

file='' key='' health='' confirm=no timeout=120
port='' baud=115200
connection=()
reset_options=()

parse_options() {
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --confirm) confirm=yes ;;
        --force) reset_options=(--force) ;;
        --port | --baud | --key | --health-check | --timeout | --conntype | --connstring | \
            --conn | -c)
            [ $# -ge 2 ] || wrong_use "$1 needs a value"
            take_value "$1" "$2"
            shift
            ;;
        -*) wrong_use "unknown option $1" ;;
        *)
            [ -z "$file" ] || wrong_use "more than one file: '$file' and '$1'"
            file=$1
            ;;
        esac
        shift
    done
}

take_value() {
    case $1 in
    --port) port=$2 ;;
    --baud) baud=$2 ;;
    --key) key=$2 ;;
    --health-check) health=$2 ;;
    --timeout) timeout=$2 ;;
    *) connection+=("$1" "$2") ;;
    esac
}

check_options() {
    [ -n "$file" ] || wrong_use 'which FILE?'
    case $timeout in
    '' | *[!0-9]*) wrong_use "--timeout needs a number of seconds, not '$timeout'" ;;
    esac
    if [ -n "$port" ]; then
        [ ${#connection[@]} -eq 0 ] || wrong_use '--port cannot be combined with other connections'
        connection=(--conntype serial --connstring "dev=$port,baud=$baud")
    fi
    [ ${#connection[@]} -gt 0 ] || wrong_use 'which device? Give --port DEV, or another CONNECTION'
}

find_tools() {
    mcumgr=${MCUMGR:-$(find_tool mcumgr)}
    imgtool=${IMGTOOL:-$(find_tool imgtool)}
    [ -n "$mcumgr" ] || fail 2 "mcumgr is not on PATH and not in ../build/bin: build it first"
    [ -n "$imgtool" ] || fail 2 "imgtool is not on PATH and not in ../build/bin: build it first"
}

# ---- The device ----

device() { "$mcumgr" "${connection[@]}" "$@"; }

# kind CODE: mcumgr's exit code as the second digit of ours.
kind() {
    case $1 in
    1 | 2 | 4) printf '%s\n' "$1" ;;
    130) printf '130\n' ;;
    *) printf '3\n' ;;
    esac
}

# step_failed STEP CODE TEXT...: give up after mcumgr's own message.
step_failed() {
    local step=$1 second
    second=$(kind "$2")
    shift 2
    [ "$second" = 130 ] && fail 130 'interrupted'
    [ "$second" = 2 ] && fail 2 "$*"
    fail "$step$second" "$*"
}

# From 'mcumgr image list' on stdin: a line "HASH VERSION FLAGS..." for each slot.
slots() {
    awk '
        /^ *version:/ { version = $2 }
        /^ *flags:/   { sub(/^ *flags: */, ""); flags = $0 }
        /^ *hash:/    { print $2, version, flags }'
}

# Both read the lines of slots() from stdin.
running() { awk '/ active/ { print $1, $2; exit }'; }
flags_of() { awk -v hash="$1" '$1 == hash { $1 = $2 = ""; print; exit }'; }

# ---- Steps ----

# The hash under which the device lists the image is what the file's own hash TLV says.
check_file() {
    local output
    say "Checking $file"
    [ -r "$file" ] || fail 22 "cannot read the file $file"
    if [ -n "$key" ] && [ ! -r "$key" ]; then
        fail 22 "cannot read the key $key"
    fi
    if ! output=$("$imgtool" verify ${key:+-k "$key"} "$file" 2>&1); then
        say "$output"
        fail 24 "$file is refused: not a signed image, damaged, or signed with another key." \
            'The device was not touched'
    fi
    if [ -z "$key" ] && ! "$imgtool" dumpinfo "$file" | grep -qE 'type: (RSA|ECDSA|ED25519)'; then
        fail 24 "$file is not signed: its bootloader would refuse it. Sign it with 'imgtool sign" \
            "--key'. The device was not touched"
    fi
    hash=$(awk '/^Image digest:/ { print $3 }' <<<"$output")
    version=$(awk '/^Image version:/ { print $3 }' <<<"$output")
    [ -n "$hash" ] || fail 24 "$file has no hash, so the device could not be checked by it"
    say "  version $version, hash $hash"
    [ -n "$key" ] || say '  signature not checked here (no --key); the bootloader will check it'
}

look() {
    local list code
    say 'Asking the device what runs'
    list=$(device image list)
    code=$?
    [ $code -eq 0 ] || step_failed 1 $code 'the device could not be asked; nothing was changed'
    list=$(slots <<<"$list")
    say "  $(running <<<"$list" | awk '{ print "version " $2 ", hash " $1 }')"
    standing=$(flags_of "$hash" <<<"$list")
}

upload() {
    local code
    say "Uploading $file"
    device image upload "$file" >/dev/null
    code=$?
    [ $code -eq 0 ] ||
        step_failed 3 $code 'the upload did not complete; the running firmware was not touched.' \
            'Run the same command again to go on'
}

mark() {
    local code
    say 'Marking the image for test'
    device image test "$hash" >/dev/null
    code=$?
    [ $code -eq 0 ] ||
        step_failed 4 $code 'the image could not be marked; the running firmware was not touched'
}

reset() {
    local code
    say 'Resetting the device'
    device reset ${reset_options[@]+"${reset_options[@]}"} >/dev/null
    code=$?
    [ $code -eq 0 ] ||
        step_failed 5 $code 'the device was not reset. The image is marked: it is tested at the' \
            'next restart'
}

# Poll until the device answers and the swap is over. Its silence meanwhile is no error.
wait_for_device() {
    local list code
    local end=$((SECONDS + timeout))
    say "Waiting up to $timeout s for the device to come back"
    while [ $SECONDS -lt $end ]; do
        sleep 1
        list=$(device -t 2 image list 2>/dev/null)
        code=$?
        [ $code -eq 130 ] && fail 130 'interrupted'
        [ $code -eq 0 ] || continue
        list=$(slots <<<"$list")
        standing=$(flags_of "$hash" <<<"$list")
        case " $standing " in
        *' pending '*) continue ;; # it has not restarted yet
        esac
        verify "$list"
        return
    done
    fail 63 "the device did not come back with the new image within $timeout s." \
        'Look at it, then run the same command again: it goes on where the device is'
}

verify() {
    say "  running: $(running <<<"$1" | awk '{ print "version " $2 ", hash " $1 }')"
    case " $standing " in
    *' active '*) say 'Verified: the new image runs' ;;
    *)
        fail 74 'the device came back, but not with the new image: its bootloader refused it or' \
            'took it back. Is it signed with the right key, is its version allowed?'
        ;;
    esac
}

check_health() {
    [ -n "$health" ] || return 0
    say "Health check: $health"
    bash -c "$health" ||
        fail 84 'the health check failed; the image was not confirmed. The old firmware comes' \
            "back after a few restarts ('mcumgr reset' each), or at once if the device decides so"
    say '  passed'
}

confirm() {
    local list code
    say 'Confirming the image'
    list=$(device image confirm "$hash")
    code=$?
    [ $code -eq 0 ] ||
        step_failed 9 $code 'the new image runs, but was not confirmed: without that the old one' \
            'comes back after a few restarts'
    case " $(slots <<<"$list" | flags_of "$hash") " in
    *' active confirmed '*) ;;
    *) fail 94 "the device did not confirm the image: 'mcumgr image list' shows what it does" ;;
    esac
}

# ---- From file to running firmware ----

trap 'fail 130 "interrupted; run the same command again to go on where the device is"' INT TERM

parse_options "$@"
check_options
find_tools
check_file
look

case " $standing " in
*' active '*) say 'The new image runs already' ;;
*' pending '*)
    say 'The new image is marked already'
    reset
    wait_for_device
    ;;
*)
    upload
    mark
    reset
    wait_for_device
    ;;
esac

check_health
if [ $confirm = yes ]; then
    confirm
    say "Done: version $version runs for good"
    exit 0
fi
case " $standing " in
*' confirmed '*) say "Done: version $version runs for good" ;;
*)
    say "Done: version $version runs on trial. To keep it:"
    say "  $mcumgr ${connection[*]} image confirm $hash"
    say 'Otherwise the old firmware comes back after a few restarts'
    ;;
esac
