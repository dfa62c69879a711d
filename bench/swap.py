"""Flash work of a swap, counted. SPDX-License-Identifier: Apache-2.0"""

from tools import host_program, run


def section():
    return "## Flash work of a swap\n\n" + run(host_program("bench_swap")) + """
Limit: both images once, in whole sectors, and the trailers. Method: the bootloader's own code on
simulated flash that counts (`bench/bench_swap.c`); the reference's figures were counted the same way.
"""
