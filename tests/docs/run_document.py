"""Do what a document says: run_document.py DOCUMENT. Each code block is run, compiled or compared, in
the document's order; the kinds of blocks are in blocks.py.

A document is run in a folder of its own that looks like the checkout, with the programs and firmware
of the present build. README.md is what a newcomer begins with, so it gets nothing: it clones.

SPDX-License-Identifier: Apache-2.0"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import blocks

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("TWIN_BIN_DIR", ROOT / "build/bin"))
SKIPPED = 77  # exit status for ctest
BACKGROUND_S = 60  # for a program in the background to say that it is there

# Commands that cannot be run as a part of the tests, and what is done instead.
INSTEAD = {
    "./run build": ": the present build is what is tested",
    "./run test": ": this is a part of it",
    "./run lint": ": has a place of its own",
    "git clone <this repository> twinslot && cd twinslot":
        'clone_here "$ROOT" twinslot && cd twinslot',
}
IN_A_CLONE = {"./run build"}  # which README.md really does

# begin N: block N starts here. await N TEXT: until the program of block N has said so.
# clone_here: with what is not committed yet, and with the source package that was fetched already.
PROLOGUE = """
set -euo pipefail
begin() { exec >"$LOG/$1" 2>&1; echo "$1" >"$LOG/at"; }
await() {
    local i
    for ((i = 0; i < SECONDS_MAX * 10; i++)); do
        if grep -sqF -- "$2" "$LOG/$1"; then return; fi
        sleep 0.1
    done
    echo "'$2' did not come" >>"$LOG/$1"
    return 1
}
clone_here() {
    git clone --quiet "$1" "$2"
    git -C "$1" diff --binary HEAD | git -C "$2" apply --allow-empty --index
    cp -r "$1/.cache" "$2/"
}
"""


def commands(block, is_clone):
    """The text of a shell block, as it is to be run."""
    lines = []
    for line in block.text.splitlines():
        bare = line.split("  #")[0].rstrip()
        replaced = bare in INSTEAD and not (is_clone and bare in IN_A_CLONE)
        lines.append(INSTEAD[bare] if replaced else line)
    return "\n".join(lines)


def script(document, is_clone):
    parts = [PROLOGUE]
    for number, block in enumerate(document):
        if block.kind != "sh" or "not-run" in block.words:
            continue
        text = commands(block, is_clone)
        if "background" in block.words:
            parts.append(f"(\n{text}\n) >\"$LOG/{number}\" 2>&1 </dev/null &\n"
                         f"await {number} '{block.words['until']}'\n")
        else:
            parts.append(f"begin {number}\n{text}\n")
    if is_clone:
        parts.append(f"begin {len(document)}\ncd \"$FOLDER/twinslot\"\n"
                     "test -z \"$(git status --porcelain | grep '^??' | tee /dev/stderr)\"\n")
    return "".join(parts)


def link_entries(source, folder, without=()):
    folder.mkdir(exist_ok=True)
    for entry in source.iterdir():
        if entry.name not in without:
            (folder / entry.name).symlink_to(entry)


def checkout_like(folder):
    """A folder with everything of the checkout but its build, and of that the results only. Documents
    may put boards of their own into ports/, and firmware of them into build/firmware."""
    link_entries(ROOT, folder, without={"build", ".git", "ports"})
    link_entries(ROOT / "ports", folder / "ports")
    (folder / "build").mkdir()
    (folder / "build/bin").symlink_to(BIN)
    (folder / "build/keys").symlink_to(ROOT / "build/keys")
    if (ROOT / "build/firmware").exists():
        link_entries(ROOT / "build/firmware", folder / "build/firmware")


def run_shell(text, folder, log):
    """Run the commands; afterwards nothing of them is left running. Returns the exit status."""
    environment = dict(os.environ, ROOT=str(ROOT), FOLDER=str(folder), LOG=str(log),
                       HOME=str(log), SECONDS_MAX=str(BACKGROUND_S),
                       PATH=f"{BIN}:{os.environ['PATH']}")
    environment.pop("TWIN_KEY", None)
    shell = subprocess.Popen(["bash", "-c", text], cwd=folder, env=environment,
                             stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        return shell.wait()
    finally:
        try:
            os.killpg(shell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def compile_c(document, folder):
    source = "\n".join(block.text for block in document if block.kind == "c")
    if not source:
        return True
    command = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}", "-c", "-x",
               "c", "-", "-o", folder / "example.o"]
    return subprocess.run(command, input=source, text=True).returncode == 0


def build_cmake(block, folder, log):
    """A project that has a program `app`, with the block at its end. What the commands installed into
    ~/.local is found."""
    project = folder / "cmake-project"
    project.mkdir(exist_ok=True)
    for module in (ROOT / "cmake").glob("twinslot_*.cmake"):
        shutil.copy(module, project)
    for key in folder.glob("*.pem"):
        shutil.copy(key, project)
    (project / "app.c").write_text("int main(void)\n{\n    return 0;\n}\n")
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(example C)\nadd_executable(app app.c)\n" +
        block.text + "\n")
    environment = dict(os.environ, PATH=f"{BIN}:{os.environ['PATH']}",
                       CMAKE_PREFIX_PATH=str(log / ".local"))
    return all(subprocess.run(command, env=environment).returncode == 0 for command in (
        ["cmake", "-S", project, "-B", project / "build", "-G", "Ninja", "--log-level=WARNING"],
        ["cmake", "--build", project / "build"]))


class Report:
    """What went wrong, with the place in the document."""

    def __init__(self, name):
        self.name, self.failed = name, False

    def fail(self, block, text):
        self.failed = True
        print(f"{self.name}:{block.line}: {text}\n{block.text}\n")


def compare_outputs(document, log, report):
    """Each shown output against what the shell block before it printed."""
    before = None
    for number, block in enumerate(document):
        if block.kind == "sh":
            before = number
        elif block.kind == "output" and before is None:
            report.fail(block, "there are no commands before this output")
        elif block.kind == "output":
            printed = (log / str(before)).read_text(errors="replace")
            missing = blocks.first_missing(block.text, printed)
            if missing is not None:
                report.fail(block, f"not printed, or not in this order: {missing}\n--- printed:\n{printed}")


def last_words(document, log):
    """Where the shell stopped: the block, and what it printed."""
    number = int((log / "at").read_text()) if (log / "at").exists() else 0
    block = document[min(number, len(document) - 1)]
    printed = (log / str(number)).read_text(errors="replace") if (log / str(number)).exists() else ""
    return block, printed[-4000:]


def run(name, folder, log):
    report = Report(name)
    is_clone = name == "README.md"
    document = blocks.parse((ROOT / name).read_text())
    if is_clone and not (ROOT / ".git").exists():
        print("this is no git checkout: there is nothing to clone")
        return SKIPPED
    if not is_clone:
        checkout_like(folder)
    if run_shell(script(document, is_clone), folder, log) != 0:
        block, printed = last_words(document, log)
        report.fail(block, f"the commands failed\n--- printed:\n{printed}\n--- commands:")
    else:
        compare_outputs(document, log, report)
    if not compile_c(document, log):
        report.fail(next(b for b in document if b.kind == "c"), "does not compile")
    for block in document:
        if block.kind == "cmake" and not build_cmake(block, folder, log):
            report.fail(block, "cannot be built")
        if "not-run" in block.words:
            print(f"{name}:{block.line}: not run: {block.words['not-run']}")
    return 1 if report.failed else 0


def main(name):
    with tempfile.TemporaryDirectory(prefix="twin-docs-") as work:
        folder, log = pathlib.Path(work) / "here", pathlib.Path(work) / "log"
        folder.mkdir()
        log.mkdir()
        try:
            return run(name, folder, log)
        except blocks.Malformed as problem:
            print(f"{name}: {problem}")
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
