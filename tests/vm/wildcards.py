"""One probe on thousands of kernel functions in the VM: what is attached, what it counts, what it costs. For wildcard_test.py and ./dev bench --vm.

What is attached is told by the kernel (tracefs), what was called by the workload; both are held against the script's output.
"""
import dataclasses
import pathlib
import re
import shutil
import subprocess
import tempfile

import run_in_vm


@dataclasses.dataclass
class Case:
    kernel: str
    mechanism: str
    prefixes: str  # of the functions' names: a regular expression
    patterns: list[str]  # the same for the script
    at_least: int  # functions
    timeout: int = 400  # seconds: QEMU interprets
    cpus: int = 2


@dataclasses.dataclass
class Measured:
    functions: int
    attach: float  # seconds
    detach: float
    memory: float  # MiB, the largest resident set
    binary: int  # bytes


# 6.12 has kprobe.multi. 6.1 of Debian has not, takes a kprobe for each function and removes them one by one; and under QEMU's
# interpreter thousands of kprobes in the paths of its timer interrupt are more than fit between two interrupts, so that there
# whole subsystems that the workload does not use are probed beside the system calls.
COLD = ["acpi_", "crypto_", "devlink_", "ext4_", "__ia32_", "inet", "input_", "iommu_", "ip", "mptcp_", "nvme_", "pci", "proc_",
        "selinux_", "tcp_", "tomoyo_", "tty_", "__x64_sys_", "xen_", "xfrm"]
THOUSANDS = [Case("6.1", "kprobe", "|".join(COLD), [prefix + "*" for prefix in COLD], 5000, timeout=1200, cpus=1),
             Case("6.12", "kprobe.multi", "t|f|n|__x64_sys_", ["t*", "f*", "n*", "__x64_sys_*"], 5000)]
HUNDREDS = Case("6.1", "kprobe", "__x64_sys_[a-p]", ["__x64_sys_[a-p]*"], 250)

# Per system call of the workload, what it is asked for. libc makes none of these by itself in a static program.
CALLS = {"kill": 300, "nanosleep": 40, "create": 10, "open": 7}
EXPECTED = {"__x64_sys_kill": 300, "__x64_sys_nanosleep": 40, "__x64_sys_openat": 10 + 7}

# The shell that becomes the workload has the same pid, but not the name.
BODY = """ {
  if (execname() == "workload") n[ppfunc()]++
}
probe end { foreach (name in n) printf("%s %d\\n", name, n[name]) }
"""

# Runs when all is attached; the binary detaches when it has ended.
COMMAND = f"""cut -d' ' -f1 /proc/uptime >attached
grep VmHWM /proc/$PPID/status >memory
cat /sys/kernel/tracing/enabled_functions >enabled
workload {' '.join(f'{name}={count}' for name, count in CALLS.items())} &
wait $!
cut -d' ' -f1 /proc/uptime >ending
"""

PARTS = {
    "times": "cat begun attached ending ended",
    "memory": "cat memory",
    "enabled": "cut -d' ' -f1 enabled",
    "available": "cut -d' ' -f1 /sys/kernel/tracing/available_filter_functions",
    "blacklist": "cut -f2 /sys/kernel/debug/kprobes/blacklist | cut -d' ' -f1",
    "symbols": "grep -iE ' [tw] ' /proc/kallsyms",
    "left": "cat /sys/kernel/tracing/enabled_functions /sys/kernel/debug/kprobes/list",
}
JOB = "cut -d' ' -f1 /proc/uptime >begun; wildcard -v -c 'sh command' || exit; cut -d' ' -f1 /proc/uptime >ended\n" + "".join(
    f"echo '--- {name}'; {command}\n" for name, command in PARTS.items())


def measure(case: Case, coretap: str, workload: str) -> Measured:
    """Runs a case; an AssertionError says what is not as it should be."""
    with tempfile.TemporaryDirectory(prefix="coretap-wildcard-") as work:
        return _measure(case, coretap, workload, pathlib.Path(work))


def _measure(case: Case, coretap: str, workload: str, work: pathlib.Path) -> Measured:
    btf, binary, script, command = run_in_vm.kernel_btf(case.kernel), work / "wildcard", work / "w.stp", work / "command"
    points = ", ".join(f'kernel.function("{pattern}")' for pattern in case.patterns)
    script.write_text(f"global n\nprobe {points}{BODY}")
    command.write_text(COMMAND)
    # Probes hit inside a handler are skipped and reported; any number of these may not end the session.
    built = subprocess.run([coretap, "--btf", str(btf), f"--build={binary}", "-D", "MAXSKIPPED=1000000", str(script)],
                           stderr=subprocess.PIPE, text=True)
    assert built.returncode == 0, (built.returncode, built.stderr[-2000:])
    result = run_in_vm.run(case.kernel, [run_in_vm.Job("wildcard", JOB, case.timeout)], [str(binary), str(command), workload],
                           cpus=case.cpus)
    job = result.jobs[0]
    assert result.finished and job.exit_code == 0, (result.console[-3000:], job.exit_code, job.stdout[-1000:], job.stderr[-2000:])
    output, *rest = re.split(r"^--- (\w+)\n", job.stdout, flags=re.M)
    parts = dict(zip(rest[::2], rest[1::2]))
    attached = _check_functions(case, parts, _functions_in_btf(btf))
    _check_counts(output)
    mechanisms = re.findall(r"^probe .* and \d+ more: ([\w.]+)", job.stderr, re.M)
    assert mechanisms == [case.mechanism] * len(case.patterns), job.stderr[:1000]
    assert "ERROR" not in job.stderr, job.stderr[:1000]
    begun, live, ending, ended = map(float, parts["times"].split())
    memory = int(re.search(r"\d+", parts["memory"])[0]) / 1024
    return Measured(attached, live - begun, ended - ending, memory, binary.stat().st_size)


def _functions_in_btf(btf: pathlib.Path) -> set[str]:
    bpftool = shutil.which("bpftool") or "/usr/sbin/bpftool"
    dump = subprocess.run([bpftool, "btf", "dump", "file", str(btf)], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^\[\d+\] FUNC '(\w+)'", dump, re.M))


def _check_functions(case: Case, parts: dict[str, str], btf_functions: set[str]) -> int:
    """What the kernel can trace is attached, nothing else is, and nothing stays. Returns how many."""
    names: dict[str, list[str]] = {}
    for address, name in re.findall(r"^(\w+) \w (\S+)$", parts["symbols"], re.M):
        names.setdefault(name, []).append(address)
    wanted = {name for name in parts["available"].split() if re.match(case.prefixes, name)} & btf_functions
    if case.mechanism == "kprobe":  # it takes no name that several functions have
        wanted = {name for name in wanted - set(parts["blacklist"].split()) if len(names[name]) == 1}
    assert len(wanted) >= case.at_least, len(wanted)
    attached = set(parts["enabled"].split())
    assert wanted <= attached, sorted(wanted - attached)[:20]
    # The kernel tells one name of each address: __do_sys_getuid16 is __x64_sys_getuid16.
    of_pattern = {address for name, at in names.items() if re.match(case.prefixes, name) for address in at}
    others = {name for name in attached - wanted if not of_pattern.intersection(names.get(name, []))}
    assert not others, sorted(others)[:20]
    assert parts["left"] == "", parts["left"][:1000]
    return len(attached)


def _check_counts(output: str) -> None:
    counts = dict(re.findall(r"^(\w+) (\d+)$", output, re.M))
    for name, count in EXPECTED.items():
        assert counts.get(name) == str(count), (name, count, counts)
    for name, count in CALLS.items():
        assert f"{name} calls {count} ok {count} failed 0\n" in output, output
