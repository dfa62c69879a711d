#!/usr/bin/env bash
# setup.sh PART... - install what the named parts of the build need, from the distribution (Debian 12
# or newer, Ubuntu 24.04 or newer). Says first what that is and how large. Does nothing, and needs no
# network, when it is all there.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A packages=(
    [host]="cmake ninja-build gcc libc6-dev pkg-config libssl-dev libjansson-dev liblzma-dev
            libp11-kit-dev libbearssl-dev"
    [board]="gcc-arm-none-eabi libnewlib-arm-none-eabi"
    [emulator]="qemu-system-arm"
    [test]="python3 openssl softhsm2 zlib1g-dev clang libclang-rt-dev gcc-s390x-linux-gnu
            libc6-dev-s390x-cross qemu-user"
    [bench]="python3 openssl"
    [lint]="git python3 clang-format clang-tidy universal-ctags shellcheck"
)

# Packages that are wanted for one command, which may have been installed by other means.
declare -A command_of=([git]=git [cmake]=cmake [ninja-build]=ninja [openssl]=openssl
    [shellcheck]=shellcheck)

is_there() {
    if [ -n "${command_of[$1]:-}" ] && command -v "${command_of[$1]}" >/dev/null; then
        return 0
    fi
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# What apt says of an installation before it does it: packages, bytes to fetch and to keep.
announce() {
    local plan count
    plan=$(LC_ALL=C apt-get install --assume-no --no-install-recommends "$@" 2>/dev/null || true)
    count=$(sed -n 's/.* \([0-9]*\) newly installed.*/\1/p' <<<"$plan")
    echo "setup: needed, and not here: $*" >&2
    echo "setup: ${count:-?} packages with what they need themselves." \
        "$(grep -E '^(Need to get|After this operation)' <<<"$plan" | tr '\n' ' ')" >&2
}

wanted=()
for part; do
    # Word splitting is the point: each entry is a list.
    # shellcheck disable=SC2206
    wanted+=(${packages[$part]})
done

if ! command -v dpkg-query >/dev/null; then
    echo "setup: not a Debian or Ubuntu system; these must be there: ${wanted[*]}" >&2
else
    missing=()
    for package in "${wanted[@]}"; do
        is_there "$package" || missing+=("$package")
    done
    if [ "${#missing[@]}" -gt 0 ]; then
        root=()
        [ "$(id -u)" -eq 0 ] || root=(sudo)
        if [ "${#root[@]}" -gt 0 ] && ! command -v sudo >/dev/null; then
            echo "setup: there is no sudo; run this as root once: apt-get install ${missing[*]}" >&2
            exit 1
        fi
        "${root[@]}" apt-get -qq update >&2
        announce "${missing[@]}"
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq install --no-install-recommends "${missing[@]}" >&2
    fi
fi

# Cryptography that some kinds of bootloader prefer, or need: without it P-256 is BearSSL's, larger and
# slower, and Ed25519 cannot be chosen. What could not be had is asked for again a day later.
# TWIN_BEARSSL_ONLY=1: do not ask.
optional() {
    local failed=.cache/$1.failed
    if [ -n "${TWIN_BEARSSL_ONLY:-}" ] || [ -n "$(find "$failed" -mtime -1 2>/dev/null)" ]; then
        return 0
    fi
    rm -f "$failed"
    if ! scripts/debsrc.sh .cache "$2" "cmake/$1.sha256" "${@:4}"; then
        touch "$failed"
        echo "setup: going on without $1: $3 (cmake/verifiers.cmake)" >&2
    fi
}

# The bootloader's cryptography is compiled for the board from the distribution's source package.
case " $* " in
*" board "*)
    scripts/debsrc.sh .cache bearssl cmake/bearssl.sha256
    optional p256m mbedtls "P-256 bootloaders are larger" trixie
    optional tinyssh tinyssh "no Ed25519 bootloaders"
    optional 7zip 7zip "no bootloaders that take compressed images"
    ;;
esac
