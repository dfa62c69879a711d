"""What a device counts, as people and programs see it. SPDX-License-Identifier: Apache-2.0"""

import json

from story import Story, main


class Statistics(Story):
    def setUp(self):
        self.device.start()

    def counters(self, group):
        shown = json.loads(self.good("--json", "stat", "show", group))
        self.assertEqual(shown["name"], group)
        return shown["fields"]

    def test_list(self):
        self.assertEqual(self.good("stat", "list"), "stat groups:\n    monitor\n    smp\n")
        self.assertEqual(json.loads(self.good("--json", "stat", "list")),
                         {"stat_list": ["monitor", "smp"]})

    def test_show(self):
        """Sorted by name, numbers 10 characters wide; the word `show` may be left out."""
        for words in ("smp",), ("show", "smp"):
            title, refused, requests = self.good("stat", *words).splitlines()
            self.assertEqual((title, refused), ("stat group: smp", "         0 refused"))
            self.assertRegex(requests, r"^ {9}\d requests$")

    def test_counts(self):
        before, samples = self.counters("smp"), self.counters("monitor")["samples"]
        for _ in range(3):
            self.good("echo", "x")
        self.device.patient("connect")
        self.complaint("reset")
        after = self.counters("smp")
        self.assertGreaterEqual(after["requests"] - before["requests"], 6)
        self.assertEqual(after["refused"] - before["refused"], 1)
        self.assertGreater(self.counters("monitor")["samples"], samples)

    def test_unknown(self):
        self.assertIn("no such statistics group", self.complaint("stat", "nothing"))
        error = json.loads(self.device.mcumgr("--json", "stat", "nothing").stdout)["error"]
        self.assertEqual((error["code"], error["group"], error["rc"]), (1, 2, 3))
        done = self.device.mcumgr("--compat", "stat", "nothing")
        self.assertEqual((done.returncode, done.stdout), (0, "Error: 5\n"))
        self.complaint("stat", "hide", "smp", code=2)
        self.complaint("stat", code=2)


if __name__ == "__main__":
    main()
