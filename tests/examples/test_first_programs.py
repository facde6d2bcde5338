"""The scripts of examples/first-programs tell what their workloads did. Those that probe functions of the kernel run in a guest (vm.tools)."""
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "live"))
import live  # noqa: E402
from live import ROOT, TMP, coretap, run  # noqa: E402
from workloads import ExampleTest, program  # noqa: E402

PROGRAMS = ROOT / "examples" / "first-programs"
# One connection; the server waits for 200 ms before it answers. Then it sends, and nobody answers.
SLOW_SERVER = """
import socket, threading, time
listener = socket.create_server(("127.0.0.1", 0))
def serve():
    accepted, _ = listener.accept()
    accepted.recv(10)
    time.sleep(0.2)
    accepted.sendall(b"answer")
    accepted.recv(1)
thread = threading.Thread(target=serve)
thread.start()
with socket.create_connection(listener.getsockname()) as client:
    client.sendall(b"question")
    client.recv(10)
thread.join()
"""


class FirstPrograms(ExampleTest):
    def output(self, name, command, *options):
        binary = TMP / name
        built = coretap(f"--build={binary}", *options, PROGRAMS / f"{name}.stp")
        self.assertEqual((built.returncode, built.stdout, built.stderr), (0, "", ""))
        return self.ok(run(binary, "-c", command, timeout=120))

    def test_every_program_is_tested_and_listed(self):
        text = pathlib.Path(__file__).read_text() + (HERE.parent / "vm" / "tools_test.py").read_text()
        page = (PROGRAMS / "README.md").read_text()
        for path in PROGRAMS.glob("*.stp"):
            self.assertTrue(f'self.output("{path.stem}", ' in text or f'"first-programs/{path.stem}"' in text, path)
            self.assertIn(f"| [{path.stem}]({path.name}) |", page)
            head = path.read_text().split("\n\n")[0]
            self.assertTrue(head.startswith("#!/usr/bin/env coretap\n# "), path)
            self.assertIn(f"#   coretap {path.name}", head)

    def test_hello_exec(self):
        out = self.output("hello-exec", "sh -c '/bin/true; exec /nonexistent/x 2>/dev/null'; :")
        self.assertEqual(re.findall(r'^Hello from (\S+) \(\d+\): "(.*)"$', out, re.M)[-2:], [("sh", "/bin/true"), ("sh", "/nonexistent/x")])

    def test_uid_message(self):
        """The table is changed by a command of the session itself, through the session's file."""
        if run("setpriv", "--reuid", "4321", "/bin/true").returncode != 0:
            self.skipTest("setpriv cannot change the user here")
        name = f"ct_first_{os.getpid()}"
        done = coretap("-m", name, PROGRAMS / "uid-message.stp", "-c", f"sh -c '/bin/true; echo \"4321 You there\" > /run/coretap/{name}/message; "
                       f"setpriv --reuid 4321 /bin/true; echo \"0 Root again\" > /run/coretap/{name}/message; setpriv --reuid 4322 /bin/true'")
        rows = re.findall(r"^(\S+) of user (\d+): (.*)$", self.ok(done), re.M)
        self.assertEqual(rows, [("sh", "0", "Hello root"), ("true", "0", "Hello root"), ("setpriv", "0", "Hello root"),
                                ("true", "4321", "You there"), ("setpriv", "0", "Root again"), ("true", "4322", "Hello whoever you are")])
        self.output("uid-message", "/bin/true", "-m", name + "b")

    def test_task_pairs(self):
        """While the program sleeps 100 times, it leaves its CPU and comes to it as often as it says."""
        def attempt():
            out = self.output("task-pairs", f"{program()} turns")
            times = int(re.search(r"^schedstat \d+ \d+ (\d+)$", out, re.M)[1])
            rows = [(int(count), before, after) for count, before, after in re.findall(r"^ +(\d+) (.{16}) (.*)$", out, re.M)]
            left, came = (sum(row[0] for row in rows if row[column].strip() == "known") for column in (1, 2))
            return max(abs(left - times), abs(came - times)) <= 10, (left, came, times)

        self.agree(attempt, times=5)

    def test_tcp_latency(self):
        path = TMP / "slow_server.py"
        path.write_text(SLOW_SERVER)
        out = self.output("tcp-latency", f"/usr/bin/python3.11 -I -S {path}")
        count, average, longest = map(int, re.search(r"^python3.11: (\d+) answers, average (\d+) us, longest (\d+) us$", out, re.M).groups())
        self.assertEqual((count, average), (1, longest))
        self.assertTrue(200000 <= average < 1000000, out)

    def test_alloc_lines(self):
        leaks, source = TMP / "leaks", HERE / "leaks.c"
        subprocess.run(["gcc", "-g", "-O2", "-o", str(leaks), str(source)], check=True)
        line = {size: number for number, text in enumerate(source.read_text().splitlines(), 1) for size in re.findall(r"malloc\((\d+)\)", text)}
        rows = re.findall(r"^ +(\d+) +(\d+) \S*leaks.c:(\d+)$", self.output("alloc-lines", leaks), re.M)
        self.assertEqual(sorted(rows), sorted([("50", "3000", str(line["3000"])), ("5", "100", str(line["100"])), ("1", "10", str(line["10"]))]))


if __name__ == "__main__":
    live.main()
