"""A device for the stories: power, a console, a serial port, its flash. Which device is a class in
devices/NAME.py, and all that distinguishes it stands there.

Device is what the stories use and what a real device at a serial port can have as well; Launched is
a device that a program on this PC stands in for. SPDX-License-Identifier: Apache-2.0"""

import collections
import functools
import importlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "integration"), str(TESTS / "system")]

from programs import BIN, BUILD, PATIENCE_S, until
from smp import OS, READ, Client

OLD, NEW = "monitor 1.0.0 runs", "monitor 1.1.0 runs"
ATTEMPTS = 3  # starts that an image on trial has
SWAP_OFFSET = 9  # the number of this mode
POWER_CUT = 10  # exit status of a launcher whose --cut came

# What some devices can do. A test says what it needs with needs() of story.py.
ABILITIES = {
    "udp": "it answers SMP over UDP, too",
    "fleet": "one launcher runs many of it",
    "buffers": "its launcher tells it which SMP buffers to announce",
    "processes": "its bootloader and its image are Linux processes",
    "images": "its launcher makes a flash with slots for several images",
    "modes": "its launcher makes a flash for any mode",
    "encrypts": "its launcher makes a flash for encrypted updates",
    "files": "its launcher gives it a folder of files",
    "button": "its launcher holds the button that asks for recovery",
    "unpacks": "its bootloader unpacks compressed images, if the source of 7-Zip was fetched",
}

# Of a flash: erase unit, size of a slot, write unit, value of an erased byte.
Flash = collections.namedtuple("Flash", "page slot write_unit erased")

# What makes a serial port bad: options of power_on(), and the size of the device's SMP buffers then.
BadLine = collections.namedtuple("BadLine", "options buffer")


class Device:
    """One device on the bench; its flash outlives each power-on.

    with KIND() as device:
        device.start()
        device.mcumgr("image", "list")
    """

    name = None  # as it calls itself
    can = frozenset()  # of ABILITIES
    images = None  # folder of the signed firmware that it takes
    image_file = "{}.bin"  # its files there: {} is the version and what is special
    recovery = []  # options of power_on(): with the bootloader that has recovery
    key = BUILD / "keys" / "dev-rsa-2048.pem"  # what its bootloader trusts
    header = ["--header-size", "0x200", "--pad-header", "--align", "4"]  # how they are signed
    fault = None  # what its console says of a firmware that writes to its own code
    flashes = []  # what it can have: first what it has if nothing is said, last the oddest
    slow = ((),)  # ways to make its flash slow, or not: options of power_on()
    bad_lines = []  # what it has to stand
    holders = 2  # processes that have its flash file open: the launcher, and what it runs
    wrong_use = []  # what its launcher refuses: options, each with a value
    cuts = 13  # power.py: how many during a swap
    kills = (5, 200)  # kill.py: how many in a test, and in a sweep

    def __init_subclass__(cls):
        assert cls.can <= ABILITIES.keys(), cls.can

    @classmethod
    def image_path(cls, name):
        return cls.images / cls.image_file.format(name)

    @classmethod
    @functools.cache
    def image(cls, name):
        """Its bytes; read once, because a build beside may put another there."""
        return cls.image_path(name).read_bytes()

    # ---- What a kind of device brings with it ----

    link = None  # the file of its serial port
    mode = None  # number of how an update comes to run, when it was asked
    seen = 0  # how much of its console was waited for; power_on() begins anew

    def power_on(self, *options, udp=False):
        raise NotImplementedError

    def power_off(self):
        """As pulling the plug: nothing on the device is told."""
        raise NotImplementedError

    def is_on(self):
        raise NotImplementedError

    def console(self):
        """All that the console said since the last power_on()."""
        raise NotImplementedError

    def put(self, content):
        """Send bytes to the console."""
        raise NotImplementedError

    def slot_bytes(self, number, length, off=0):
        raise NotImplementedError

    # ---- What follows from that ----

    def start(self, *options, says=OLD, **more):
        """Power on, and wait until the console says this."""
        self.power_on(*options, **more)
        return self.wait_for(says)

    def wait_for(self, *texts):
        """Wait until the console says one of these, after what was waited for before; which."""
        found = None

        def look():
            nonlocal found
            was_on = self.is_on()  # asked first: what it says until its end counts
            new = self.console()[self.seen :]
            found = min((t for t in texts if t in new), key=new.index, default=None)
            assert found or was_on, f"the device ended; {texts} did not come"
            return found

        until(look, f"{texts} on the console")
        self.seen = self.console().index(found, self.seen) + len(found)
        return found

    def wait_for_line(self, begin):
        """Wait for a line that begins so, after what was waited for before; the rest of it."""
        self.wait_for(begin)
        until(lambda: "\n" in self.console()[self.seen :], f"the end of a line '{begin}'")
        line = self.console()[self.seen :].partition("\n")[0]
        self.seen += len(line)
        return line.rstrip("\r")

    def wait_for_end(self, text):
        """Wait until the device ends (--cut), or its console says this."""
        until(lambda: not self.is_on() or text in self.console(), f"neither the end nor '{text}'")

    def type(self, line):
        """Type a command on the console."""
        self.put(line.encode() + b"\n")

    def patient(self, word):
        """A patient is connected, or disconnected: not before the device has said so."""
        self.type(f"patient {word}")
        self.wait_for({"connect": "a patient is connected", "disconnect": "no patient"}[word])

    def client(self):
        return Client(self.link)

    def clients(self):
        """One for each transport that it was switched on with."""
        return [self.client()]

    def connection(self, udp=False):
        """How the programs are told where the device is."""
        assert not udp
        return ["--conntype", "serial", "--connstring", f"dev={self.link}"]

    def mcumgr(self, *arguments, udp=False):
        """Run our mcumgr on the device; returns the finished process, output as text."""
        return subprocess.run([BIN / "mcumgr", *self.connection(udp), *map(str, arguments)],
                              capture_output=True, text=True)  # it bounds its own time

    # An update lies where the mode has it in the second slot, and so does what a swap brought back
    # there: one page in, in a swap by offset. The image that was replaced lies at its beginning.

    def told_flash(self):
        """Erase unit and size of a slot, as the flash itself says; most do not."""
        return self.flash.page, self.flash.slot

    def running(self, length):
        return self.slot_bytes(0, length)

    def uploaded(self, length):
        return self.slot_bytes(1, length, off=self.update_off())

    def update_off(self):
        """As the mode has it that the device tells, which has to run when it is asked first."""
        if self.mode is None:
            client = self.client()
            self.mode = client.request(READ, OS, 8, {"query": "mode"})["mode"]
            client.close()
        return self.flash.page if self.mode == SWAP_OFFSET else 0

    def replaced(self, length):
        return self.slot_bytes(1, length)


class Launched(Device):
    """A device that a program of ours runs, with the flash in a file."""

    program = None  # the launcher

    def __init__(self, image="1.0.0", flash=None):
        self.first_image = self.image_path(image)
        self.flash = flash or self.flashes[0]

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="twin-device-"))
        self.flash_file, self.link = self.folder / "flash.bin", self.folder / "tty"
        self.console_file, self.errors_file = self.folder / "console.log", self.folder / "errors.log"
        self.console_file.write_text("")
        self.errors_file.write_text("")
        self.process, self.seen = None, 0
        return self

    def __exit__(self, *failure):
        try:
            self.power_off()
            if failure[0] is not None:
                self.show_last_words()
        finally:
            shutil.rmtree(self.folder)

    def show_last_words(self):
        print(f"--- console of the device\n{self.console()}\n--- its launcher\n{self.errors()}\n---",
              flush=True)

    def command(self):
        """The launcher, and what it needs each time."""
        return [BIN / self.program, "--flash", self.flash_file, "--pty", self.link, "--image",
                self.first_image, "--console", self.console_file]

    def flash_options(self):
        """What the launcher is told of a flash that is not there yet."""
        return []

    def power_on(self, *options, udp=False):
        assert not udp
        self.seen = 0
        self.console_file.write_text("")
        made = [] if self.flash_file.exists() else self.flash_options()
        with open(self.errors_file, "a") as errors:
            self.process = subprocess.Popen(
                [*self.command(), *made, *options], stdin=subprocess.PIPE, stderr=errors)

    def power_off(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process = None

    def is_on(self):
        return self.process.poll() is None

    def console(self):
        return self.console_file.read_text(errors="replace")

    def exit_status(self):
        """Wait until the launcher ends by itself."""
        return self.process.wait(PATIENCE_S)

    def errors(self):
        """What the launcher complained about."""
        return self.errors_file.read_text()

    def put(self, content):
        self.process.stdin.write(content)
        self.process.stdin.flush()

    def slot_bytes(self, number, length, off=0):
        with open(self.flash_file, "rb") as flash:
            flash.seek(self.slot_start(number) + off)
            return flash.read(length)

    def slot_start(self, number):
        """Where a slot begins in the file."""
        raise NotImplementedError

    def keep_flash(self, name):
        """Store what the flash holds now, for use_flash()."""
        shutil.copyfile(self.flash_file, self.folder / name)

    def use_flash(self, name):
        shutil.copyfile(self.folder / name, self.flash_file)


def names():
    return sorted(path.stem for path in (TESTS / "system" / "devices").glob("*.py"))


def kind_of(name):
    """The class of a device, by its name: what devices/NAME.py calls DEVICE."""
    return importlib.import_module(f"devices.{name}").DEVICE
