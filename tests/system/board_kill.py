"""kill -9 of the emulator: see kill.py.

usage: board_kill.py [--runs N] [--seed N]

SPDX-License-Identifier: Apache-2.0"""

import kill
from board import Board, firmware

KIND = kill.Kind(name="mps2-an386", device=lambda luck: Board(), old=firmware("monitor-1.0.0"),
                 new=firmware("monitor-1.1.0"), slow=lambda luck: ())

if __name__ == "__main__":
    kill.main(KIND, runs=5)
