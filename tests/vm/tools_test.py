"""Scripts of examples/ that probe the kernel's functions count what a workload did, in a guest, for this machine's kernel cannot.

    tools_test.py CORETAP WORKLOAD KNOWN_NETWORK [KERNEL...]

Needs QEMU and the packaged kernels; without them it is skipped, loudly (exit status 77).
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import kernels
import run_in_vm

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
WORK = "workload open=7 read=20 write=30 create=5 unlink=5"
TOOLS = {"tools/vfsstat": WORK, "first-programs/vfs-read-latency": WORK, "first-programs/unlink-calls": WORK,
         "first-programs/tcp-sends": "known_network", "tools/tcptop": "known_network"}
# Programs of many system calls, on raw tracepoints, which have no attach cookies before Linux 6.10: whatever asks which call it
# was, they load. Kernel 5.10 takes the base form.
LOADED = {f"tools/{name}": (EXAMPLES / "tools" / f"{name}.stp",) for name in ("fileslower", "filetop", "statsnoop", "ext4slower")}
MANY = "probe syscall.read, syscall.write, syscall.openat, syscall.close"
LOADED["name"] = ("-e", MANY + " { println(pn()) }")
LOADED["error"] = ("-e", "global a " + MANY + " { println(a[tid()]) if (tid() == 0) error(\"none\") }")
LOADED["filter"] = ("-e", "global n " + MANY.replace(",", ".return,") + ".return { if (retval < 0) n[pn(), execname()] <<< retval } probe end { foreach ([p, e] in n) println(@sum(n[p, e])) }")
LOADED["all names"] = ("-e", """global calls, points, returns
    probe syscall.* { if (pid() == target()) { calls[name]++; points[name, pp()]++ } }
    probe syscall.*.return { if (pid() == target()) returns[name, retval < 0]++ }
    probe end {
      foreach (name in calls) printf("%s %d\\n", name, calls[name])
      foreach ([name, point] in points) printf("%s %s\\n", name, point)
      foreach ([name, failed] in returns) printf("%s %d %d\\n", name, failed, returns[name, failed])
    }""")
LOADED["all texts"] = ("-e", r"""probe syscall.* { printf("%s(%s)\n", name, argstr) } probe syscall.*.return { printf(" = %s\n", retstr) }""")
LOADED["texts"] = ("-e", """probe syscall.write { try { println(user_string_n(buf_uaddr, count)) } catch { println("none") } }
    probe syscall.read.return { if (retval > 0) println(kernel_string_n(task_current(), retval)) }""")


def check_vfsstat(text):
    head, *_, last = [line for line in text.splitlines() if line.startswith(("TIME", "all"))]
    counted = dict(zip(head.split()[1:], map(int, last.split()[1:])))
    # The workload's own file is opened to be executed, and it opens /dev/null for itself. Each line that it prints is a write.
    printed = sum(" calls " in line or line.startswith("pid ") for line in text.splitlines())
    assert counted == {"READ": 20, "WRITE": 30 + printed, "FSYNC": 0, "OPEN": 7 + 5 + 2, "CREATE": 5, "UNLINK": 5}, text


def check_read_latency(text):
    count, average = map(int, re.search(r"^workload: (\d+) reads, average (\d+) ns$", text, re.M).groups())
    assert count == 20 and average > 0, text
    assert sum(map(int, re.findall(r"^ *\d+ \|@* +(\d+)$", text, re.M))) == count, text


def check_unlink(text):
    pid = re.search(r"^pid (\d+)$", text, re.M)[1]
    calls = re.findall(rf"^{pid} workload (->|<-) do_unlinkat (\S+)$", text, re.M)
    assert calls == [call for i in range(5) for call in (("->", f"/tmp/workload.{pid}.0.{i}"), ("<-", "0"))], text


def connections_of(text):
    return int(re.search(r"^did connections (\d+)$", text, re.M)[1])


def check_sends(text):
    """Each connection sends 100 bytes one way and 200 the other."""
    calls, size = zip(*(map(int, row) for row in re.findall(r"^\d\d:\d\d:\d\d +(\d+) calls +(\d+) bytes$", text, re.M)))
    assert (sum(calls), sum(size)) == (2 * connections_of(text), 300 * connections_of(text)), text


def check_tcptop(text):
    assert re.search(r"^\d+ +known_network +127.0.0.1:\d+ +127.0.0.1:\d+ +0 +0$", text, re.M), text


CHECKS = dict(zip(TOOLS, (check_vfsstat, check_read_latency, check_unlink, check_sends)))


def main():
    coretap, workload, network, *names = sys.argv[1:]
    names = names or kernels.KERNELS
    run_in_vm.skip_unless(names)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-tools-"))
    binaries = {tool: folder / pathlib.Path(tool).name for tool in TOOLS}
    for tool, binary in binaries.items():
        subprocess.run([coretap, f"--build={binary}", str(EXAMPLES / f"{tool}.stp")], check=True)
    loaded = {name: folder / f"load-{number}" for number, name in enumerate(LOADED)}
    for name, binary in loaded.items():
        subprocess.run([coretap, f"--build={binary}", *map(str, LOADED[name])], check=True)
    for kernel in names:
        jobs = [run_in_vm.Job(tool, f"{binary.name} -c '{TOOLS[tool]}'", 60)
                for tool, binary in binaries.items()]
        jobs += [run_in_vm.Job(name, f"{binary.name} --check-load", 60) for name, binary in loaded.items()]
        result = run_in_vm.run(kernel, jobs, [*map(str, binaries.values()), *map(str, loaded.values()), workload, network])
        for name, job in zip(LOADED, result.jobs[len(TOOLS):]):
            form = "base" if kernel == "5.10" else "modern"
            assert (job.exit_code, job.stdout.strip(), job.stderr) == (0, f"loads: {form}", ""), (name, job.exit_code, job.stdout, job.stderr)
        for tool, job in zip(TOOLS, result.jobs):
            if tool not in CHECKS and kernel in ("5.10", "6.1"):  # its tracepoints came with Linux 6.3
                assert job.exit_code == 1 and "this kernel has no tracepoint" in job.stderr, (job.stdout, job.stderr)
                continue
            assert (job.exit_code, job.stderr) == (0, ""), (tool, job.exit_code, job.stdout, job.stderr)
            CHECKS.get(tool, check_tcptop)(job.stdout)
        print(f"{result.release}: {', '.join(binary.name for binary in binaries.values())} tell what was done")


if __name__ == "__main__":
    main()
