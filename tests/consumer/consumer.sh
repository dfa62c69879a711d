#!/usr/bin/env bash
# consumer.sh FOLDER install, then FOLDER find_package|pkg_config|add_subdirectory|sources: build the
# programs of this folder as somebody would who uses the library, and run them. FOLDER is for what
# is made; what is installed stands in FOLDER/tree. SPDX-License-Identifier: Apache-2.0
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=$1 way=$2
work=$folder/$way
tree=$folder/tree
programs=(server bootloader client)
host_programs=(gateway signer)
strict=(-std=c11 -Wall -Wextra -Wpedantic -Werror)
rm -rf "${work:?}"
mkdir -p "$work"

fail() {
    echo "consumer: $*" >&2
    exit 1
}

# Each says what it did; its exit status says whether that was right: FOLDER PROGRAM...
run_programs() {
    local from=$1 program
    shift
    for program; do
        "$from/$program" || fail "$program: exit status $?"
    done
}

configure() {
    cmake -G Ninja --log-level=WARNING "$@" >/dev/null
}

# The libraries and the programs that are installed, without the firmware that a whole build makes.
# Packaged into a folder first, then moved: nothing may depend on where it was put.
way_install() {
    local build=$folder/build targets
    configure -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release
    mapfile -t targets < <(cd "$root/lib" && printf 'twin_%s\n' *)
    cmake --build "$build" --target imgtool mcumgr host_session host_signing "${targets[@]}"
    DESTDIR=$work cmake --install "$build" --prefix /opt/first >/dev/null
    rm -rf "$tree"
    mv "$work/opt/first" "$tree"
    if grep -rIl -e "$root" -e "$folder" -e /opt/first "$tree/lib" "$tree/include"; then
        fail 'these files know where they were made'
    fi
    check_tree
}

check_tree() {
    local file
    for file in include/twin/server.h share/doc/twinslot/README.md share/doc/twinslot/LICENSE \
        share/doc/twinslot/docs/mcumgr.md lib/pkgconfig/twinslot.pc; do
        [ -s "$tree/$file" ] || fail "not installed: $file"
    done
    "$tree/bin/imgtool" version
    "$tree/bin/mcumgr" version
    PATH=/usr/bin:/bin "$tree/bin/imgtool.py" version | grep -qx "$("$tree/bin/imgtool" version)" ||
        fail 'imgtool.py did not run imgtool'
    # It is mcumgr that misses the file; the script has not looked at it.
    { PATH=/usr/bin:/bin "$tree/bin/dfu_update.sh" "$work/none.bin" --port /dev/null 2>&1 || true; } |
        grep "could not use the image file" || fail 'dfu_update.sh did not find mcumgr beside it'
}

way_find_package() {
    local key=$work/key.pem
    PATH=/usr/bin:/bin "$tree/bin/imgtool" keygen -t rsa-2048 -k "$key"
    PATH=/usr/bin:/bin configure -S "$here" -B "$work/build" -DCMAKE_PREFIX_PATH="$tree" -DKEY="$key"
    cmake --build "$work/build"
    run_programs "$work/build" "${programs[@]}" "${host_programs[@]}"
    "$tree/bin/imgtool" verify -k "$key" "$work/build/client.signed.bin"
    if configure -S "$here" -B "$work/build" -DCMAKE_PREFIX_PATH="$tree" -DWANTED=99; then
        fail 'version 99 was found'
    fi 2>/dev/null
}

way_pkg_config() {
    local flags program name row
    export PKG_CONFIG_PATH=$tree/lib/pkgconfig
    # Each program with the part, and with the whole.
    for row in server:twinslot-server server:twinslot bootloader:twinslot-boot bootloader:twinslot \
        client:twinslot-client client:twinslot gateway:twinslot-session,twinslot-server \
        signer:twinslot-signing; do
        program=${row%:*} name=${row#*:}
        read -ra flags < <(pkg-config --cflags --libs "${name//,/ }")
        cc "${strict[@]}" "$here/$program.c" "${flags[@]}" -o "$work/$program"
        "$work/$program" || fail "$program with $name: exit status $?"
    done
    [[ $(pkg-config --libs twinslot-client) != *bearssl* ]] || fail 'a client needs no BearSSL'
}

# What a project takes in that wants the libraries only.
vendored() {
    local name
    mkdir "$work/twinslot"
    for name in CMakeLists.txt sources.cmake cmake include lib; do
        cp -r "$root/$name" "$work/twinslot/"
    done
}

way_add_subdirectory() {
    vendored
    configure -S "$here" -B "$work/build" -DTWINSLOT_FOLDER="$work/twinslot" -DTWINSLOT_HOST=OFF
    cmake --build "$work/build"
    run_programs "$work/build" "${programs[@]}"
    cp -r "$root/host" "$work/twinslot/"
    configure -S "$here" -B "$work/host" -DTWINSLOT_FOLDER="$work/twinslot"
    cmake --build "$work/host"
    run_programs "$work/host" "${programs[@]}" "${host_programs[@]}"
}

way_sources() {
    local program
    vendored
    cd "$work/twinslot"
    for program in "${programs[@]}"; do
        cc "${strict[@]}" -Iinclude lib/*/*.c lib/*/*/*.c "$here/$program.c" -lbearssl -o "$work/$program"
    done
    run_programs "$work" "${programs[@]}"
}

"way_$way"
