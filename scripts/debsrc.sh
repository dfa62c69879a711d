#!/usr/bin/env bash
# debsrc.sh FOLDER PACKAGE PIN - put the original source of a distribution package into FOLDER. PIN
# is a line as sha256sum prints it: checksum and file name. No root, and nothing in /etc changes:
# apt works on a private copy of this machine's own sources. Offline when the file is there already.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
mkdir -p "$1"
folder=$(realpath "$1") package=$2
read -r pinned_sha256 file <"$3"

is_pinned() {
    [ -f "$1" ] && [ "$(sha256sum <"$1")" = "$pinned_sha256  -" ]
}

is_pinned "$folder/$file" && exit 0

work=$(mktemp -d "$folder/apt.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial" "$work/got"

# The machine's sources, asked for source packages instead. A pattern that matches nothing counts as none.
shopt -s nullglob
for list in /etc/apt/sources.list.d/*.sources; do
    sed 's/^Types:.*/Types: deb-src/' "$list" >"$work/sources/${list##*/}"
done
for list in /etc/apt/sources.lis[t] /etc/apt/sources.list.d/*.list; do
    sed -n 's/^deb[[:space:]]/deb-src /p' "$list" >"$work/sources/$(basename "$list" .list).list"
done

private_apt() {
    apt-get -qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/sources" \
        -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" \
        -o APT::Get::Only-Source=true -o APT::Sandbox::User="$(id -un)" "$@"
}

# Some of the machine's sources may have no source packages: what apt says matters only if nothing
# came in the end.
echo "debsrc: fetching the source of $package (less than 1 MB)" >&2
private_apt update >"$work/log" 2>&1 || true
(cd "$work/got" && private_apt source --download-only "$package") >>"$work/log" 2>&1 || true

# Another revision of the package has the same original source, perhaps under another name.
for got in "$work/got/$package"_*.orig.tar.*; do
    if is_pinned "$got"; then
        mv "$got" "$folder/$file"
        exit 0
    fi
    echo "debsrc: ${got##*/} is another version: sha256 $(sha256sum <"$got")" >&2
done
cat "$work/log" >&2
cat >&2 <<END
debsrc: the source of $package could not be had. Needed is the file
    $file
    sha256 $pinned_sha256
from any Debian or Ubuntu mirror (source package $package). Put it into $folder.
END
exit 1
