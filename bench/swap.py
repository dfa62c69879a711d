"""Flash work of a swap, counted. SPDX-License-Identifier: Apache-2.0"""

from tools import BUILD, cmake, run


def section():
    folder = cmake("release", "host", "-DTWIN_TESTS=ON", f"-DTWIN_BIN_DIR={BUILD}/bench/host/bin",
                   target="bench_swap")
    return "## Flash work of a swap\n\n" + run(folder / "bin" / "bench_swap") + """
Limit: both images once, in whole sectors, and the trailers. Method: the bootloader's own code on
simulated flash that counts (`bench/bench_swap.c`); the reference's figures were counted the same way.
"""
