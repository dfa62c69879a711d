"""Any command, its messages as JSON. SPDX-License-Identifier: Apache-2.0"""

import json

from story import Story, main


class Raw(Story):
    def setUp(self):
        self.device.start()

    def test_echo(self):
        for direction in "read", "write":
            self.assertEqual(self.good("raw", direction, "0", "0", '{"d":"hello"}'),
                             '{"r":"hello"}\n')
        self.assertEqual(self.good("--json", "raw", "write", "0x0", "0", '{"more":[1],"d":""}'),
                         '{"r":""}\n')

    def test_bytes(self):
        """What `image list` shows in hex is a text h'HEX' here, both ways."""
        hashes = [image["hash"] for image in self.slots()]
        images = json.loads(self.good("raw", "read", "1", "0"))["images"]
        self.assertEqual([image["hash"] for image in images], [f"h'{h}'" for h in hashes])
        confirm = json.dumps({"hash": images[0]["hash"], "confirm": True})
        self.assertTrue(json.loads(self.good("raw", "write", "1", "0", confirm))["images"])

    def test_refused(self):
        error = json.loads(self.device.mcumgr("--json", "raw", "read", "200", "7").stdout)["error"]
        self.assertEqual((error["code"], error["rc"]), (1, 8))
        done = self.device.mcumgr("--compat", "raw", "write", "0", "0", '{"d":1}')
        self.assertEqual((done.returncode, done.stdout), (0, "Error: 3\n"))

    def test_wrong_use(self):
        many = json.dumps({str(i): i for i in range(24)})
        for words in (("ask", "0", "0"), ("read", "-1", "0"), ("read", "0", "256"),
                      ("read", "65536", "0"), ("read", "x", "0"), ("read", "0", "0", "[]"),
                      ("read", "0", "0", '{"d"'), ("read", "0", "0", '{"d":1,"d":2}'),
                      ("write", "0", "0", many), ("read", "0")):
            self.complaint("raw", *words, code=2)


if __name__ == "__main__":
    main()
