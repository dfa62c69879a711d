"""What the build says about a board that is not right, and that it takes the board's own facts.
SPDX-License-Identifier: Apache-2.0"""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class BoardBuild(unittest.TestCase):
    """With a checkout in which boards can be added."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="twin-boards-"))
        self.addCleanup(shutil.rmtree, self.root)
        for entry in ROOT.iterdir():
            if entry.name not in {"build", ".git", "ports"}:
                (self.root / entry.name).symlink_to(entry)
        shutil.copytree(ROOT / "ports", self.root / "ports")

    def board(self, name):
        shutil.copytree(self.root / "ports/skeleton", self.root / "ports" / name)
        return self.root / "ports" / name / "board.cmake"

    def configure(self, board):
        return subprocess.run(["cmake", "--preset", "board", "--log-level=WARNING", f"-DTWIN_BOARD={board}"],
                              cwd=self.root, capture_output=True, text=True)

    def refused(self, board, *words):
        done = self.configure(board)
        self.assertNotEqual(done.returncode, 0)
        for word in words:
            self.assertIn(word, " ".join(done.stderr.split()))

    def test_no_such_board(self):
        self.refused("nowhere", "No board nowhere", "ports/nowhere/board.cmake")

    def test_each_missing_fact(self):
        facts = self.board("forgetful")
        whole = facts.read_text()
        names = re.findall(r"^set\((\w+)", whole, re.M)
        self.assertIn("BOARD_CPU", names)
        for name in names:
            if name == "BOARD_RECEIVE_SOURCES":
                continue  # a board may have no application
            facts.write_text(re.sub(rf"^set\({name}\b[^)]*\)$", "", whole, flags=re.M))
            self.refused("forgetful", f"ports/forgetful/board.cmake does not set {name}")

    def test_no_room_for_marks(self):
        """Slots of 185 pages: the status area of their trailer begins with a sector."""
        facts = self.board("tight")
        whole = re.sub(r"(BOARD_PAGE_BYTES) 4096", r"\1 512", facts.read_text())
        for pages, starts in (184, 0), (185, 1), (186, 0):
            facts.write_text(re.sub(r"(BOARD_SLOT_LEN) \w+", rf"\1 {pages * 512}", whole))
            done = self.configure("tight")
            self.assertEqual(done.returncode, 0, done.stderr)
            said = re.search(r"room for 0 marks, so an unconfirmed image is started (\d+) times",
                             " ".join(done.stderr.split()))
            self.assertEqual(int(said[1]) if said else 0, starts, done.stderr)

    def test_each_file_is_compiled_for_the_board(self):
        """Also when another board was in this build folder before."""
        facts = self.board("small")
        facts.write_text(facts.read_text().replace("-mcpu=cortex-m4", "-mcpu=cortex-m3"))
        for board, processor in ("skeleton", "cortex-m4"), ("small", "cortex-m3"):
            self.assertEqual(self.configure(board).returncode, 0)
            commands = json.loads((self.root / "build/board/compile_commands.json").read_text())
            self.assertGreater(len(commands), 50)
            for command in commands:
                self.assertEqual(re.findall(r"-mcpu=(\S+)", command["command"]), [processor])


if __name__ == "__main__":
    unittest.main()
