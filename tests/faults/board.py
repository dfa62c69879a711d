"""The emulated board under a debugger: QEMU, driven with the GDB remote protocol.

Time is counted in instructions (icount), so that every run is the same, and the board's watchdog
ends what would never end. SPDX-License-Identifier: Apache-2.0"""

import array
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import threading

FLASH, FLASH_LEN, CHIP_LEN = 0x21000000, 0x100000, 0x1000000
SLOT0, SLOT_LEN, PAGE = 0x0C000, 0x76000, 4096
ENTRY = FLASH + SLOT0 + 0x240  # first instruction of the images that are made here
RAM, RAM_USED = 0x20000000, 0x2000  # of the bootloader, its stack included
WATCHDOG_LOAD, WATCHDOG_CTRL, WATCHDOG_LOCK = 0x40008000, 0x40008008, 0x40008C00
INSTRUCTIONS_A_TICK = 40  # of the watchdog: 25 MHz, while an instruction takes 1 ns
PATIENCE_S = 200  # for QEMU, in seconds
PATIENCE_TRACE_S = 3600  # where it reports each of up to 140 million instructions
PACKET = 0x700  # bytes of memory in one packet
SP, PC, XPSR = 13, 15, 25
VECTORS = RESET, NMI, FAULT = 1, 2, 3  # where every run ends
REGISTER_AT = {number: 4 * number for number in range(16)} | {XPSR: 164}  # in the packet of all


class Ended(Exception):
    """QEMU has given up: the processor locked up."""


class Gdb:
    """The other end of QEMU's debugger stub."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.socket.settimeout(PATIENCE_S)
        self.got = b""

    def ask(self, text):
        """Send a packet; the answer to it."""
        packet = text.encode()
        try:
            self.socket.sendall(b"$%s#%02x" % (packet, sum(packet) & 0xFF))
            return self.answer()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Ended from error

    def answer(self):
        while True:
            begin = self.got.find(b"$")
            end = self.got.find(b"#", begin)
            if 0 <= begin < end and len(self.got) >= end + 3:
                packet, self.got = self.got[begin + 1 : end], self.got[end + 3 :]
                self.socket.sendall(b"+")
                return packet.decode()
            some = self.socket.recv(65536)
            if not some:
                raise Ended
            self.got += some

    def order(self, text):
        answer = self.ask(text)
        assert answer == "OK", f"QEMU answers {answer} to {text}"


class Registers:
    def __init__(self, packet):
        self.raw = bytearray.fromhex(packet)

    def __getitem__(self, number):
        return struct.unpack_from("<I", self.raw, REGISTER_AT[number])[0]

    def __setitem__(self, number, value):
        struct.pack_into("<I", self.raw, REGISTER_AT[number], value)

    def copy(self):
        return Registers(self.raw.hex())


class Board:
    """One emulator with this bootloader and this content of the primary slot."""

    def __init__(self, bootloader, slot, log=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="twin-faults-"))
        self.bootloader, self.log, self.process = bootloader, log, None
        self.content = bytearray(b"\xff" * FLASH_LEN)
        self.content[: len(bootloader)] = bootloader
        self.content[SLOT0 : SLOT0 + len(slot)] = slot
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.stop()
        shutil.rmtree(self.folder)

    def start(self):
        flash, link = self.folder / "flash", self.folder / "gdb"
        self.reload()
        log = ["-singlestep", "-d", "exec,nochain", "-D", str(self.log)] if self.log else []
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "qemu-system-arm", "-M", "mps2-an386,memory-backend=flash",
             "-m", f"{CHIP_LEN}B", "-object",
             f"memory-backend-file,id=flash,size={CHIP_LEN},share=on,mem-path={flash}",
             "-global", f"armv7m.init-nsvtor={FLASH}", "-display", "none", "-monitor", "none",
             "-serial", "null", "-serial", "null", "-icount", "shift=0", "-S", *log,
             "-chardev", f"socket,id=gdb,path={link},server=on,wait=on", "-gdb", "chardev:gdb"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for line in self.process.stderr:
            if b"waiting for connection" in line:
                break
        self.gdb = Gdb(link)
        self.gdb.order("Qqemu.PhyMemMode:1")
        self.break_at(ENTRY)
        for vector in VECTORS:
            self.break_at(struct.unpack_from("<I", self.bootloader, 4 * vector)[0] & ~1)

    def reload(self):
        """Give the flash its first content again."""
        with open(self.folder / "flash", "r+b" if self.process else "wb") as file:
            file.write(self.content)
            file.truncate(CHIP_LEN)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stderr.close()
            self.gdb.socket.close()

    def read(self, addr, length):
        return b"".join(
            bytes.fromhex(self.gdb.ask(f"m{addr + at:x},{min(PACKET, length - at):x}"))
            for at in range(0, length, PACKET))

    def write(self, addr, content):
        for at in range(0, len(content), PACKET):
            part = content[at : at + PACKET]
            self.gdb.order(f"M{addr + at:x},{len(part):x}:{part.hex()}")

    def break_at(self, addr, wanted=True):
        self.gdb.order(f"{'Z' if wanted else 'z'}0,{addr:x},2")

    def registers(self):
        return Registers(self.gdb.ask("g"))

    def set_registers(self, registers):
        self.gdb.order("G" + registers.raw.hex())

    def watchdog(self, instructions):
        """Let it end what runs for longer than this from now on."""
        self.write(WATCHDOG_LOCK, struct.pack("<I", 0x1ACCE551))
        self.write(WATCHDOG_LOAD, struct.pack("<I", instructions // INSTRUCTIONS_A_TICK))
        self.write(WATCHDOG_CTRL, struct.pack("<I", 1))  # an NMI, and no reset behind it

    def reset(self):
        self.gdb.ask("qRcmd," + b"system_reset".hex())  # QEMU does it a little later

    def is_watched(self):
        return self.read(WATCHDOG_CTRL, 4)[0] == 1

    def go(self):
        """Run to the next breakpoint."""
        answer = self.gdb.ask("c")
        assert answer.startswith("T05"), f"QEMU stops with {answer}"

    def go_within(self, instructions):
        """Run to the next breakpoint, or for so many. The program may set the watchdog itself, to
        seconds, which take long here: then it is set anew while the program runs."""
        self.watchdog(instructions)
        self.gdb.socket.settimeout(3)
        try:
            self.go()
        except TimeoutError:
            self.gdb.socket.settimeout(PATIENCE_S)
            self.gdb.socket.sendall(b"\x03")
            self.gdb.answer()
            self.watchdog(instructions)
            self.go()
        self.gdb.socket.settimeout(PATIENCE_S)


def trace(bootloader, slot, instructions):
    """The address of each instruction that the bootloader runs with this slot, from its first to the
    one at which the watchdog finds it resting."""
    log = pathlib.Path(tempfile.mkdtemp(prefix="twin-faults-")) / "log"
    os.mkfifo(log)
    run = array.array("I")
    reader = threading.Thread(target=read_trace, args=(log, run), daemon=True)
    reader.start()
    try:
        with Board(bootloader, slot, log) as board:
            board.watchdog(instructions)
            board.gdb.ask("s")  # behind the breakpoint at the reset vector
            board.gdb.socket.settimeout(PATIENCE_TRACE_S)
            board.go()
        reader.join()
        return run
    finally:
        shutil.rmtree(log.parent)


def read_trace(log, run):
    """Append what QEMU writes to the pipe: too much for a file. Behind an instruction that was given
    up, and is logged once more, the log says so."""
    line = re.compile(rb"/([0-9a-f]{8})/.*\n(?!cpu_io_recompile|Stopped)")
    with open(log, "rb") as pipe:
        rest = b""
        while some := pipe.read(1 << 22):
            some = rest + some
            # Whole lines, but for the last one: what follows it is not known yet.
            end = some.rfind(b"\n", 0, max(some.rfind(b"\n"), 0)) + 1
            rest = some[end:]
            run.extend(addresses(line, some, end))
        run.extend(addresses(line, rest, len(rest)))


def addresses(line, text, end):
    """Of the lines that begin before end."""
    return (int(found[1], 16) for found in line.finditer(text) if found.start() < end)
