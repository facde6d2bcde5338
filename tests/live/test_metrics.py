"""--metrics: what a scraper reads over HTTP, beside what the workload did."""
import contextlib
import http.client
import math
import re
import shutil
import signal
import socket
import subprocess
import time

import live
from live import CORETAP, LiveTest, TMP, build, coretap, line_of, run

LINE = line_of("loop", "/* LOOP */")
# loop.c runs the line with the values 1 to 6, three times.
VALUES = [value for _ in range(3) for value in range(1, 7)]
COUNTED = f"""
global rounds, by_label, plain, seen, by_index, note = "first\\\\second", odd, empty
probe process(@1).statement("sum@loop.c:{LINE}") {{
  rounds++
  by_label[user_string($p->label), $values[$i]]++
  plain <<< $values[$i]
  seen <<< $values[$i]
  by_index[$i] <<< $values[$i]
  if ($i > 100) empty <<< 1
}}
probe begin {{
  odd["a\\"b\\\\c\\nd"] = -1
  odd["\\377\\303\\251"] = 2
  println("live")
}}
probe end {{
  printf("%d %d %d %d %s %d\\n", rounds, @sum(plain), @max(plain), @count(empty), note, by_label["", 0] + odd[""])
  print(@hist_log(seen)); print(@hist_linear(seen, 2, 5, 1)); println(@sum(seen))
  foreach (i in by_index) println(@count(by_index[i]))
}}
"""

SAMPLE = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? (\S+)')
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')


def parse(text):
    """The samples of a page, by name and labels, and the types of its families. Each line must be one of the format's."""
    samples, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types, line
            types[name] = kind
        elif not line.startswith("# HELP "):
            found = SAMPLE.fullmatch(line)
            assert found, line
            labels = {name: re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value) for name, value in LABEL.findall(found[2] or "")}
            key = (found[1], *sorted(labels.items()))
            assert key not in samples, line
            samples[key] = float(found[3])
    return samples, types


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def serving(*command):
    """A run that has said "live", and its port."""
    port = free_port()
    process = subprocess.Popen([*command, f"--metrics=:{port}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    try:
        line = process.stdout.readline()
        assert line == "live\n", line + process.stderr.read()
        yield process, port
    finally:
        process.kill()
        process.communicate()


def ask(port, method="GET", path="/metrics", host="127.0.0.1"):
    connection = http.client.HTTPConnection(host, port, timeout=60)
    connection.request(method, path)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response, text


def raw(port, *pieces):
    """What is answered to bytes that come in pieces."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.01)
        return connection.makefile("rb").read()


class Metrics(LiveTest):
    def check_page(self, port):
        response, text = ask(port)
        self.assertEqual((response.status, response.getheader("Content-Type")), (200, "text/plain; version=0.0.4; charset=utf-8"))
        samples, types = parse(text)
        self.assertEqual(samples["rounds",], len(VALUES))
        by_label = {key: value for key, value in samples.items() if key[0] == "by_label"}
        self.assertEqual(by_label, {("by_label", ("key0", "origin"), ("key1", str(value))): 3 for value in range(1, 7)})
        self.assertEqual((samples["plain_sum",], samples["plain_count",], samples["plain_max",]), (sum(VALUES), len(VALUES), max(VALUES)))
        self.assertEqual(samples["empty_count",], 0)
        self.assertEqual(samples["note", ("value", "first\\second")], 1)
        self.assertEqual({key[1][1]: value for key, value in samples.items() if key[0] == "odd"}, {'a"b\\c\nd': -1, "\\xffé": 2})
        for index in range(6):
            self.assertEqual(samples["by_index_count", ("key0", str(index))], 3)
        for name, limits in (("seen", [0, *(2**n - 1 for n in range(1, 64))]), ("seen_2", [1, 2, 3, 4, 5])):
            buckets = {float(dict(key[1:])["le"]): value for key, value in samples.items() if key[0] == name + "_bucket"}
            self.assertEqual(buckets, {float(limit): sum(value <= limit for value in VALUES) for limit in [*limits, math.inf]})
            self.assertEqual((samples[name + "_sum",], samples[name + "_count",], types[name]), (sum(VALUES), len(VALUES), "histogram"))
        self.assertEqual((types["rounds"], types["plain"]), ("untyped", "summary"))
        handled = {key: value for key, value in samples.items() if key[0] == "coretap_handled_total"}
        ((_, handler, probe), count), = handled.items()
        self.assertEqual((handler, count), (("handler", "0"), len(VALUES)))
        self.assertIn(f"loop.c:{LINE}", probe[1])
        lost = [value for key, value in samples.items() if key[0] in ("coretap_errors_total", "coretap_lost_records_total", "coretap_missed_total")]
        self.assertEqual(set(lost), {0})

    def test_a_page_has_what_the_workload_did(self):
        program = build("loop", "-O0")
        binary = TMP / "counted"
        self.ok(coretap(f"--build={binary}", "-e", COUNTED, program))
        for command in ([CORETAP, "-e", COUNTED, program], [binary]):
            with self.subTest(command[0]), serving(*command) as (process, port):
                self.assertEqual(parse(ask(port)[1])[0]["rounds",], 0)
                self.assertEqual(run(program).returncode, 0)
                for _ in range(2):  # asking changes nothing
                    self.check_page(port)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=60)
                self.assertEqual((out.splitlines()[0], err, process.returncode), (f"18 {sum(VALUES)} 6 0 first\\second 0", "", 0))
                with self.assertRaises(ConnectionRefusedError):
                    ask(port)

    def test_http(self):
        text = 'global n probe begin { n = 7; println("live") } probe timer.s(1000) { println(n) }'
        with serving(CORETAP, "-e", text) as (process, port):
            page = ask(port)[1]
            self.assertIn("\nn 7\n", page)
            head, nothing = ask(port, "HEAD")
            self.assertEqual((head.status, head.getheader("Content-Length"), nothing), (200, str(len(page)), ""))
            self.assertEqual(ask(port, path="/metrics?name=x")[1], page)
            for status, method, path in ((404, "GET", "/"), (404, "GET", "/metrics/"), (405, "POST", "/metrics"), (405, "DELETE", "/x")):
                self.assertEqual(ask(port, method, path)[0].status, status)
            answer = raw(port, b"GET /met", b"rics HTTP/1.1\r\nHo", b"st: x\r\n\r", b"\n")
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n") and answer.endswith(page.encode()))
            for bad in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET /metrics\r\n\r\n", b"\xff\x00\xff \r\n\r\n"):
                self.assertTrue(raw(port, bad).startswith(b"HTTP/1.1 400 "), bad)
            # A byte more than is taken: what is not read when it answers could cost the answer.
            self.assertTrue(raw(port, b"GET /metrics HTTP/1.1\r\nX: ".ljust(8193, b"x")).startswith(b"HTTP/1.1 431 "))
            # Clients that say nothing keep nobody out, though they are more than are served at a time.
            silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
            self.assertEqual(ask(port)[1], page)
            for connection in silent:
                connection.close()
            process.send_signal(signal.SIGINT)
            self.assertEqual((*process.communicate(timeout=60), process.returncode), ("", "", 0))

    def test_prometheus_probes_are_a_part_of_the_page(self):
        text = """
global served, table
probe prometheus { served++; @prometheus_dump_array1(table, "table_of_names", "name") }
probe begin { table["x"] = 4; table["y"] = 5; println("live") }
"""
        with serving(CORETAP, "-e", text) as (_, port):
            samples = parse(ask(port)[1])[0]
            self.assertEqual((samples["table_of_names", ("name", "x")], samples["table_of_names", ("name", "y")]), (4, 5))
            self.assertEqual(samples["table", ("key0", "x")], 4)
            self.assertEqual(parse(ask(port)[1])[0]["served",], 1)

    def test_service_with_the_least_capabilities(self):
        """The example of a unit: systemd understands it, and a binary has enough with what it grants."""
        unit = live.ROOT / "examples/systemd/coretap@.service"
        granted = set(re.search(r"^CapabilityBoundingSet=(.*)$", unit.read_text(), re.M)[1].split())
        self.assertEqual(granted, set(re.search(r"^AmbientCapabilities=(.*)$", unit.read_text(), re.M)[1].split()))
        if shutil.which("systemd-analyze"):
            placed = TMP / unit.name
            placed.write_text(unit.read_text().replace("/usr/local/lib/coretap/%i", "/bin/true").replace("man:coretap(1)", "man:true(1)"))
            self.assertEqual(run("systemd-analyze", "verify", placed).stderr, "")
        with open("/proc/sys/kernel/perf_event_paranoid") as paranoid:
            if int(paranoid.read()) > 2:
                self.skipTest("this kernel keeps probes for CAP_SYS_ADMIN")
        names = ",".join("+" + name.removeprefix("CAP_").lower() for name in sorted(granted))
        program, binary = build("loop", "-O0"), TMP / "served"
        TMP.chmod(0o711)
        self.ok(coretap(f"--build={binary}", "-e", COUNTED, program))
        as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", f"--bounding-set=-all,{names}",
                     f"--inh-caps=-all,{names}", f"--ambient-caps=-all,{names}"]
        with serving(*as_nobody, binary) as (_, port):
            self.assertEqual(run(program).returncode, 0)
            self.check_page(port)

    def test_what_cannot_be_served(self):
        def says(words, place):
            done = live.script('probe begin { println("ran"); exit() }', f"--metrics={place}")
            self.assertEqual((done.returncode, done.stdout), (1, ""), place)
            self.assertEqual(done.stderr.count("ERROR"), 1)
            self.assertIn(words, done.stderr)

        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            says(f"cannot serve metrics on ':{port}': Address already in use", f":{port}")
        says("cannot serve metrics on '192.0.2.1:9': Cannot assign requested address", "192.0.2.1:9")
        for place in ("9100", "host.example:9100", ":", ":x", ":65536", "::1:9100", "[::1:9100", "/run/socket"):
            says(f"--metrics takes ADDR:PORT or :PORT, where ADDR is an address of this machine, not '{place}'", place)
        says("--metrics takes ADDR:PORT or :PORT, not ''", "")


if __name__ == "__main__":
    live.main()
