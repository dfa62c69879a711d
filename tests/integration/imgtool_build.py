"""
imgtool_build.py - imgtool as part of a build: cmake/twinslot_sign.cmake in a project of its own, and
imgtool.py. SPDX-License-Identifier: Apache-2.0

    imgtool_build.py IMGTOOL VECTORS
"""
import os
import subprocess
import sys
import tempfile

from checks import check, report

IMGTOOL, VECTORS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
KEY = os.path.join(VECTORS, "keys", "ecdsa-p256.pem")
SHIM = os.path.join(ROOT, "tools", "imgtool", "imgtool.py")
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(firmware LANGUAGES C)
include({root}/cmake/twinslot_sign.cmake)
add_executable(app app.c)
twinslot_sign(app KEY {key} VERSION 1.2.3+4 HEADER_SIZE 0x200 SLOT_SIZE 0x100000 ALIGN 4 PAD_HEADER
  HEX {more} OPTIONS --hex-addr 0x8000 --security-counter auto)
"""


def run(*args, env=None):
    return subprocess.run(args, capture_output=True, text=True, timeout=120,
                          env={**os.environ, **(env or {})})


def configure(more=""):
    with open("CMakeLists.txt", "w", encoding="ascii") as file:
        file.write(PROJECT.format(root=ROOT, key=KEY, more=more))
    return run("cmake", "-S", ".", "-B", "build", "-G", "Ninja", f"-DTWINSLOT_IMGTOOL={IMGTOOL}")


def test_function():
    with open("app.c", "w", encoding="ascii") as file:
        file.write("int main(void)\n{\n    return 0;\n}\n")
    got = configure()
    check(got.returncode == 0, "configure", got.stderr)
    got = run("cmake", "--build", "build")
    check(got.returncode == 0, "build", got.stdout, got.stderr)
    for name in ("app.signed.bin", "app.signed.hex"):
        got = run(IMGTOOL, "verify", "-k", KEY, os.path.join("build", name))
        check(got.returncode == 0 and "1.2.3+4" in got.stdout, name, got.stdout)
    before = os.stat("build/app.signed.bin").st_size
    check(configure("CONFIRM").returncode == 0, "configure again")
    check(run("cmake", "--build", "build", "--clean-first").returncode == 0, "build again")
    check(before < os.stat("build/app.signed.bin").st_size == 0x100000, "CONFIRM fills the slot")
    got = configure("COLOUR red")
    check(got.returncode != 0 and "COLOUR" in got.stderr, "an unknown argument", got.stderr)


def test_shim():
    got = run(sys.executable, SHIM, "version", env={"TWINSLOT_IMGTOOL": IMGTOOL})
    check(got.returncode == 0 and got.stdout == "2.4.0\n", "version", got.stderr)
    got = run(sys.executable, SHIM, "sign", env={"TWINSLOT_IMGTOOL": IMGTOOL})
    check(got.returncode == 2 and "INFILE" in got.stderr, "exit status", got.stderr)
    got = run(sys.executable, SHIM, "version", env={"TWINSLOT_IMGTOOL": "", "PATH": os.getcwd()})
    check(got.returncode == 1 and "no imgtool found" in got.stderr, "not found", got.stderr)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        test_function()
        test_shim()
        os.chdir("/")
    report()


main()
