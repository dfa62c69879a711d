#!/usr/bin/env bash
# debsrc.sh FOLDER PACKAGE PIN [SUITE] - put the original source of a distribution package into FOLDER.
# PIN has lines as sha256sum prints them, checksum and file name: the archive itself, or the files that
# are wanted of it, which a later revision of the package still has. SUITE: a suite of Debian, for what
# this machine's own has not. No root, and nothing in /etc changes: apt works on a private copy of this
# machine's sources. Offline when the files are there already.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
mkdir -p "$1"
folder=$(realpath "$1") package=$2 pin=$(realpath "$3") suite=${4:-}
mapfile -t names < <(sed 's/^[0-9a-f]*  //' "$pin")

are_pinned() {
    (cd "$1" && sha256sum --check --status "$pin" 2>/dev/null)
}

are_pinned "$folder" && exit 0

work=$(mktemp -d "$folder/apt.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial" "$work/got" "$work/files"

# The machine's sources, asked for source packages instead. A pattern that matches nothing counts as none.
shopt -s nullglob
for list in /etc/apt/sources.list.d/*.sources; do
    sed 's/^Types:.*/Types: deb-src/' "$list" >"$work/sources/${list##*/}"
done
for list in /etc/apt/sources.lis[t] /etc/apt/sources.list.d/*.list; do
    sed -n 's/^deb[[:space:]]/deb-src /p' "$list" >"$work/sources/$(basename "$list" .list).list"
done

# Another suite comes from where this machine has Debian from. A machine of another distribution has
# no such place: then what is wanted has to be put into FOLDER by hand.
if [ -n "$suite" ]; then
    mirror=$(cat "$work"/sources/* | grep -oE 'https?://[^ ]*/debian/?( |$)' | head -1 || true)
    rm -f "$work"/sources/*
    [ -z "$mirror" ] || cat >"$work/sources/suite.sources" <<END
Types: deb-src
URIs: $mirror
Suites: $suite
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
fi

private_apt() {
    apt-get -qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/sources" \
        -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" \
        -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o APT::Get::Only-Source=true -o APT::Sandbox::User="$(id -un)" "$@"
}

# Some of the machine's sources may have no source packages: what apt says matters only if nothing
# came in the end.
echo "debsrc: fetching the source of $package (less than 2 MB)" >&2
private_apt update >"$work/log" 2>&1 || true
(cd "$work/got" && private_apt source --download-only "$package") >>"$work/log" 2>&1 || true

# The archive under the name that is pinned, or what is pinned of its files.
take() {
    case ${names[0]} in
    *.tar.*) mv "$1" "$work/files/${names[0]}" ;;
    *)
        mkdir -p "$work/all"
        tar -xf "$1" -C "$work/all"
        for name in "${names[@]}"; do
            find "$work/all" -type f -name "$name" -exec mv {} "$work/files" \; -quit
        done
        ;;
    esac
}

# Another revision of the package has the same original source, perhaps under another name.
for got in "$work/got/$package"_*.orig.tar.*; do
    take "$got"
    if are_pinned "$work/files"; then
        mv "$work/files"/* "$folder"
        exit 0
    fi
    echo "debsrc: ${got##*/} is another version" >&2
done
cat "$work/log" >&2
cat >&2 <<END
debsrc: the source of $package could not be had. Needed is, by sha256:
$(sed 's/^/    /' "$pin")
from any mirror of Debian${suite:+ $suite} (source package $package). Put it into $folder.
END
exit 1
