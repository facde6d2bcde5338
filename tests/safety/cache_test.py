"""The cache itself: damage heals, it does not grow for ever, and without one scripts run all the same."""
import os
import pathlib
import shutil
import subprocess
import time

import safety
from safety import AS_NOBODY, HELLO, NOBODY, TMP, coretap, entries, environment, run

KERNEL = 'probe kernel.trace("sched_switch") { next } probe begin { println("hi") exit() }'
DAY = 24 * 60 * 60


def cut(path):
    path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])


def flip(path):
    """One bit in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def empty(path):
    path.write_bytes(b"")


def remove(path):
    path.unlink()


def zeros(path):
    """As many NULs: what some file systems leave after a power loss."""
    path.write_bytes(bytes(path.stat().st_size))


class Damage(safety.SafetyTest):
    def test_every_file_in_every_way(self):
        """Each damage is seen, and healed: the run after it is from the cache again."""
        cache = TMP / "damage"
        self.ok(coretap("-e", KERNEL, cache=cache), "hi\n")
        (entry,) = entries(cache)
        (kernel_object,) = entry.glob("kernel*.bpf.o")
        for name in ("harness.so", kernel_object.name, "manifest"):
            for damage in (cut, flip, empty, remove, zeros):
                with self.subTest(file=name, damage=damage.__name__):
                    damage(entry / name)
                    first, second = (coretap("-vv", "-e", KERNEL, cache=cache) for _ in range(2))
                    self.assertEqual((first.returncode, first.stdout), (0, "hi\n"), first.stderr)
                    self.assertNotIn("using cached", first.stderr)
                    self.assertIn("the cached result is not used: ", first.stderr)
                    self.assertEqual((second.returncode, second.stdout), (0, "hi\n"), second.stderr)
                    self.assertIn("using cached", second.stderr)

    def test_text_of_the_source_is_not_needed(self):
        cache = TMP / "sources"
        coretap("-e", KERNEL, cache=cache)
        (entry,) = entries(cache)
        for path in entry.glob("*.c*"):
            empty(path)
        self.assertIn("using cached", coretap("-v", "-e", KERNEL, cache=cache).stderr)

    def test_kept_warnings_are_checked_as_well(self):
        text = 'probe begin { x = 1 println("hi") exit() }'
        cache = TMP / "warnings"
        first = coretap("-e", text, cache=cache)
        self.assertIn("WARNING", first.stderr)
        self.assertEqual(coretap("-e", text, cache=cache).stderr, first.stderr)
        (entry,) = entries(cache)
        remove(entry / "warnings")
        self.assertEqual(coretap("-e", text, cache=cache).stderr, first.stderr)

    def test_file_that_was_not_recorded(self):
        """An object of another script beside the harness is not taken along."""
        cache = TMP / "added"
        coretap("-e", HELLO, cache=cache)
        (entry,) = entries(cache)
        (entry / "kernel.bpf.o").write_bytes(b"not an object")
        result = coretap("-vv", "-e", HELLO, cache=cache)
        self.assertEqual((result.returncode, result.stdout), (0, "hi\n"), result.stderr)
        self.assertNotIn("using cached", result.stderr)

    def test_something_else_in_place_of_the_entry(self):
        cache = TMP / "else"
        coretap("-e", HELLO, cache=cache)
        (entry,) = entries(cache)
        for make in (lambda: entry.write_text("a file"), entry.mkdir, lambda: os.mkfifo(entry)):
            shutil.rmtree(entry)
            make()
            self.assertEqual(coretap("-e", HELLO, cache=cache).stdout, "hi\n")
            result = coretap("-v", "-e", HELLO, cache=cache)
            self.assertIn("using cached", result.stderr)

    def test_many_at_a_time(self):
        """Runs that compile the same script at once, over a stale entry, all end well, and leave one entry."""
        cache = TMP / "race"
        coretap("-e", HELLO, cache=cache)
        for _ in range(3):
            (entry,) = entries(cache)
            empty(entry / "manifest")
            runs = [subprocess.Popen([safety.CORETAP, "-e", HELLO], env=environment(cache), stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True) for _ in range(6)]
            for process in runs:
                self.assertEqual(process.communicate() + (process.returncode,), ("hi\n", "", 0))
            self.assertEqual([p.name for p in cache.iterdir() if p.name.startswith("new-")], [])
            self.assertIn("using cached", coretap("-v", "-e", HELLO, cache=cache).stderr)


class NoCache(safety.SafetyTest):
    def without_cache(self, *words, **kwargs):
        before = set(pathlib.Path(os.environ.get("TMPDIR", "/tmp")).glob("coretap-*"))
        result = coretap("-e", HELLO, **kwargs)
        self.ok(result, "hi\n", "cache-disabled")
        for word in (*words, "disabling cache support"):
            self.assertIn(word, result.stderr)
        after = set(pathlib.Path(os.environ.get("TMPDIR", "/tmp")).glob("coretap-*"))
        self.assertEqual(after - before, set(), "the folder to compile in is left")
        return result

    def test_home_is_no_folder(self):
        env = environment(None, HOME="/dev/null", XDG_CACHE_HOME=None)
        self.without_cache("/dev/null", "Not a directory", env=env)
        self.assertEqual(coretap("-w", "-e", HELLO, env=env).stderr, "")
        # It is no warning of the script: -W does not refuse to run.
        self.assertEqual(coretap("-W", "-e", HELLO, env=env).returncode, 0)

    def test_place_is_taken_by_a_file(self):
        (TMP / "taken").write_text("")
        self.without_cache(cache=TMP / "taken")
        self.without_cache(cache=TMP / "taken" / "inner")

    def test_read_only_file_system(self):
        folder = TMP / "read-only"
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", str(folder)], check=True)
        self.addCleanup(subprocess.run, ["umount", str(folder)], check=True)
        subprocess.run(["mount", "-o", "remount,size=8m", str(folder)], check=True)
        cache = folder / "cache"
        self.ok(coretap("-e", HELLO, cache=cache), "hi\n")
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        # What is there is used, silently; what is not is compiled elsewhere.
        self.assertIn("using cached", coretap("-v", "-e", HELLO, cache=cache).stderr)
        self.ok(coretap("-e", HELLO, cache=cache), "hi\n")
        result = coretap("-e", HELLO + " ", cache=cache)
        self.ok(result, "hi\n", "cache-disabled")
        self.assertIn("Read-only file system", result.stderr)
        self.without_cache("Read-only file system", cache=folder / "other")

    def test_full_file_system(self):
        folder = TMP / "full"
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=755", "tmpfs", str(folder)], check=True)
        self.addCleanup(subprocess.run, ["umount", str(folder)], check=True)
        self.without_cache("No space left on device", cache=folder / "cache")
        self.assertEqual(list((folder / "cache").iterdir()), [])

    def test_user_without_a_home(self):
        env = environment(None, HOME=None, XDG_CACHE_HOME=None)
        result = run(*AS_NOBODY, safety.CORETAP, "-e", HELLO, env=env)
        self.ok(result, "hi\n", "cache-disabled")
        unknown = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"]
        result = run(*unknown, safety.CORETAP, "-e", HELLO, env=env)
        self.ok(result, "hi\n", "cache-disabled")
        self.assertIn("there is no home folder", result.stderr)

    def test_a_home_is_not_made(self):
        free = TMP / "free"
        free.mkdir()
        free.chmod(0o777)
        unknown = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"]
        result = run(*unknown, safety.CORETAP, "-e", HELLO, env=environment(None, HOME=free / "home", XDG_CACHE_HOME=None))
        self.ok(result, "hi\n", "cache-disabled")
        self.assertIn("there is no home folder", result.stderr)
        self.assertEqual(list(free.iterdir()), [])

    def test_no_place_at_all(self):
        """Neither a cache nor a folder for temporary files: that is an error, in one message."""
        inner = 'for f in /tmp /var/tmp /dev/shm; do mount -t tmpfs -o ro tmpfs $f; done; exec "$@"'
        env = environment("/proc/nothing", TMPDIR=None)
        copy = pathlib.Path("/run") / f"coretap-safety-{os.getpid()}"
        shutil.copy(safety.CORETAP, copy)
        self.addCleanup(copy.unlink)
        result = run("unshare", "-m", "sh", "-c", inner, "sh", copy, "-e", HELLO, env=env)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertEqual(result.stderr.count("ERROR"), 1, result.stderr)
        self.assertIn("ERROR [cache-write]", result.stderr)
        self.assertIn("TMPDIR", result.stderr)

    def test_disable_cache_neither_reads_nor_writes(self):
        cache = TMP / "untouched"
        for _ in range(2):
            result = coretap("-v", "--disable-cache", "-e", HELLO, cache=cache)
            self.assertEqual((result.returncode, result.stdout), (0, "hi\n"), result.stderr)
            self.assertNotIn("using cached", result.stderr)
        self.assertFalse(cache.exists())

    def test_poison_cache_writes_and_does_not_read(self):
        cache = TMP / "poisoned"
        for again in (False, True):
            result = coretap("-v", "--poison-cache", "-e", HELLO, cache=cache)
            self.assertEqual((result.returncode, result.stdout), (0, "hi\n"), result.stderr)
            self.assertNotIn("using cached", result.stderr)
            (entry,) = entries(cache)
            if again:
                self.assertNotEqual(entry.stat().st_ino, before, "the entry was not made anew")
            before = entry.stat().st_ino
        result = coretap("-v", "-e", HELLO, cache=cache)
        self.assertEqual((result.returncode, result.stdout), (0, "hi\n"), result.stderr)
        self.assertIn("using cached", result.stderr)


class Housekeeping(safety.SafetyTest):
    def entry(self, cache, text, megabytes, age):
        """Compiles a script; its entry then is so large and was last used so long ago (seconds)."""
        before = set(entries(cache)) if cache.exists() else set()
        result = coretap("-e", f'probe begin {{ println("{text}") exit() }}', cache=cache)
        self.assertEqual(result.returncode, 0, result.stderr)
        (new,) = set(entries(cache)) - before
        with open(new / "harness.cpp", "ab") as file:
            file.write(os.urandom(megabytes << 20))
        self.age(new, age)
        return new

    def age(self, path, seconds):
        os.utime(path, (time.time() - seconds,) * 2)

    def cache(self, name, **settings):
        """A cache that is cleaned at every new entry."""
        cache = TMP / name
        cache.mkdir(mode=0o700)
        for file, value in {"cache_clean_interval_s": 0, **settings}.items():
            (cache / file).write_text(f"{value}\n")
        return cache

    def test_limit_removes_what_was_used_least_recently(self):
        cache = self.cache("limit", cache_mb_limit=3)
        old, middle, young = (self.entry(cache, f"e{n}", 1, age) for n, age in ((1, 3 * DAY), (2, 2 * DAY), (3, DAY)))
        # All fit, and the old one is used again, from the cache: now the middle one is the oldest.
        self.assertIn("using cached", coretap("-v", "-e", 'probe begin { println("e1") exit() }', cache=cache).stderr)
        fourth = self.entry(cache, "e4", 0, 0)
        self.assertEqual(entries(cache), sorted([old, young, fourth]))
        self.assertFalse(middle.exists())

    def test_limit_of_the_environment(self):
        cache = self.cache("environment", cache_mb_limit=1000)
        for n in range(3):
            self.entry(cache, f"e{n}", 2, (4 - n) * DAY)
        self.assertEqual(len(entries(cache)), 3)
        env = environment(cache, CORETAP_CACHE_MB_LIMIT=3)
        self.assertEqual(coretap("-e", HELLO, env=env).returncode, 0)
        self.assertEqual(len(entries(cache)), 2)  # the youngest of the three and the new one
        env = environment(cache, CORETAP_CACHE_MB_LIMIT=0)
        result = coretap("-p4", "-e", HELLO + " ", env=env)
        self.assertEqual([str(p) for p in entries(cache)], [result.stdout.strip()], "the one just made stays")

    def test_nonsense_in_the_settings(self):
        cache = self.cache("nonsense", cache_mb_limit="a lot", cache_clean_interval_s=-5)
        self.ok(coretap("-e", HELLO, env=environment(cache, CORETAP_CACHE_MB_LIMIT="99999999999999999999")), "hi\n")
        self.assertEqual(len(entries(cache)), 1)

    def test_pause_between_two_cleanings(self):
        cache = self.cache("pause", cache_mb_limit=0, cache_clean_interval_s=100000)
        for n in range(3):  # the first cleaning finds one entry, and the next is long after
            self.entry(cache, f"e{n}", 0, DAY)
        self.assertEqual(len(entries(cache)), 3)

    def test_left_overs(self):
        """Folders of runs that were killed go after a day; what is not coretap's stays."""
        cache = self.cache("left-overs")
        for name, age in (("new-aaaaaa", 2 * DAY), ("new-bbbbbb.old", 2 * DAY), ("new-cccccc", DAY // 2),
                          ("vm", 9 * DAY), ("notes", 9 * DAY)):
            (cache / name).mkdir()
            (cache / name / "file").write_text("x")
            self.age(cache / name, age)
        self.ok(coretap("-e", HELLO, cache=cache), "hi\n")
        left = {p.name for p in cache.iterdir() if p.is_dir()} - {p.name for p in entries(cache)}
        self.assertEqual(left, {"new-cccccc", "vm", "notes"})

    def test_help_names_the_limit(self):
        self.assertIn("CORETAP_CACHE_MB_LIMIT", coretap("--help").stdout)
        self.assertIn("CORETAP_CACHE_DIR", coretap("--help").stdout)


if __name__ == "__main__":
    safety.main(needs_root=True)
