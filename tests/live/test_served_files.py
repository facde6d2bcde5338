"""Files that a session serves, and its standard input: procfs, prometheus, json_data, input.char and input.line.

The truth is what readers and writers outside see and do, and what they were told."""
import json
import os
import pathlib
import pty
import re
import signal
import stat
import subprocess
import threading
import time
import unittest

import live
from live import CORETAP, LiveTest, TMP, coretap

FOLDERS = pathlib.Path("/run/coretap")


class Session:
    """A run of a script with a folder of its own, which is there when it says "ready"."""

    def __init__(self, text, *args, **more):
        self.name = f"ct_test_{os.getpid()}_{time.monotonic_ns() % 1000000}"
        self.folder = FOLDERS / self.name
        self.process = subprocess.Popen([CORETAP, "-m", self.name, *args, "-e", text + '\nprobe begin(9) { println("ready") }'],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)

    def __enter__(self):
        line = self.process.stdout.readline()
        assert line == "ready\n", line + self.process.stderr.read()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.out, self.err = self.process.communicate(timeout=30)
        self.status = self.process.returncode

    def read(self, path):
        return (self.folder / path).read_text()

    def write(self, path, text):
        with open(self.folder / path, "w") as file:
            file.write(text)


def fuse_missing():
    return None if os.access("/dev/fuse", os.R_OK | os.W_OK) and os.geteuid() == 0 else "no /dev/fuse, or not root"


@unittest.skipIf(fuse_missing(), fuse_missing())
class Files(LiveTest):
    def test_each_reader_gets_an_answer_of_that_moment(self):
        with Session('global n probe procfs("n").read { n++; $value = sprint(n); $value .= "\\n" }') as session:
            self.assertEqual([session.read("n") for _ in range(3)], ["1\n", "2\n", "3\n"])
            with open(session.folder / "n") as one, open(session.folder / "n") as other:
                self.assertEqual([one.read(), other.read(), one.read(), one.seek(0), one.read()], ["4\n", "5\n", "", 0, "4\n"])
            self.assertEqual(subprocess.run(["cat", session.folder / "n"], capture_output=True, text=True).stdout, "6\n")
        self.assertEqual((session.out, session.err, session.status), ("n=6\n" if session.out else "", "", 0))
        self.assertFalse(session.folder.exists())

    def test_many_readers_at_once(self):
        with Session('global n probe procfs("n").read { $value = sprint(n++) }') as session:
            answers = []
            readers = [threading.Thread(target=lambda: answers.append(int(session.read("n")))) for _ in range(40)]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
            self.assertEqual(sorted(answers), list(range(40)))

    def test_what_is_written(self):
        text = '''probe procfs("in").write { printf("<%s>", $value); if ($value == "end") exit() }
                  probe procfs("in").write { printf("again %d %d\\n", strlen($value), @defined($value)) }'''
        with Session(text) as session:
            session.write("in", "hello")
            subprocess.run(["sh", "-c", f"echo more >{session.folder}/in; echo most >>{session.folder}/in"], check=True)
            session.write("in", "x" * 1200)
            session.write("in", "end")
            session.process.wait(timeout=20)
        pieces = "".join(f"<{'x' * size}>again {size} 1\n" for size in (511, 511, 178))
        self.assertEqual(session.out, "<hello>again 5 1\n<more\n>again 5 1\n<most\n>again 5 1\n" + pieces + "<end>")
        self.assertEqual((session.err, session.status), ("", 0))

    def test_sizes(self):
        text = '''probe procfs("small").read { $value = "123456"; for (i = 0; i < 100; i++) $value .= "123456" }
                  probe procfs("large").read.maxsize(300000) { for (i = 0; i < 5000; i++) $value .= "123456789 123456789 123456789 123456789 123456789 12345678\\n" }
                  probe procfs("exact").read.maxsize(6) { $value = "123"; $value .= "456" }
                  probe procfs("none").read { if (target() == 7) $value = "x" }'''
        with Session(text, "--suppress-time-limits", "-g", "-D", "MAXERRORS=3") as session:
            with self.assertRaises(OSError) as refused:
                session.read("small")
            self.assertEqual(refused.exception.errno, 5)
            line = "123456789 " * 5 + "12345678\n"
            self.assertEqual(session.read("large"), line * 5000)
            self.assertEqual(session.read("exact"), "123456")
            self.assertEqual(session.read("none"), "")
        self.assertIn('$value of procfs file "small" is longer than its 511 bytes; .maxsize(N) gives it more', session.err)

    def test_permissions_and_folders(self):
        text = '''probe procfs.read { $value = "r" } probe procfs("w").write { println($value) }
                  probe procfs("both").read { $value = "b" } probe procfs("both").write { println($value) }
                  probe procfs("deep/in/it").umask(0040).read { $value = "deep" } probe procfs("deep/w").umask(0).write { println($value) }'''
        with Session(text) as session:
            modes = {name: stat.S_IMODE((session.folder / name).stat().st_mode) for name in ("command", "w", "both", "deep/in/it", "deep/w")}
            self.assertEqual(modes, {"command": 0o400, "w": 0o200, "both": 0o600, "deep/in/it": 0o404, "deep/w": 0o222})
            self.assertEqual(sorted(os.listdir(session.folder)), ["both", "command", "deep", "w"])
            self.assertEqual(sorted(os.listdir(session.folder / "deep")), ["in", "w"])
            self.assertEqual(session.read("deep/in/it"), "deep")
            for path, flags in (("w", os.O_RDONLY), ("command", os.O_WRONLY)):
                with self.assertRaises(PermissionError):
                    os.open(session.folder / path, flags)
            for action in (lambda: os.chmod(session.folder / "w", 0o777), lambda: (session.folder / "new").write_text("x"),
                           lambda: os.unlink(session.folder / "w"), lambda: os.mkdir(session.folder / "d")):
                with self.assertRaises(OSError):
                    action()
            other = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", session.folder / "deep/in/it", session.folder / "command"],
                                   capture_output=True, text=True)
            self.assertEqual((other.stdout, "Permission denied" in other.stderr), ("deep", True))
        self.assertEqual((session.err, session.status), ("", 0))

    def test_an_error_ends_the_answer_only(self):
        text = 'global n probe procfs("a").read { $value = "x"; if (n++ == 0) error("no") } probe never { println(n) }'
        with Session(text, "-D", "MAXERRORS=5") as session:
            with self.assertRaises(OSError) as refused:
                session.read("a")
            self.assertEqual(refused.exception.errno, 5)
            self.assertEqual(session.read("a"), "x")
        self.assertIn("ERROR: no", session.err)

    def test_a_reader_that_goes_away(self):
        with Session('global n probe procfs("a").read { n++; $value = "x" }') as session:
            reader = subprocess.Popen(["sh", "-c", f"exec 3<{session.folder}/a; kill -STOP $$; cat <&3"])
            time.sleep(0.3)
            reader.kill()
            reader.wait()
            self.assertEqual(session.read("a"), "x")
        self.assertEqual((session.err, session.status), ("", 0))

    def test_two_sessions_of_one_name(self):
        text = 'probe procfs("a").read { $value = "first" }'
        with Session(text) as session:
            done = coretap("-m", session.name, "-e", text + " probe begin { exit() }")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(f"another session has the folder '{session.folder}'; give this one another name (-m NAME)", done.stderr)
            self.assertEqual(session.read("a"), "first")

    def test_a_killed_session_leaves_nothing_in_the_way(self):
        """Also if it was looked at just before, when the kernel still knows its folder."""
        text = 'probe procfs("a").read { $value = module_name() }'
        with Session(text) as session:
            self.assertEqual(session.read("a"), session.name)
            session.folder.stat()
            session.process.kill()
            session.process.wait()
            with self.assertRaises(OSError):
                session.read("a")
        done = coretap("-m", session.name, "-e", text + " probe begin { println(module_name()) exit() }")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, session.name + "\n", ""))
        self.assertFalse(session.folder.exists())

    def test_without_the_right_to_mount(self):
        done = subprocess.run(["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", CORETAP, "-e", 'probe procfs("a").read { $value = "x" }'],
                              capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"ERROR: procfs probes: cannot mount their files on '/run/coretap/stap_\d+': Operation not permitted")

    def test_what_happened_before_is_in_the_answer(self):
        text = 'global n probe kernel.trace("sys_enter") { if (pid() == stp_test && $id == 148) n++ } probe procfs("n").read { $value = sprint(n) } global stp_test'
        with Session(text, "-G", f"stp_test={os.getpid()}") as session:
            for count in range(1, 6):
                for _ in range(100):
                    os.sched_rr_get_interval(0)
                self.assertEqual(session.read("n"), str(100 * count))

    def test_prometheus(self):
        text = '''global bytes probe begin { bytes["a", 1] = 5; bytes["b\\"c", 2] = 7 }
                  probe prometheus { @prometheus_dump_array2(bytes, "bytes_total", "file", "n") }'''
        with Session(text) as session:
            self.assertEqual(sorted(session.read("__prometheus").splitlines()),
                             ['bytes_total{file="a",n="1"} 5', 'bytes_total{file="b\\"c",n="2"} 7'])

    def test_json(self):
        text = '''probe begin { json_set_prefix("test"); json_add_numeric_metric("count", "how \\"many\\"", "s"); json_add_string_metric("who", "")
                                json_add_array("net", "devices"); json_add_array_numeric_metric("net", "rx", "received", "bytes"); json_add_array_string_metric("net", "kind", "") 
                                try { json_add_string_metric("who", "again") } catch (e) { println(e) } }
                  probe json_data { @json_output_data_start; @json_output_numeric_value("count", 42); @json_output_string_value("who", "me \\"x\\"")
                                    @json_output_array_numeric_value("net", "eth0", "rx", 7); @json_output_array_string_value("net", "eth0", "kind", "a")
                                    @json_output_array_numeric_value("net", "lo", "rx", 9); @json_output_data_end }'''
        process = Session(text)
        line = process.process.stdout.readline()
        self.assertEqual(line, "Metric 'who' already exists\n")
        with process as session:
            for _ in range(2):
                self.assertEqual(json.loads(session.read("data.json")),
                                 {"count": 42, "who": 'me "x"', "net": [{"__id": "eth0", "rx": 7, "kind": "a"}, {"__id": "lo", "rx": 9}]})
            metrics = json.loads(session.read("metadata.json"))
        self.assertEqual(metrics, {"prefix": "test", "metrics": [
            {"name": "count", "pointer": "/count", "type": "integer", "description": 'how "many"', "units": "s"},
            {"name": "who", "pointer": "/who", "type": "string"},
            {"name": "net", "pointer": "/net", "type": "array", "description": "devices", "index": "/__id", "metrics": [
                {"name": "rx", "pointer": "/rx", "type": "integer", "description": "received", "units": "bytes"},
                {"name": "kind", "pointer": "/kind", "type": "string"}]}]})

    def test_a_built_binary_has_its_own_name(self):
        binary = TMP / "served_binary"
        self.ok(coretap(f"--build={binary}", "-e", 'probe procfs("a").read { $value = module_name() exit() }'))
        process = subprocess.Popen([binary], stdin=subprocess.DEVNULL)
        path = FOLDERS / "served_binary" / "a"
        for _ in range(100):
            if path.exists():
                break
            time.sleep(0.1)
        self.assertEqual(path.read_text(), "served_binary")
        self.assertEqual(process.wait(timeout=20), 0)


class Input(LiveTest):
    CHARS = 'probe input.char { printf("%d ", strlen(char) ? 1 : 0); print(char); if (char == "q") exit() } '
    LINES = 'probe input.line { printf("[%s]", line); if (line == "end\\n") exit() } '

    def run_with(self, text, **more):
        done = subprocess.run([CORETAP, "-T", "10", "-e", text], capture_output=True, text=True, timeout=60, **more)
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        return done.stdout

    def test_characters_and_lines_of_a_pipe(self):
        self.assertEqual(self.run_with(self.CHARS, input="abqz"), "1 a1 b1 q")
        self.assertEqual(self.run_with(self.LINES, input="one\n\ntwo three\nend\nno\n"), "[one\n][\n][two three\n][end\n]")
        both = self.LINES + 'probe input.char { printf("%s.", char) } probe input.line { printf("{%d}", strlen(line)) }'
        self.assertEqual(self.run_with(both, input="ab\ncd\nend\n").count("{"), 2)

    def test_a_file_and_nothing(self):
        path = TMP / "input"
        path.write_text("x\nend\n")
        with open(path) as file:
            self.assertEqual(self.run_with(self.LINES, stdin=file), "[x\n][end\n]")
        text = self.LINES + "probe timer.ms(500) { exit() }"
        self.assertEqual(self.run_with(text, stdin=subprocess.DEVNULL), "")

    def test_a_long_line_is_cut(self):
        text = 'probe input.line { printf("%d %s\\n", strlen(line), substr(line, 0, 3)); if (strlen(line) == 2) exit() }'
        self.assertEqual(self.run_with(text, input="abc" + "x" * 900 + "\nk\n"), "511 abc\n2 k\n\n")

    def test_a_terminal_gives_each_key_and_is_put_back(self):
        master, slave = pty.openpty()
        import termios
        before = termios.tcgetattr(slave)
        process = subprocess.Popen([CORETAP, "-e", self.CHARS + 'probe begin(9) { println("ready") }'], stdin=slave, stdout=subprocess.PIPE, text=True,
                                   start_new_session=True, preexec_fn=lambda: __import__("fcntl").ioctl(0, termios.TIOCSCTTY, 0))
        self.assertEqual(process.stdout.readline(), "ready\n")
        self.assertFalse(termios.tcgetattr(slave)[3] & (termios.ICANON | termios.ECHO))
        for key in b"xq":
            os.write(master, bytes([key]))
        self.assertEqual(process.communicate(timeout=20)[0], "1 x1 q")
        self.assertEqual(termios.tcgetattr(slave), before)


class OutputFiles(LiveTest):
    def test_switch_file(self):
        text = 'probe begin { println("a"); switch_file(); println("b"); switch_file(); print("c"); exit() }'
        self.ok(coretap("-o", TMP / "switched", "-e", text))
        self.assertEqual([(TMP / name).read_text() for name in ("switched", "switched.1", "switched.2")], ["a\n", "b\n", "c"])
        self.ok(coretap("-S", "1,2", "-o", TMP / "series", "-e", text))
        self.assertEqual({name: (TMP / name).read_text() for name in os.listdir(TMP) if name.startswith("series")}, {"series.1": "b\n", "series.2": "c"})
        self.assertEqual(self.ok(coretap("-e", text)), "a\nb\nc")


if __name__ == "__main__":
    live.main()
