"""A document that says something wrong must be noticed. SPDX-License-Identifier: Apache-2.0"""

import pathlib
import tempfile
import unittest

import blocks
import run_document

SH = "```sh\n{}\n```\n"
OUTPUT = "```output\n{}\n```\n"


class RunDocument(unittest.TestCase):
    def outcome(self, text):
        """Exit status for a document of this text."""
        with tempfile.TemporaryDirectory() as work:
            document = pathlib.Path(work) / "some.md"
            document.write_text(text)
            return run_document.main(str(document))

    def test_good_ones(self):
        for text in ("no code\n", SH.format("x=1") + SH.format('test "$x" = 1'),
                     SH.format("echo a; echo b; echo c") + OUTPUT.format("a\nc"),
                     SH.format("echo 123 bytes of deadbeef01") + OUTPUT.format("456 bytes of 0123456789"),
                     "```sh background until=ready\necho ready; sleep 1000\n```\n" + SH.format("true"),
                     '```sh not-run="no such tool"\nnosuchtool\n```\n',
                     "```c\nint x;\n```\n", "```text\n| a | b |\n```\n"):
            with self.subTest(text):
                self.assertEqual(self.outcome(text), 0)

    def test_bad_ones(self):
        for text in ("```\nwhat is this?\n```\n", "```sh\nnot closed\n", "```sh weird\ntrue\n```\n",
                     SH.format("false"), SH.format("nosuchtool"), SH.format("false | true"),
                     SH.format("echo a; echo b") + OUTPUT.format("b\na"),
                     SH.format("echo 1.1.0") + OUTPUT.format("1.2.0"), OUTPUT.format("a"),
                     "```c\nint x = y;\n```\n", "```cmake\nno_such_command()\n```\n"):
            with self.subTest(text):
                self.assertEqual(self.outcome(text), 1)

    def test_nothing_is_left_running(self):
        with tempfile.TemporaryDirectory() as work:
            pid_file = pathlib.Path(work) / "pid"
            self.outcome(f"```sh background until=ready\necho $BASHPID >{pid_file}\necho ready\n"
                         "sleep 1000\n```\n")
            status = pathlib.Path(f"/proc/{pid_file.read_text().strip()}/status")
            self.assertTrue(not status.exists() or "State:\tZ" in status.read_text())

    def test_blocks_know_their_place(self):
        found = blocks.parse("a\n\n```sh\nb\n```\n")
        self.assertEqual([(block.kind, block.line, block.text) for block in found], [("sh", 4, "b")])


if __name__ == "__main__":
    unittest.main()
