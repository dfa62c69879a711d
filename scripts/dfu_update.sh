#!/usr/bin/env bash
# dfu_update.sh - update one device: another way to write 'mcumgr update'.
#
# Nothing is decided here: options are passed on, and messages, output and exit code are mcumgr's.
# SPDX-License-Identifier: Apache-2.0
set -u
unset MCUMGR_COMPAT # it changes exit codes

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
  --key FILE           check first that this key (PEM, public or private) signed the image
  --health-check CMD   run this shell command once the new image runs; it fails = not confirmed
  --confirm            keep the new image for good, after the health check if there is one
  --timeout SECONDS    how long the device may take to come back after a restart (default 120)
  --force              tell an application that objects to the restart that you insist
  -h, --help           show this text
Others are those of 'mcumgr update --help', among them -n, --go-back, --allow-downgrade, --json.

Without --confirm the new image runs on trial: after a few restarts the old one comes back by
itself. Run the script again after an interruption: it goes on where the device is.

EXIT CODES: 0 done, 1 the device refused, 2 wrong use, 3 no connection or no answer, 4 the file, the
image or the device's health did not pass, 130 interrupted.

mcumgr is taken from MCUMGR, from beside this script, from ../build/bin, or from PATH.
END
}

wrong_use() {
    printf '%s\n' "$NAME: $*" "Try '$NAME --help'." >&2
    exit 2
}

# set_once OPTION VARIABLE VALUE: one device at a time, and no value that somebody's unset variable
# left empty.
set_once() {
    [ -z "${!2}" ] || wrong_use "$1 is given twice: one device at a time"
    [ -n "$3" ] || wrong_use "$1 needs a value"
    printf -v "$2" '%s' "$3"
}

port='' baud='' conn='' conntype='' connstring=''
options=()

while [ $# -gt 0 ]; do
    word=$1
    case $word in
    --port=* | --baud=* | --conn=* | --conntype=* | --connstring=* | --timeout=*)
        set -- "${word%%=*}" "${word#*=}" "${@:2}"
        continue
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    --port | --baud | -c | --conn | --conntype | --connstring)
        [ $# -ge 2 ] || wrong_use "$word needs a value"
        name=${word#--}
        set_once "$word" "${name/#-c/conn}" "$2"
        shift
        ;;
    --key | --health-check) # its value is nobody's option
        [ $# -ge 2 ] || wrong_use "$word needs a value"
        options+=("$word" "$2")
        shift
        ;;
    --timeout) # mcumgr's own --timeout is for one answer
        [ $# -ge 2 ] || wrong_use "$word needs a value"
        options+=(--wait "$2")
        shift
        ;;
    --)
        options+=("$@")
        break
        ;;
    *) options+=("$word") ;;
    esac
    shift
done

if [ -n "$port" ]; then
    [ -z "$conn$conntype$connstring" ] || wrong_use '--port cannot be combined with other connections'
    case $port in
    *,*) wrong_use "the name of a port cannot have a comma: '$port'" ;;
    esac
    conntype=serial
    connstring=dev=$port,baud=${baud:-115200}
elif [ -n "$baud" ]; then
    wrong_use '--baud goes with --port'
fi
[ -n "$conn$conntype" ] || wrong_use 'which device? Give --port DEV, or another CONNECTION'

mcumgr=${MCUMGR:-$HERE/mcumgr}
[ -x "$mcumgr" ] || [ -n "${MCUMGR:-}" ] || mcumgr=$HERE/../build/bin/mcumgr
[ -x "$mcumgr" ] || mcumgr=$(command -v mcumgr) ||
    wrong_use 'mcumgr is neither beside this script nor in ../build/bin nor on PATH: build it first'

exec "$mcumgr" ${conn:+--conn "$conn"} ${conntype:+--conntype "$conntype"} \
    ${connstring:+--connstring "$connstring"} update ${options[@]+"${options[@]}"}
