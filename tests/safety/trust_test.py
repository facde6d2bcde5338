"""As user nobody, nothing that one does with files makes root load or run anything of nobody's.

What nobody plants is a complete and valid cache entry of the script that root will run, with a harness whose constructor
leaves a mark, the record made true for it. Two controls show that the plant works where it is trusted: in nobody's own
cache it is loaded by nobody, and in root's own cache, put there by root, by root.
"""
import os
import pathlib
import pwd
import shutil
import stat
import subprocess

import safety
from safety import AS_NOBODY, HELLO, NOBODY, TMP, coretap, entries, environment, run

MARKS = TMP / "marks"
WORK = TMP / "work"  # where all scripts are run: the working folder is part of an entry's name
LIBRARY = """
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
__attribute__((constructor)) static void mark(void) {
  char name[200];
  snprintf(name, sizeof name, "%s/by-%%d", (int)geteuid());
  close(open(name, O_CREAT | O_WRONLY, 0644));
}
""" % MARKS


class Trust(safety.SafetyTest):
    @classmethod
    def setUpClass(cls):
        MARKS.mkdir()
        MARKS.chmod(0o1777)
        WORK.mkdir()
        cls.evil = safety.compile_c(LIBRARY, "evil.so", "-shared", "-fPIC")
        # The entry that root's run would look for, as nobody can make it: the key is no secret.
        made = cls.nobodys("template")
        assert run(*AS_NOBODY, safety.CORETAP, "-e", HELLO, env=environment(made), cwd=WORK).returncode == 0
        (cls.template,) = entries(made)
        # The harness with a constructor is the real one, linked with it: what runs is the script, and the mark.
        source = (cls.template / "harness.cpp").read_text() + LIBRARY
        options = ["-std=c++20", "-O1", "-fPIC", "-fno-rtti", "-w", "-iquote", str(safety.ROOT / "runtime/user/harness"),
                   "-iquote", str(safety.ROOT / "runtime/shared"), "-shared", "-nostdlib"]
        harness = safety.compile_c(source, "harness.so", *options, compiler="g++")
        for name in ("harness.so",):
            os.unlink(cls.template / name)
            shutil.copy(harness, cls.template / name)
        safety.rewrite_record(cls.template)
        cls.give(cls.template)

    def setUp(self):
        for mark in MARKS.iterdir():
            mark.unlink()
        if not self.roots_entry().exists():
            self.addCleanup(shutil.rmtree, self.roots_entry(), ignore_errors=True)

    def roots_entry(self):
        """Where root's run without HOME keeps this script."""
        return pathlib.Path(pwd.getpwuid(0).pw_dir) / ".cache" / "coretap" / self.template.name

    # ------------------------------------------------------------------ what nobody has

    @classmethod
    def give(cls, path, user=NOBODY):
        """All below PATH belongs to USER; as if USER had made it."""
        for folder, _, files in os.walk(path):
            os.lchown(folder, user, user)
            for name in files:
                os.lchown(os.path.join(folder, name), user, user)

    @classmethod
    def nobodys(cls, name):
        """A new folder of nobody's."""
        path = TMP / name
        path.mkdir(parents=True)
        os.chown(path, NOBODY, NOBODY)
        return path

    def plant(self, cache, user=NOBODY):
        """Puts the forged entry into CACHE, which is made if it is not there."""
        new = not cache.exists()
        cache.mkdir(parents=True, exist_ok=True)
        if new:
            self.give(cache, user)
        entry = cache / self.template.name
        shutil.copytree(self.template, entry)
        entry.chmod(0o700)
        self.give(entry, user)
        return entry

    def by_nobody(self, *command):
        return run(*AS_NOBODY, *command)

    # ------------------------------------------------------------------ what root does

    def root_runs(self, *warnings, script=HELLO, cache=None, cwd=WORK, **env):
        result = coretap("-e", script, env=environment(cache, **env), cwd=cwd)
        self.ok(result, "hi\n", *warnings)
        self.nothing_of_nobodys_ran()
        return result

    def nothing_of_nobodys_ran(self):
        self.assertEqual([p.name for p in MARKS.iterdir()], [])

    # ------------------------------------------------------------------ controls

    def test_control_nobody_loads_his_own_plant(self):
        cache = self.nobodys("control")
        self.plant(cache)
        result = run(*AS_NOBODY, safety.CORETAP, "-e", HELLO, env=environment(cache), cwd=WORK)
        self.ok(result, "hi\n")
        self.assertEqual([p.name for p in MARKS.iterdir()], [f"by-{NOBODY}"])

    def test_control_root_loads_its_own_plant(self):
        cache = TMP / "control-root"
        cache.mkdir(mode=0o700)
        self.plant(cache, user=0)
        self.ok(coretap("-e", HELLO, cache=cache, cwd=WORK), "hi\n")
        self.assertEqual([p.name for p in MARKS.iterdir()], ["by-0"])

    # ------------------------------------------------------------------ actions

    def test_01_no_home_and_a_plant_in_tmp(self):
        """Without HOME the cache was /tmp/.cache/coretap, which anybody can make first."""
        planted = pathlib.Path("/tmp/.cache")
        if planted.exists():
            self.skipTest("/tmp/.cache exists")
        try:
            self.plant(planted / "coretap")
            os.chown(planted, NOBODY, NOBODY)
            self.root_runs(HOME=None, XDG_CACHE_HOME=None)
        finally:
            shutil.rmtree(planted)

    def test_02_home_of_nobody(self):
        """sudo -E, su -m: HOME is still the other user's. Root's own home is used, with nothing to warn of."""
        home = self.nobodys("home")
        self.plant(home / ".cache" / "coretap")
        self.give(home)
        self.root_runs(HOME=home, XDG_CACHE_HOME=None)
        self.assertEqual([p.name for p in entries(home / ".cache" / "coretap")], [self.template.name])

    def test_03_xdg_cache_home_of_nobody(self):
        folder = self.nobodys("xdg")
        self.plant(folder / "coretap")
        self.root_runs(HOME=TMP / "no-home", XDG_CACHE_HOME=folder)

    def test_04_xdg_cache_home_below_a_folder_of_nobody(self):
        folder = self.nobodys("xdg-parent")
        (folder / "inner").mkdir()
        self.plant(folder / "inner" / "coretap", user=0)
        result = self.root_runs("cache-untrusted", XDG_CACHE_HOME=folder / "inner")
        self.assertIn(f"'{folder}' belongs to user {NOBODY}", result.stderr)

    def test_05_cache_dir_of_nobody(self):
        cache = self.nobodys("own")
        self.plant(cache)
        result = self.root_runs("cache-untrusted", cache=cache)
        self.assertIn(str(cache), result.stderr)

    def test_06_world_writable_cache_dir(self):
        cache = TMP / "shared"
        cache.mkdir()
        cache.chmod(0o777)
        self.plant(cache)
        self.root_runs("cache-untrusted", cache=cache)
        cache.chmod(0o1777)  # nor with the sticky bit: entries can be planted before
        self.root_runs("cache-untrusted", cache=cache)

    def test_07_group_writable_cache_dir(self):
        cache = TMP / "group"
        cache.mkdir()
        os.chown(cache, 0, NOBODY)
        cache.chmod(0o775)
        self.plant(cache)
        self.root_runs("cache-untrusted", cache=cache)

    def test_08_link_in_place_of_the_cache(self):
        real, link = self.nobodys("real"), TMP / "link"
        self.plant(real)
        link.symlink_to(real)
        os.lchown(link, NOBODY, NOBODY)
        self.root_runs("cache-untrusted", cache=link)

    def test_09_link_to_a_cache_of_root(self):
        """Even then: he who owns the link says which folder it is."""
        real, parent = TMP / "roots", self.nobodys("links")
        real.mkdir(mode=0o700)
        (parent / "cache").symlink_to(real)
        self.root_runs("cache-untrusted", cache=parent / "cache")
        self.root_runs("cache-untrusted", cache=parent / "cache" / "inner")
        self.assertEqual(list(real.iterdir()), [])

    def test_10_renamed_folder_on_the_way(self):
        """Root made its cache below a folder of nobody's, who puts another in its place."""
        parent = self.nobodys("parent")
        (parent / "cache").mkdir(mode=0o700)
        self.by_nobody("mv", parent / "cache", parent / "away")
        self.plant(parent / "cache")
        self.root_runs("cache-untrusted", cache=parent / "cache")

    def test_11_entry_of_nobody_in_a_good_cache(self):
        """It cannot come there by itself; a backup may have been restored, or the mode mended afterwards."""
        cache = TMP / "good"
        cache.mkdir(mode=0o700)
        self.plant(cache)
        self.root_runs("cache-untrusted", cache=cache)
        self.root_runs(cache=cache)  # healed: the new entry is root's
        (entry,) = entries(cache)
        self.assertEqual(entry.stat().st_uid, 0)

    def test_12_link_in_place_of_an_entry(self):
        cache, real = TMP / "good-link", self.nobodys("elsewhere")
        cache.mkdir(mode=0o700)
        (cache / self.template.name).symlink_to(self.plant(real))
        self.root_runs("cache-untrusted", cache=cache)

    def test_13_swapped_files_in_an_entry_that_others_can_write(self):
        cache = TMP / "swapped"
        cache.mkdir(mode=0o755)
        self.root_runs(cache=cache)
        (entry,) = entries(cache)
        entry.chmod(0o777)
        plant = self.plant(self.nobodys("swap-source"))
        for name in ("manifest", "harness.so"):
            self.assertEqual(self.by_nobody("mv", "-f", plant / name, entry / name).returncode, 0)
        self.root_runs("cache-untrusted", cache=cache)

    def test_14_file_of_nobody_in_an_entry(self):
        cache = TMP / "file"
        cache.mkdir(mode=0o700)
        os.chown(self.plant(cache, user=0) / "harness.so", NOBODY, NOBODY)
        self.root_runs(cache=cache)

    def test_15_file_that_others_can_write(self):
        cache = TMP / "writable"
        cache.mkdir(mode=0o755)
        self.root_runs(cache=cache)
        (entry,) = entries(cache)
        entry.chmod(0o755)
        for name in ("manifest", "harness.so"):
            (entry / name).chmod(0o666)
            done = self.by_nobody("cp", self.template / name, entry / name)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.root_runs(cache=cache)

    def test_16_hard_link_and_link_to_a_file(self):
        """A name in root's entry for a file that has another name elsewhere."""
        for kind in (os.link, os.symlink):
            cache = TMP / f"names-{kind.__name__}"
            cache.mkdir(mode=0o700)
            entry = self.plant(cache, user=0)
            other = TMP / f"harness-{kind.__name__}"
            (entry / "harness.so").rename(other)
            kind(other, entry / "harness.so")
            self.root_runs(cache=cache)

    def test_17_umask_0(self):
        """What root makes is root's alone whatever the umask is."""
        cache = TMP / "umask" / "made" / "cache"
        result = run("sh", "-c", 'umask 0; exec "$@"', "sh", safety.CORETAP, "-e", HELLO, env=environment(cache), cwd=WORK)
        self.ok(result, "hi\n")
        for folder in (TMP / "umask", cache.parent, cache, *entries(cache)):
            self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700, folder)
        (entry,) = entries(cache)
        for path in entry.iterdir():
            self.assertEqual(path.stat().st_mode & 0o022, 0, path)
        self.assertNotEqual(self.by_nobody("mv", entry, TMP / "umask" / "gone").returncode, 0)
        self.root_runs(cache=cache)

    def test_18_old_cache_that_umask_0_made(self):
        """Folders of mode 0777, as an earlier version left them: what is in them is not used."""
        cache = TMP / "left"
        cache.mkdir()
        cache.chmod(0o777)
        entry = self.plant(cache)
        self.give(entry, 0)  # even if all looks like root's
        self.root_runs("cache-untrusted", cache=cache)

    def test_19_tmpdir_of_nobody(self):
        """The folder to compile in is never made where nobody can put another in its place."""
        folder = self.nobodys("tmpdir")
        for mode in (0o777, 0o755):
            folder.chmod(mode)
            result = coretap("-k", "--disable-cache", "-e", HELLO, env=environment(None, TMPDIR=folder), cwd=WORK)
            self.assertEqual((result.returncode, result.stdout), (0, "hi\n"), result.stderr)
            kept = pathlib.Path(result.stderr.split('"')[1])
            self.assertNotIn(folder, kept.parents)
            self.assertEqual((kept.stat().st_uid, stat.S_IMODE(kept.stat().st_mode)), (0, 0o700))
            shutil.rmtree(kept)
            self.assertEqual(list(folder.iterdir()), [])

    def test_20_tools_in_the_working_folder(self):
        """A $PATH with an empty or relative folder, and nobody's compilers there."""
        folder = self.nobodys("tools")
        (folder / "bin").mkdir()
        for place in (folder, folder / "bin"):
            for name in ("g++", "gcc", "clang", "clang++", "ld", "ld.lld", "as", "cc1plus", "collect2"):
                tool = place / name
                tool.write_text(f"#!/bin/sh\ntouch {MARKS}/tool-{name}\nexit 1\n")
                tool.chmod(0o755)
        self.give(folder)
        for path in (":/usr/bin:/bin", ".:/usr/bin:/bin", "bin:/usr/bin:/bin", "/usr/bin:/bin:"):
            self.root_runs(cwd=folder, PATH=path, cache=TMP / "tools-cache")
            result = coretap("--build=" + str(TMP / "tools-out"), "-e", HELLO, cwd=folder,
                             env=environment(None, PATH=path))
            self.assertEqual(result.returncode, 0, result.stderr)
            self.nothing_of_nobodys_ran()
        (MARKS / "control").touch()
        run("g++", cwd=folder, env=environment(None, PATH=".:/usr/bin:/bin"), check=False)
        self.assertIn("tool-g++", [p.name for p in MARKS.iterdir()], "the planted tool leaves its mark when it is run")

    def test_21_headers_in_the_working_folder(self):
        folder = self.nobodys("headers")
        for box in ("bpf", "shared", "user/harness"):
            for path in (safety.ROOT / "runtime" / box).glob("*.h"):
                (folder / path.name).write_text('#error "nobody\'s header"\n')
        self.give(folder)
        script = 'probe kernel.trace("sched_switch") { next } probe begin { println("hi") exit() }'
        result = coretap("-p4", "-e", script, cwd=folder, cache=TMP / "headers-cache")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_22_output_that_is_a_link(self):
        """--build replaces a planted link and does not write through it."""
        folder, victim = self.nobodys("out"), TMP / "victim"
        victim.write_text("precious\n")
        (folder / "tool").symlink_to(victim)
        result = coretap(f"--build={folder}/tool", "-e", HELLO, cwd=WORK)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(victim.read_text(), "precious\n")
        self.assertFalse((folder / "tool").is_symlink())

    def test_23_files_of_the_cache_itself(self):
        """The settings and the stamp of the cleaning are not followed if they are links."""
        cache, victim = TMP / "settings", TMP / "victim-2"
        cache.mkdir(mode=0o700)
        victim.write_text("precious\n")
        for name in ("last-clean", "cache_mb_limit", "cache_clean_interval_s"):
            (cache / name).symlink_to(victim)
        self.root_runs(cache=cache)
        self.assertEqual(victim.read_text(), "precious\n")

    def test_24_fifos_in_an_entry_do_not_stop_root(self):
        cache = TMP / "fifos"
        cache.mkdir(mode=0o700)
        for name in ("manifest", "harness.so"):
            entry = self.plant(cache, user=0)
            (entry / name).unlink()
            os.mkfifo(entry / name)
            self.root_runs(cache=cache)
            shutil.rmtree(entry)


if __name__ == "__main__":
    safety.main(needs_root=True)
