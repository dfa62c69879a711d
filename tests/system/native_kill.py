"""kill -9 of the Linux device, whatever its flash is like: see kill.py.

usage: native_kill.py [--runs N] [--seed N]

SPDX-License-Identifier: Apache-2.0"""

import kill
from native import Device, image
from update import FLASHES, options_of

KIND = kill.Kind(
    name="native", device=lambda luck: Device("1.0.0", *options_of(luck.choice(FLASHES))),
    old=image("1.0.0"), new=image("1.1.0"),
    slow=lambda luck: ("--erase-us", str(luck.choice((0, 200, 1000)))))

if __name__ == "__main__":
    kill.main(KIND, runs=20)
