"""What the tests of this folder share: running coretap in a cache of their own, as root and as nobody."""
import atexit
import ctypes
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CORETAP = os.environ.get("CORETAP", str(ROOT / "build" / "coretap"))
TMP = pathlib.Path(tempfile.mkdtemp(prefix="coretap-safety-"))
TMP.chmod(0o755)
atexit.register(shutil.rmtree, TMP, ignore_errors=True)
HELLO = 'probe begin { println("hi") exit() }'
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def environment(cache=None, **changes):
    """The environment with this cache folder and these variables; None removes one."""
    env = dict(os.environ)
    changes["CORETAP_CACHE_DIR"] = cache
    for name, value in changes.items():
        env.pop(name, None)
        if value is not None:
            env[name] = str(value)
    return env


def run(*args, timeout=60, **kwargs):
    return subprocess.run([str(a) for a in args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors="surrogateescape", timeout=timeout, stdin=subprocess.DEVNULL, **kwargs)


def coretap(*args, cache=None, env=None, **kwargs):
    return run(CORETAP, *args, env=env or environment(cache), **kwargs)


def compile_c(source, name, *flags, compiler="gcc"):
    """Compiles a text to TMP/NAME."""
    path = TMP / name
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([compiler, "-x", "c++" if compiler == "g++" else "c", *flags, "-o", str(path), "-"], input=source,
                   text=True, check=True)
    return path


def entries(cache):
    """The folders of the compiled scripts in a cache."""
    return sorted(p for p in pathlib.Path(cache).iterdir() if len(p.name) == 32)


class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


def xxh128(data):
    """The hash of a cache's record, by libxxhash itself."""
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH3_128bits.restype = Hash128
    library.XXH3_128bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    value = library.XXH3_128bits(data, len(data))
    return f"{value.high:016x}{value.low:016x}"


def rewrite_record(entry):
    """Makes the record of a cache entry true for the files that are there now."""
    lines = []
    for line in (entry / "manifest").read_bytes().splitlines(keepends=True):
        if line.startswith(b"made "):
            name = line.split()[1].decode()
            data = (entry / name).read_bytes()
            line = f"made {name} {len(data)} {xxh128(data)}\n".encode()
        if not line.startswith(b"end "):
            lines.append(line)
    text = b"".join(lines)
    (entry / "manifest").write_bytes(text + f"end {xxh128(text)}\n".encode())


class SafetyTest(unittest.TestCase):
    maxDiff = None

    def ok(self, result, stdout, *warnings):
        """It ran, printed this, and warned of exactly these ids."""
        self.assertEqual((result.returncode, result.stdout), (0, stdout), result.stderr)
        for ident in warnings:
            self.assertIn(f"WARNING [{ident}]", result.stderr)
        self.assertEqual(result.stderr.count("WARNING"), len(warnings), result.stderr)

    def refused(self, result, ident, *words):
        """One error, with this id and these words."""
        self.assertNotEqual(result.returncode, 0, result.stdout)
        self.assertEqual(result.stderr.count("ERROR"), 1, result.stderr)
        self.assertIn(f"ERROR [{ident}]", result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)


def main(needs_root=False):
    if needs_root and os.geteuid() != 0:
        print("*** SKIPPED: this test acts as root and as nobody, and is not run by root ***", file=sys.stderr)
        sys.exit(77)
    unittest.main(verbosity=2)
