"""Doubling a point of the curves of ECDSA. SPDX-License-Identifier: Apache-2.0"""

import collections


class Curve(collections.namedtuple("Curve", "prime order")):
    """y^2 = x^3 - 3 x + b modulo prime."""

    def double(self, point):
        x, y = point
        slope = (3 * x * x - 3) * pow(2 * y, -1, self.prime) % self.prime
        doubled = (slope * slope - 2 * x) % self.prime
        return doubled, (slope * (x - doubled) - y) % self.prime


OF = {
    "ecdsa-p256": Curve(
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
    "ecdsa-p384": Curve(
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973),
}
