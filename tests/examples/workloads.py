"""What the tests of examples/ share."""
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "live"))
from live import TMP, LiveTest, run  # noqa: E402


def program():
    """The program of known.c."""
    path = TMP / "known"
    if not path.exists():
        subprocess.run(["gcc", "-g", "-O1", "-fno-inline", "-pthread", "-o", str(path), str(HERE / "known.c")], check=True)
    return str(path)


class ExampleTest(LiveTest):
    def direct_read(self):
        """A command that reads 8 blocks of 64 KB from the disk."""
        path = TMP / "direct"
        path.write_bytes(os.urandom(1 << 20))
        subprocess.run(["sync", str(path)], check=True)
        read = f"dd if={path} of=/dev/null iflag=direct bs=65536 count=8 status=none"
        if run(*read.split()).returncode != 0:
            self.skipTest("this file system has no direct reads")
        return read
