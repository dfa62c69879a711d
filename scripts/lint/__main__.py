"""What the compiler does not check about our own code: ./run lint [CHECK...]. Each check prints what
offends, then pass or fail; the closing line counts them. SPDX-License-Identifier: Apache-2.0"""

import sys

import compiler
import directions
import objects
import text

MODULES = (text, directions, objects, compiler)  # a check is a function check_NAME of one of them
CHECKS = {name.removeprefix("check_"): function for module in MODULES
          for name, function in vars(module).items() if name.startswith("check_")}


def main(names):
    unknown = set(names) - CHECKS.keys()
    if unknown:
        print(f"lint: no check {' '.join(unknown)}; there are: {' '.join(CHECKS)}", file=sys.stderr)
        return 2
    failed = 0
    for name in names or CHECKS:
        offences = list(CHECKS[name]())
        failed += bool(offences)
        print("\n".join([*offences, f"{'FAIL' if offences else 'pass'}  {name}"]), flush=True)
    print(f"{len(names or CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
