"""Flash work of an update, counted. SPDX-License-Identifier: Apache-2.0"""

from tools import host_program, run


def section():
    return "## Flash work of an update\n\n" + run(host_program("bench_swap")) + """
Limit of swap-offset: 198 erases and 804,000 bytes, which is both images once, in whole sectors, and the
trailers. Method: the bootloader's own code on
simulated flash that counts (`bench/bench_swap.c`); the reference's figures were counted the same way.
"""
