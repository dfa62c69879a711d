"""Which groups of commands a device says it has. SPDX-License-Identifier: Apache-2.0"""

import json

from story import Story, main, needs


class Groups(Story):
    def setUp(self):
        self.device.start()

    def numbers(self):
        return json.loads(self.good("--json", "enum", "list"))["groups"]

    @needs("files")
    def test_list(self):
        numbers = self.numbers()
        self.assertLess({0, 1, 2, 10}, set(numbers))
        self.assertEqual(self.good("enum", "count"), f"count: {len(numbers)}\n")
        self.assertEqual(self.good("enum", "list"),
                         "groups:\n" + "".join(f"    {number}\n" for number in numbers))

    @needs("files")
    def test_single(self):
        """Index after index until the end, as a program would find out."""
        found, end = [], False
        while not end:
            one = json.loads(self.good("--json", "enum", "single", len(found)))
            found.append(one["group"])
            end = one["end"]
        self.assertEqual(found, self.numbers())
        self.assertIn("beyond the last group", self.complaint("enum", "single", len(found)))
        self.assertEqual(json.loads(self.good("--json", "enum", "single"))["group"], found[0])
        self.complaint("enum", "single", "x", code=2)

    @needs("files")
    def test_details(self):
        groups = json.loads(self.good("--json", "enum", "details"))["groups"]
        self.assertEqual([group["group"] for group in groups], self.numbers())
        self.assertEqual(self.good("enum", "details", "10"), "group=10 handlers=4\n")
        self.assertEqual(self.good("enum", "details", "1000"), "")


if __name__ == "__main__":
    main()
