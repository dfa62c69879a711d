"""For tests that go on when a check fails: they end with report(). SPDX-License-Identifier: Apache-2.0"""

import collections
import sys

counts = collections.Counter(checks=0, failed=0)  # and what else a test counts


def check(good, what, *details):
    """Count it; tell when it is not good. Returns `good`."""
    counts["checks"] += 1
    if not good:
        counts["failed"] += 1
        print("FAILED:", what, *details, file=sys.stderr)
    return good


def report():
    """Print the numbers and leave with the exit status."""
    for what, number in counts.items():
        print(f"{number:5} {what}")
    sys.exit(counts["failed"] > 0 or counts["checks"] == 0)
