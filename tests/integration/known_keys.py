"""A bootloader is not built around a key that everybody has. SPDX-License-Identifier: Apache-2.0"""

import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMGTOOL = pathlib.Path(os.environ["TWIN_BIN_DIR"]) / "imgtool"


def check(key, *options):
    return subprocess.run(["cmake", f"-DIMGTOOL={IMGTOOL}", f"-DKEY={key}", *options,
                           "-P", ROOT / "cmake" / "known_keys.cmake"],
                          capture_output=True, text=True, check=False)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    key, known = folder / "key.pem", folder / "known.txt"
    for kind in "ecdsa-p256", "ecdsa-p384":
        key.unlink(missing_ok=True)
        subprocess.run([IMGTOOL, "keygen", "-t", kind, "-k", key], check=True, capture_output=True)
        info = subprocess.run([IMGTOOL, "keyinfo", "-k", key, "--json"], check=True,
                              capture_output=True, text=True).stdout
        keyhash = info.split('"keyhash":"')[1].split('"')[0]
        known.write_text(f"00 other.pem\n{keyhash} sample.pem\n")
        assert check(key).returncode == 0
        refused = check(key, f"-DKNOWN={known}")
        assert refused.returncode != 0 and "sample.pem" in refused.stderr, refused.stderr
print("known keys are refused, others are not")
