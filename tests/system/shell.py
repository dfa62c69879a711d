"""Commands of a device's shell over SMP. SPDX-License-Identifier: Apache-2.0"""

import json

from story import Story, main


class Shell(Story):
    def setUp(self):
        self.device.start()

    def test_exec(self):
        self.assertEqual(self.good("shell", "exec", "version"), "status=0\n1.0.0\n")
        self.assertEqual(json.loads(self.good("--json", "shell", "exec", "version")),
                         {"o": "1.0.0\n", "ret": 0})
        self.assertIn("help: this list\n", self.good("shell", "exec", "help"))
        self.assertEqual(self.good("shell", "exec", "trial"), "status=0\nconfirmed\n")

    def test_while_monitoring(self):
        """Its commands only look: they are never in the way."""
        self.device.patient("connect")
        self.assertEqual(self.good("shell", "exec", "patient"),
                         "status=0\na patient is connected\n")

    def test_failure(self):
        """A command's own failure is one; the Go tool prints it only."""
        done = self.device.mcumgr("shell", "exec", "open", "pod bay doors")
        self.assertEqual((done.returncode, done.stdout),
                         (1, "status=-8\nno such command; try help\n"))
        self.assertIn("the command ended with -8", done.stderr)
        done = self.device.mcumgr("--json", "shell", "exec", "open")
        self.assertEqual((done.returncode, json.loads(done.stdout)["ret"]), (1, -8))
        self.assertEqual(self.device.mcumgr("--compat", "shell", "exec", "open").returncode, 0)

    def test_refused(self):
        self.assertIn("the command is empty", self.complaint("shell", "exec", ""))
        self.assertIn("the command is too long", self.complaint("shell", "exec", "a" * 200))
        self.complaint("shell", "exec", "a\nb")
        self.complaint("shell", "exec", code=2)


if __name__ == "__main__":
    main()
