"""kill -9 of a device at random moments of an update, again and again: it always comes back with the
old image or the new one, whole, and an unconfirmed one still goes away by itself.

For any kind of device: native_kill.py and board_kill.py say which. SPDX-License-Identifier: Apache-2.0"""

import argparse
import collections
import contextlib
import random
import shutil
import threading
import time

ATTEMPTS = 3
OLD, NEW = "monitor 1.0.0 runs", "monitor 1.1.0 runs"
RESUMED = "boot: the power failed during a swap; going on"

# name: as it calls itself; device(luck): a new one, with the old image; old, new: the bytes of the
# images; slow(luck): options for power_on() that make its flash slow.
Kind = collections.namedtuple("Kind", "name device old new slow")
kind = None  # set by main()


def start(device, text, *options):
    device.power_on(*options)
    device.wait_for(text)


def client_of(device):
    return contextlib.closing(device.client())


def slots_of(device):
    with client_of(device) as client:
        return client.slots()


def upload(device):
    with client_of(device) as client:
        client.upload(kind.new)


def mark(device):
    with client_of(device) as client:
        client.mark(client.slots()[1]["hash"])


def confirm(device):
    with client_of(device) as client:
        client.confirm()


# Phase: the flash that it begins with; what must run before the action, and the action (None: the
# start itself is the action, and `ends` says when it is over); what may run after the power is back.
Phase = collections.namedtuple("Phase", "begins runs action ends comes_up")


def trial():
    return f"{NEW} on {kind.name}, on trial"


def confirmed():
    return f"{NEW} on {kind.name}, started by"


def phases():
    return {
        "upload": Phase("fresh", OLD, upload, None, (OLD,)),
        "mark": Phase("uploaded", OLD, mark, None, (OLD, trial())),
        "swap": Phase("marked", None, None, trial(), (trial(),)),
        "revert": Phase("used up", None, None, OLD, (OLD,)),
        "confirm": Phase("trial", trial(), confirm, None, (NEW,)),
    }


def prepare(device, keep):
    """Walk through one update; keep(name) stores the flash at each stage."""
    start(device, OLD)
    keep("fresh")
    upload(device)
    keep("uploaded")
    mark(device)
    keep("marked")
    device.power_off()
    for number in range(ATTEMPTS):
        start(device, trial())
        device.power_off()
        keep("trial" if number == 0 else "used up")


def duration(device, phase, slow):
    """How long the action takes when nothing fails."""
    if phase.action is not None:
        start(device, phase.runs, *slow)
    begin = time.monotonic()
    if phase.action is not None:
        phase.action(device)
    else:
        start(device, phase.ends, *slow)
    taken = time.monotonic() - begin
    device.power_off()
    return taken


def perform_and_kill(device, phase, slow, after_s):
    """The action runs in a thread, because it does not come back when the power fails."""
    def act():
        with contextlib.suppress(OSError):
            phase.action(device)

    if phase.action is not None:
        start(device, phase.runs, *slow)
        thread = threading.Thread(target=act, daemon=True)
        thread.start()
    else:
        device.power_on(*slow)
    time.sleep(after_s)
    device.power_off()


def check_old(device):
    device.power_off()
    assert device.slot_bytes(0, len(kind.old)) == kind.old, "the old image is not whole"


def check_new(device):
    assert device.slot_bytes(0, len(kind.new)) == kind.new, "the new image is not whole"
    assert device.slot_bytes(1, len(kind.old)) == kind.old, "the old image is not kept"


def check_update_works(device):
    """Nothing is spoiled: the whole update works from here."""
    assert slots_of(device)[0]["confirmed"], "the old image is not confirmed"
    upload(device)
    mark(device)
    device.power_off()
    start(device, trial())
    check_new(device)


def check_stays(device):
    for _ in range(ATTEMPTS):
        device.power_off()
        start(device, confirmed())


def check_reverts(device):
    for _ in range(ATTEMPTS):
        device.power_off()
        device.power_on()
        if device.wait_for(trial(), OLD) == OLD:
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


def one_run(device, luck, stages, phase):
    slow = kind.slow(luck)
    shutil.copyfile(stages[phase.begins], device.flash)
    whole_s = duration(device, phase, slow)
    shutil.copyfile(stages[phase.begins], device.flash)
    perform_and_kill(device, phase, slow, luck.uniform(0, whole_s))
    return check(device, phase)


def sweep_one_flash(luck, outcomes):
    """One kill in each phase, on one device."""
    with kind.device(luck) as device:
        stages = {}

        def keep(stage):
            stages[stage] = shutil.copyfile(device.flash, device.folder / f"{stage}.bin")

        prepare(device, keep)
        for name, phase in phases().items():
            outcomes[f"{name}: {one_run(device, luck, stages, phase)}"] += 1
            device.power_off()


def main(kind_, runs):
    global kind
    kind = kind_
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=runs)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    arguments = parser.parse_args()
    luck = random.Random(arguments.seed)
    print(f"seed {arguments.seed}", flush=True)
    outcomes = collections.Counter()
    while outcomes.total() < arguments.runs:
        sweep_one_flash(luck, outcomes)
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:5} killed during {outcome}")
    print(f"{outcomes.total()} kills, every one survived")
