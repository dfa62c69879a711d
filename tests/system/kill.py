"""kill -9 of a device at random moments of an update, again and again: it always comes back with the
old image or the new one, whole, and an unconfirmed one still goes away by itself.

usage: kill.py DEVICE [--sweep] [--runs N] [--seed N]

SPDX-License-Identifier: Apache-2.0"""

import argparse
import collections
import contextlib
import random
import threading
import time

from device import ATTEMPTS, NEW, OLD
from story import chosen

RESUMED = "boot: the power failed during a swap; going on"


def slots_of(device):
    with contextlib.closing(device.client()) as client:
        return client.slots()


def upload(device):
    with contextlib.closing(device.client()) as client:
        client.upload(device.image("1.1.0"))


def mark(device):
    with contextlib.closing(device.client()) as client:
        client.mark(client.slots()[1]["hash"])


def confirm(device):
    with contextlib.closing(device.client()) as client:
        client.confirm()


# Phase: the flash that it begins with; what must run before the action, and the action (None: the
# start itself is the action, and `ends` says when it is over); what may run after the power is back.
Phase = collections.namedtuple("Phase", "begins runs action ends comes_up")


def trial(device):
    return f"{NEW} on {device.name}, on trial"


def confirmed(device):
    return f"{NEW} on {device.name}, started by"


def phases(device):
    on_trial = trial(device)
    return {
        "upload": Phase("fresh", OLD, upload, None, (OLD,)),
        "mark": Phase("uploaded", OLD, mark, None, (OLD, on_trial)),
        "swap": Phase("marked", None, None, on_trial, (on_trial,)),
        "revert": Phase("used up", None, None, OLD, (OLD,)),
        "confirm": Phase("trial", on_trial, confirm, None, (NEW,)),
    }


def prepare(device):
    """Walk through one update, and keep what the flash holds at each stage."""
    device.start()
    device.keep_flash("fresh")
    upload(device)
    device.keep_flash("uploaded")
    mark(device)
    device.keep_flash("marked")
    device.power_off()
    for number in range(ATTEMPTS):
        device.start(says=trial(device))
        device.power_off()
        device.keep_flash("trial" if number == 0 else "used up")


def duration(device, phase, slow):
    """How long the action takes when nothing fails."""
    if phase.action is not None:
        device.start(*slow, says=phase.runs)
    begin = time.monotonic()
    if phase.action is not None:
        phase.action(device)
    else:
        device.start(*slow, says=phase.ends)
    taken = time.monotonic() - begin
    device.power_off()
    return taken


def perform_and_kill(device, phase, slow, after_s):
    """The action runs in a thread, because it does not come back when the power fails."""
    def act():
        with contextlib.suppress(OSError):
            phase.action(device)

    if phase.action is not None:
        device.start(*slow, says=phase.runs)
        thread = threading.Thread(target=act, daemon=True)
        thread.start()
    else:
        device.power_on(*slow)
    time.sleep(after_s)
    device.power_off()


def check_old(device):
    device.power_off()
    old = device.image("1.0.0")
    assert device.running(len(old)) == old, "the old image is not whole"


def check_new(device):
    new, old = device.image("1.1.0"), device.image("1.0.0")
    assert device.running(len(new)) == new, "the new image is not whole"
    assert device.replaced(len(old)) == old, "the old image is not kept"


def check_update_works(device):
    """Nothing is spoiled: the whole update works from here."""
    assert slots_of(device)[0]["confirmed"], "the old image is not confirmed"
    upload(device)
    mark(device)
    device.power_off()
    device.start(says=trial(device))
    check_new(device)


def check_stays(device):
    for _ in range(ATTEMPTS):
        device.power_off()
        device.start(says=confirmed(device))


def check_reverts(device):
    for _ in range(ATTEMPTS):
        device.power_off()
        device.power_on()
        if device.wait_for(trial(device), OLD) == OLD:
            check_old(device)
            return
    raise AssertionError("it is on trial for ever")


def check(device, phase):
    """The power comes back. Returns in words what happened."""
    device.power_on()
    came_up = device.wait_for(*phase.comes_up)
    resumed = ", swap resumed" if RESUMED in device.console() else ""
    if came_up == OLD:
        check_update_works(device)
        return "old image" + resumed
    check_new(device)
    if slots_of(device)[0]["confirmed"]:
        check_stays(device)
        return "new image, confirmed" + resumed
    check_reverts(device)
    return "new image on trial, reverted" + resumed


def one_run(device, luck, phase):
    slow = luck.choice(device.slow)
    device.use_flash(phase.begins)
    whole_s = duration(device, phase, slow)
    device.use_flash(phase.begins)
    perform_and_kill(device, phase, slow, luck.uniform(0, whole_s))
    return check(device, phase)


def sweep_one_flash(kind, luck, outcomes):
    """One kill in each phase, on one device."""
    with kind(flash=luck.choice(kind.flashes)) as device:
        prepare(device)
        for name, phase in phases(device).items():
            outcomes[f"{name}: {one_run(device, luck, phase)}"] += 1
            device.power_off()


def main():
    kind = chosen()
    parser = argparse.ArgumentParser()
    parser.add_argument("--sweep", action="store_true", help="many runs instead of a few")
    parser.add_argument("--runs", type=int, help="how many")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    arguments = parser.parse_args()
    runs = arguments.runs or kind.kills[arguments.sweep]
    luck = random.Random(arguments.seed)
    print(f"seed {arguments.seed}", flush=True)
    outcomes = collections.Counter()
    while outcomes.total() < runs:
        sweep_one_flash(kind, luck, outcomes)
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:5} killed during {outcome}")
    print(f"{outcomes.total()} kills, every one survived")


if __name__ == "__main__":
    main()
