"""Can one fault start an image that must not be started?

    faults.py [--elf FILE] [--key FILE] [--jobs N] [--sample N] [KIND...]

Runs the bootloader on the emulated board with each KIND of forged image (forge.py) in the primary
slot. Each instruction that it executes from reset until it rests is skipped: the first time that it
is executed and, in another run, the last time. And wherever a function of ours gets an answer from
another one, each of r0 to r12 is set to 0, 1 and all ones, the first and the last time; those
places are all that follow a call, by the code of the ELF file.

A trial ends when the bootloader rests, faults or resets. The image was started when any byte of it
ran, or was tried to run. Says how many were tried and how many started, which have to be none.

Behind these comes the hand-over: a good image gets there, and its proof is spoiled just before it is
looked at for the last time; then each instruction from there on is skipped, and each register set.
--sample N: only every Nth trial, but all of those that skip one of the last instructions, where it
is decided.

Before that, it looks at the code: the constant that is a proof is compared with, and nothing else
is done with it; else the compiler has put it where a proof was to be passed on (twin/proof.h).
SPDX-License-Identifier: Apache-2.0"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import struct
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(TESTS / "integration"))

import forge
from board import FAULT, FLASH, PC, RAM, RAM_USED, SLOT0, SP, XPSR, Board, Ended, trace
from programs import BUILD

PROVEN = "3c5a96e1"
LONGEST = 400_000_000  # instructions of a whole run, at most
WALK = 10**10  # instructions that the watchdog leaves to a walk, which ends by itself
SETTLED = 60_000  # after so many, the devices are set up, and only RAM and registers change
OPENING = 40  # instructions from there to the store
DECISIVE = 3_000  # instructions at the end of a run of which a sample leaves none out
FEW = 20  # stops at a breakpoint
VALUES = (0, 1, 0xFFFFFFFF)

# Names of functions that are not ours: BearSSL, p256-m, TinySSH, the compiler's and memory.c.
FOREIGN = re.compile("br_|u256_|u288_|m256_|point_|scalar_|ecdsa_m256_|p256_ecdsa_|fe|ge25519|sc25519|"
                     "crypto_|uint32_|mem|__")
# What a proof that is spoiled may be: an error, almost the proof, all ones.
SPOILED = (7, int(PROVEN, 16) ^ 1, 0xFFFFFFFF)
AHEAD, BEHIND = 6, 60  # instructions before the hand-over's look at the proof, and from there on

# One state of the undisturbed run: before the instruction at addr is executed, which is number `at`
# of all. call: the one before it was a call.
Event = collections.namedtuple("Event", "at addr call")


def functions(elf):
    """Yields each function of the program: its name and its lines, [address, instruction, operands]."""
    text = subprocess.run(["arm-none-eabi-objdump", "-d", "--no-show-raw-insn", elf],
                          capture_output=True, text=True, check=True).stdout
    for part in re.split(r"\n(?=[0-9a-f]{8} <)", text)[1:]:
        name = part[part.index("<") + 1 : part.index(">")]
        lines = [line.split("\t") for line in part.splitlines() if re.match(r" *[0-9a-f]+:\t", line)]
        yield name, [[int(line[0].strip(" :"), 16), line[1].strip(), "\t".join(line[2:])]
                     for line in lines]


def misuses(elf):
    """What is done with the constant that is a proof, but comparing with it."""
    found, seen = [], 0
    for name, lines in functions(elf):
        words = {addr for addr, what, operands in lines if what == ".word" and PROVEN in operands}
        for number, (_, what, operands) in enumerate(lines):
            place = re.search(r"^(r\d+|ip|lr), .*@ \(([0-9a-f]+)", operands)
            if not (what.startswith("ldr") and place and int(place[2], 16) in words):
                continue
            seen += 1
            for addr, use, others in lines[number + 1 :]:
                written = re.match(rf"{place[1]}\b", others) and not use.startswith(("cmp", "str"))
                if re.search(rf"\b{place[1]}\b", others) and not use.startswith("cmp"):
                    if not written or re.search(rf",.*\b{place[1]}\b", others):
                        found.append(f"{addr:#x} {name}: {use} {others}")
                if written or use.startswith(("bx", "pop", ".word")):
                    break
    assert seen >= 2, "nothing compares with a proof"
    return found


def calls(elf):
    """Where functions of ours go on after a call."""
    return {after[0] for name, lines in functions(elf) if not FOREIGN.match(name)
            for call, after in zip(lines, lines[1:]) if call[1].split(".")[0] in ("bl", "blx")}


def skip(registers, code):
    """Go on behind the instruction, as if it were a NOP, also inside of an IT block."""
    xpsr, at = registers[XPSR], registers[PC] - FLASH
    state = (xpsr >> 8 & 0xFC) | (xpsr >> 25 & 3)
    state = 0 if state & 7 == 0 else (state & 0xE0) | (state << 1 & 0x1F)
    registers[XPSR] = xpsr & ~0x0600FC00 | (state & 0xFC) << 8 | (state & 3) << 25
    registers[PC] += 4 if code[at + 1] >> 3 >= 0x1D else 2


def events_of(run, code, after_call):
    """The first and the last execution of each instruction, in their order."""
    first, last = {}, {}
    for at, addr in enumerate(run):
        if addr not in last:
            first[addr] = at
        last[addr] = at
    return [Event(at, run[at], run[at] in after_call)
            for at in sorted({*first.values(), *last.values()})
            if at > 0 and run[at] < FLASH + len(code)]


def before_stores(run, elf):
    """How many instructions run before flash is written or erased, if it ever is: what a trial changes
    there is not put back with RAM and registers. The same code decides once more behind it."""
    stores = {lines[0][0] for name, lines in functions(elf)
              if name.startswith(("board_flash_", "nor_write", "nor_erase"))}
    assert stores, "nothing that writes flash is known"
    return min((run.index(addr) - OPENING for addr in stores if addr in run), default=len(run))


def faults_at(event):
    """None: its instruction is skipped; or a register and what it is set to."""
    yield None
    if event.call:
        yield from ((register, value) for register in range(13) for value in VALUES)


class Walk:
    """The undisturbed run, and trials away from it at each of its events."""

    def __init__(self, board, run, events, image_len):
        self.board, self.run, self.events, self.image_len = board, run, events, image_len
        self.at = 0  # the number of the instruction that it stands at
        self.base = max((e for e in events if e.at < SETTLED), key=lambda e: e.at)

    def hits(self, event):
        return self.run[self.at + 1 : event.at + 1].count(event.addr)

    def run_to(self, event):
        hits = self.hits(event)
        here = self.run[self.at] == event.addr  # where a breakpoint would stop it at once
        self.board.break_at(event.addr)
        for hit in range(hits):
            if hit or here:
                self.board.gdb.ask("s")
            self.board.go()
        self.board.break_at(event.addr, False)
        self.at = event.at

    def begin(self):
        self.board.reset()
        while True:
            self.board.watchdog(WALK)
            self.board.gdb.ask("s")  # behind the reset vector, where it stops
            if self.board.is_watched():  # else the reset came only now
                break
        self.at = 1

    def back_to(self, event, state):
        self.begin()
        if event.at > self.base.at:
            self.run_to(self.base)
            self.board.write(RAM, state[1])
            self.board.set_registers(state[0])
            self.at = event.at
        else:
            self.run_to(event)

    def starts(self, registers):
        """Go on with these, to the end: was the image started?"""
        board = self.board
        try:
            board.set_registers(registers)
            board.go_within(2 * (len(self.run) - self.at) + 1_000_000)
            end = board.registers()
            places = [end[PC]]
            if end[PC] == struct.unpack_from("<I", board.bootloader, 4 * FAULT)[0] & ~1:
                if RAM <= end[SP] < RAM + 0x40000 - 32:  # where it was when it faulted
                    places.append(struct.unpack("<I", board.read(end[SP] + 24, 4))[0])
            image = FLASH + SLOT0
            return any(image <= place < image + self.image_len for place in places)
        except Ended:
            board.stop()
            board.start()
            return False

    def trials(self, wanted):
        """Yields an event, a fault at it, and whether that started the image."""
        self.begin()
        passed = []  # events without a trial: a way to one that is executed often before
        for event in self.events:
            faults = [fault for fault in faults_at(event) if wanted(event, fault)]
            if not faults:
                passed.append(event)
                continue
            if self.hits(event) > FEW:
                for before in passed:
                    self.run_to(before)
            passed.clear()
            self.run_to(event)
            state = self.board.registers(), self.board.read(RAM, RAM_USED)
            assert state[0][PC] == event.addr, "two runs are not the same"
            for fault in faults:
                registers = state[0].copy()
                if fault is None:
                    skip(registers, self.board.bootloader)
                else:
                    registers[fault[0]] = fault[1]
                yield event, fault, self.starts(registers)
                self.board.reload()
                self.back_to(event, state)


def control(bootloader, slot):
    """Does the bootloader start a good image, and is that seen?"""
    with Board(bootloader, slot) as board:
        walk = Walk(board, [FLASH] * LONGEST, [Event(1, FLASH, False)], len(slot))
        walk.begin()
        return walk.starts(board.registers())


def shard(bootloader, slot, run, events, sample, number, count):
    """Every count-th trial: how many, and those that started the image."""
    tried, started, seen = 0, [], 0

    def wanted(event, fault):
        nonlocal seen
        if sample > 1 and fault is None and event.at >= len(run) - DECISIVE:
            return event.at % count == number
        seen += 1
        return seen % (count * sample) == number

    with Board(bootloader, slot) as board:
        for event, fault, did in Walk(board, run, events, len(slot)).trials(wanted):
            tried += 1
            if did:
                started.append((event, fault))
    return tried, started


def proof_loads(elf):
    """Where the function that hands over loads the constant to compare the proof with."""
    for _, lines in functions(elf):
        if any(what == "msr" for _, what, _ in lines):
            words = {addr for addr, what, operands in lines if what == ".word" and PROVEN in operands}
            yield from (addr for addr, what, operands in lines if what.startswith("ldr")
                        and any(f"({word:x} " in operands for word in words))


def hand_over(bootloader, slot, elf, spoiled):
    """The hand-over of a good image whose proof is spoiled when it is about to be looked at: each
    instruction from there on is skipped, and each register set. Yields as Walk.trials()."""
    loads = set(proof_loads(elf))
    assert loads, "nothing looks at a proof before an image is started"
    run = trace(bootloader, slot, LONGEST)
    look = max(at for at, addr in enumerate(run) if addr in loads) - AHEAD
    with Board(bootloader, slot) as board:
        walk = Walk(board, run, events_of(run[:look], bootloader, ()), len(slot))
        walk.begin()
        walk.run_to(walk.base)
        walk.run_to(Event(look, run[look], False))
        ram = bytearray(board.read(RAM, RAM_USED))
        proof = struct.pack("<I", int(PROVEN, 16))
        assert proof in ram, "there is no proof to spoil"
        ram = bytes(ram.replace(proof, struct.pack("<I", spoiled)))
        state, seen, states = (board.registers(), ram), collections.defaultdict(list), []
        board.write(RAM, ram)
        for number in range(BEHIND):
            registers = board.registers()
            seen[registers[PC]].append(number)
            states.append(registers)
            board.gdb.ask("s")
        for addr, numbers in seen.items():
            for number in sorted({numbers[0], numbers[-1]}):
                event = Event(look + number, addr, True)
                for fault in faults_at(event):
                    walk.back_to(event, (states[number], ram))
                    registers = states[number].copy()
                    if fault is None:
                        skip(registers, bootloader)
                    else:
                        registers[fault[0]] = fault[1]
                    yield event, fault, walk.starts(registers)


def try_hand_over(options, bootloader):
    slot, results = bytes(forge.signed(options.key)), []
    for spoiled in SPOILED[:: 1 if options.sample == 1 else len(SPOILED)]:
        results += hand_over(bootloader, slot, options.elf, spoiled)
    return report(options.elf, "hand-over", results)


def report(elf, what, results):
    started = [one[:2] for one in results if one[2]]
    print(f"{what}: {len(results)} tried, {len(started)} started", flush=True)
    for one in sorted(started, key=lambda one: one[0].at):
        print(describe(elf, *one), flush=True)
    return len(results), len(started)


def describe(elf, event, fault):
    where = subprocess.run(["arm-none-eabi-addr2line", "-fse", elf, hex(event.addr)],
                           capture_output=True, text=True).stdout.split()
    what = "skipped" if fault is None else "r%d = %#x" % fault
    return f"    {event.addr:#x} {' '.join(where)}: {what}, instruction {event.at} of the run"


def try_kind(pool, kind, bootloader, options):
    slot = forge.make(kind, options.key)
    run = trace(bootloader, slot, LONGEST)
    ends = before_stores(run, options.elf)
    events = [event for event in events_of(run, bootloader, calls(options.elf)) if event.at < ends]
    parts = [pool.submit(shard, bootloader, slot, run, events, options.sample, number, options.jobs)
             for number in range(options.jobs)]
    tried = sum(part.result()[0] for part in parts)
    assert tried, f"{kind}: no fault was tried"
    started = [one for part in parts for one in part.result()[1]]
    print(f"{kind}: {len(run)} instructions run, {len({e.addr for e in events})} different ones; "
          f"{tried} tried, {len(started)} started", flush=True)
    for one in sorted(started, key=lambda one: one[0].at):
        print(describe(options.elf, *one), flush=True)
    return tried, len(started)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--elf", type=pathlib.Path, default=BUILD / "board/ports/mps2-an386/bootloader.elf")
    parser.add_argument("--key", default=os.environ.get("TWIN_KEY", BUILD / "keys/dev-rsa-2048.pem"))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("kinds", nargs="*", default=list(forge.KINDS))
    options = parser.parse_args()
    bootloader = options.elf.with_suffix(".bin").read_bytes()
    good = forge.signed(options.key)
    wrong = misuses(options.elf)
    print(*wrong, f"uses of the proof's constant but comparing: {len(wrong)}", sep="\n", flush=True)
    assert control(bootloader, bytes(good)), "a good image does not start"
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        results = [try_kind(pool, kind, bootloader, options) for kind in options.kinds
                   if forge.makes_sense(kind, good)]
    results.append(try_hand_over(options, bootloader))
    tried, started = (sum(column) for column in zip(*results))
    print(f"{tried} tried, {started} started")
    return bool(wrong or started)


if __name__ == "__main__":
    sys.exit(main())
