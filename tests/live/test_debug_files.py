#!/usr/bin/env python3
"""Debug information that is not in the program: by .gnu_debuglink, dwz, and from debuginfod servers, good and bad ones.

The good server is Debian's debuginfod; those that lie, hang or are slow are ours.
"""
import contextlib
import http.server
import os
import pathlib
import pty
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
import zlib

import live
from live import build_id, coretap, run

SOURCE = """#include <stdlib.h>
struct job { int size; long weight; };
static volatile long sum;
__attribute__((noinline)) void work(struct job *job) { sum += job->size * job->weight; }
int main(int argc, char **argv) {
  for (int i = 1; i <= atoi(argv[1]); i++) { struct job job = {i, argc}; work(&job); }
  return 0;
}
"""


def strip_apart(folder, name, *flags, source=SOURCE):
    """Builds FOLDER/NAME, stripped of everything, and FOLDER/NAME.debug; returns both paths, and that of the whole program."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / (name + ".c")).write_text(source)
    prog, debug, whole = folder / name, folder / (name + ".debug"), folder / (name + ".whole")
    subprocess.run(["gcc", "-g", "-O1", "-Wl,--build-id", *flags, "-o", prog, folder / (name + ".c")], check=True)
    shutil.copy(prog, whole)
    subprocess.run(["objcopy", "--only-keep-debug", prog, debug], check=True)
    subprocess.run(["objcopy", "--strip-debug", prog], check=True)
    return prog, debug, whole


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def environment(url, cache, **more):
    """Of a run that asks this server, with an empty cache."""
    return dict(os.environ, DEBUGINFOD_URLS=url, DEBUGINFOD_CACHE_PATH=str(cache), **more)


@contextlib.contextmanager
def debuginfod(folder, ids):
    """Debian's server of the files in a folder, once it knows these build-ids; its URL."""
    port = free_port()
    server = subprocess.Popen(["debuginfod", "-F", folder, "-p", str(port), "-d", ":memory:"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for one in ids:
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{url}/buildid/{one}/debuginfo").close()
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                raise AssertionError(f"debuginfod does not serve {one}")
        yield url
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def serving(answer):
    """A server that calls ANSWER(handler) for each request; its URL, and the paths that were asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            answer(self)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send_file(handler, path, pieces=1, pause=0):
    """Sends a file, in pieces with a pause behind each."""
    data = pathlib.Path(path).read_bytes()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    step = len(data) // pieces + 1
    for start in range(0, len(data), step):
        handler.wfile.write(data[start:start + step])
        handler.wfile.flush()
        time.sleep(pause)


class DebugFiles(live.LiveTest):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=live.TMP))

    def listing(self, prog, **kwargs):
        return coretap("-L", f'process("{prog}").function("work")', **kwargs)

    def of_whole(self, prog, whole):
        """What is listed of the program that was not stripped, under the name of the stripped one."""
        lines = self.ok(self.listing(whole)).replace(str(whole), str(prog))
        self.assertIn("$job:struct job*", lines)
        return lines

    def refusal(self, prog, **kwargs):
        """The message for a source line, which needs debug information."""
        result = coretap("-l", f'process("{prog}").statement("work@*:4")', **kwargs)
        self.assertEqual(result.returncode, 1)
        self.assertIn("[no-debuginfo]", result.stderr)
        return result.stderr

    def test_a_link_with_a_wrong_checksum_is_named(self):
        prog, debug, whole = strip_apart(self.folder, "linked")
        subprocess.run(["objcopy", f"--add-gnu-debuglink={debug}", prog], check=True)
        self.assertEqual(self.ok(self.listing(prog)), self.of_whole(prog, whole))
        wanted = zlib.crc32(debug.read_bytes())
        with open(debug, "ab") as file:
            file.write(b"x")
        there = zlib.crc32(debug.read_bytes())
        message = self.refusal(prog)
        self.assertIn(f"'{debug}' does not fit: its checksum is {there:08x}, and the .gnu_debuglink of '{prog}' asks for "
                      f"{wanted:08x}", message)

    def test_a_link_to_another_build_is_named(self):
        prog, debug, _ = strip_apart(self.folder, "linked")
        other = strip_apart(self.folder / "other", "linked", "-O2")[1]
        self.assertNotEqual(build_id(other), build_id(prog))
        shutil.copy(other, debug)
        subprocess.run(["objcopy", f"--add-gnu-debuglink={debug}", prog], check=True)
        self.assertIn(f"'{debug}' does not fit: it is of another build (its build-id is {build_id(other)}, that of '{prog}' is "
                      f"{build_id(prog)})", self.refusal(prog))

    def test_a_package_that_has_the_debug_symbols_is_named(self):
        """The truth is dpkg's. bash is stripped, and is in every Debian."""
        bash = str(pathlib.Path(shutil.which("bash")).resolve())
        owner = run("dpkg", "-S", bash)
        if owner.returncode != 0:
            owner = run("dpkg", "-S", bash.removeprefix("/usr"))
        if owner.returncode != 0 or run("dpkg", "-s", "bash-dbgsym").returncode == 0:
            self.skipTest("bash is not Debian's, or its debug symbols are installed")
        package = owner.stdout.split(":")[0]
        codename = re.search(r"VERSION_CODENAME=(\w+)", pathlib.Path("/etc/os-release").read_text())[1]
        self.assertIn(f"it is from Debian's package {package}: its debug symbols are in {package}-dbgsym, of the archive \"deb "
                      f"http://deb.debian.org/debian-debug {codename}-debug main\"", self.refusal(bash))
        ours = strip_apart(self.folder, "ours")[0]
        self.assertIn("compile with -g", self.refusal(ours))

    @unittest.skipUnless(shutil.which("debuginfod"), "there is no debuginfod")
    def test_from_a_server(self):
        prog, debug, whole = strip_apart(self.folder / "here", "served")
        served = self.folder / "served"
        served.mkdir()
        debug = shutil.move(debug, served)
        expected = self.of_whole(prog, whole)
        os.remove(whole)
        with debuginfod(served, [build_id(debug)]) as url:
            env = environment(url, self.folder / "cache")
            self.assertEqual(self.ok(self.listing(prog, env=env)), expected)
            counted = coretap("-e", f'global n, sizes probe process("{prog}").function("work") {{ n++; sizes += $job->size }} '
                              'probe end { printf("%d %d\\n", n, sizes) }', "-c", f"{prog} 100", env=env)
            self.assertEqual(self.ok(counted), f"100 {sum(range(101))}\n")
            other = strip_apart(self.folder / "other", "unknown", "-O2", source=SOURCE.replace("work", "more"))[0]
            self.assertIn(f"no debuginfod server has build-id {build_id(other)} (DEBUGINFOD_URLS, {url})",
                          coretap("-l", f'process("{other}").statement("more@*:4")', env=env).stderr)
        # What was fetched is kept by the client library: nobody is there any more.
        self.assertEqual(self.ok(self.listing(prog, env=env)), expected)

    @unittest.skipUnless(shutil.which("debuginfod") and shutil.which("dwz"), "there is no debuginfod or no dwz")
    def test_the_part_that_dwz_moved(self):
        one, two = self.folder / "one", self.folder / "two"
        for prog, level in (one, "-O1"), (two, "-O2"):
            (self.folder / "dwz.c").write_text(SOURCE)
            subprocess.run(["gcc", "-g", level, "-Wl,--build-id", "-o", prog, self.folder / "dwz.c"], check=True)
        whole = self.folder / "whole"
        shutil.copy(one, whole)
        common = self.folder / "served" / "common.debug"
        common.parent.mkdir()
        subprocess.run(["dwz", "-m", common, "-M", self.folder / "gone" / "common.debug", one, two], check=True)
        id_of_common = build_id(common)
        result = self.listing(one)
        self.assertIn(f"WARNING [debug-files]: a part of the debug information of '{one}' is missing: dwz moved it to "
                      f"'{self.folder}/gone/common.debug' (build-id {id_of_common})", result.stderr)
        with debuginfod(common.parent, [id_of_common]) as url:
            self.assertEqual(self.ok(self.listing(one, env=environment(url, self.folder / "cache"))), self.of_whole(one, whole))

    def test_a_server_that_hangs(self):
        prog, _, _ = strip_apart(self.folder, "first")
        other, _, _ = strip_apart(self.folder, "second", "-O2")
        release = threading.Event()
        with serving(lambda handler: release.wait()) as (url, asked):
            env = environment(url, self.folder / "cache", DEBUGINFOD_TIMEOUT="2")
            warning = (f"WARNING [debug-files]: the debug information of '{prog}' was not fetched: the debuginfod server is silent "
                       f"(DEBUGINFOD_URLS, {url}); it was waited for 2 s")
            result = coretap("-l", f'process("{prog}").function("work"), process("{other}").function("work")', env=env)
            # By its symbols the function is known.
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(len(result.stdout.splitlines()), 2)
            self.assertEqual(result.stderr.count("WARNING"), 1)
            self.assertIn(warning, result.stderr)
            # The second program's debug information is not waited for.
            self.assertEqual({path.split("/")[2] for path in asked}, {build_id(prog)})
            # A result that hangs on a server's mood is not kept: the second run tells of it, too.
            for _ in range(2):
                result = coretap("-e", f'probe process("{prog}").function("work") {{ exit() }}', "-c", f"{prog} 1", env=env)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn(warning, result.stderr)
            release.set()

    def test_a_server_that_is_not_there(self):
        prog, _, _ = strip_apart(self.folder, "alone")
        url = f"http://127.0.0.1:{free_port()}"
        result = self.listing(prog, env=environment(url, self.folder / "cache"))
        self.assertEqual(result.returncode, 0)
        self.assertIn(f"was not fetched: the debuginfod server cannot be asked (DEBUGINFOD_URLS, {url}): Connection refused",
                      result.stderr)

    def test_a_server_that_lies(self):
        prog, _, _ = strip_apart(self.folder, "true")
        _, lie, _ = strip_apart(self.folder, "lie", "-O2")
        with serving(lambda handler: send_file(handler, lie)) as (url, _):
            result = self.listing(prog, env=environment(url, self.folder / "cache"))
        self.assertEqual(result.returncode, 0)
        self.assertIn(f"WARNING [debug-files]: what a debuginfod server sent for '{prog}' was not used: ", result.stderr)
        self.assertIn(f"it is of another build (its build-id is {build_id(lie)}, that of '{prog}' is {build_id(prog)})", result.stderr)
        self.assertNotIn("$job", result.stdout)
        with open(self.folder / "noise", "wb") as noise:
            noise.write(b"no ELF file" * 1000)
        with serving(lambda handler: send_file(handler, self.folder / "noise")) as (url, _):
            result = self.listing(prog, env=environment(url, self.folder / "cache2"))
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stderr, r"WARNING \[debug-files\]: what a debuginfod server sent .* is not an ELF file")

    def test_a_terminal_shows_how_far_it_is(self):
        prog, debug, _ = strip_apart(self.folder, "slow")
        size = debug.stat().st_size
        with serving(lambda handler: send_file(handler, debug, pieces=5, pause=0.3)) as (url, _):
            master, slave = pty.openpty()
            with subprocess.Popen([live.CORETAP, "-L", f'process("{prog}").function("work")'], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=slave,
                                  env=environment(url, self.folder / "cache")) as process:
                os.close(slave)
                shown = b""
                with contextlib.suppress(OSError):  # the terminal's end
                    while piece := os.read(master, 4096):
                        shown += piece
                out = process.stdout.read().decode()
            os.close(master)
        self.assertIn("$job:struct job*", out)
        text = shown.decode()
        self.assertRegex(text, rf"loading debug information: [0-9.]+ of {size / 1e6:.1f} MB from {re.escape(url)}")
        self.assertTrue(text.endswith("\r\x1b[K"), text[-40:])  # nothing is left of it


if __name__ == "__main__":
    live.main()
