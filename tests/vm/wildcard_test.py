"""Thousands of functions by wildcard: all that the kernel can trace are attached, hits are exact, nothing stays attached.

    wildcard_test.py CORETAP WORKLOAD

What is attached is told by the kernel (tracefs), what was called by the workload. 6.1 has no kprobe.multi and removes kprobes
one by one, so it gets a few hundred functions; ./dev bench --vm measures 5,000 there. 77 without QEMU or a kernel.
"""
import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import run_in_vm


@dataclasses.dataclass
class Case:
    kernel: str
    mechanism: str
    prefixes: str  # of the functions' names: a regular expression
    patterns: list[str]  # the same for the script
    at_least: int


CASES = [
    Case("6.1", "kprobe", "__x64_sys_[a-p]", ["__x64_sys_[a-p]*"], 250),
    Case("6.12", "kprobe.multi", "t|f|n|__x64_sys_", ["t*", "f*", "n*", "__x64_sys_*"], 5000),
]

# Per system call of the workload, what it is asked for. libc makes none of these by itself in a static program.
CALLS = {"kill": 300, "nanosleep": 40, "create": 10, "open": 7}
EXPECTED = {"__x64_sys_kill": 300, "__x64_sys_nanosleep": 40, "__x64_sys_openat": 10 + 7}

# The shell that becomes the workload has the same pid, but not the name.
BODY = """ {
  if (pid() == target() && execname() == "workload") n[ppfunc()]++
}
probe end { foreach (name in n) printf("%s %d\\n", name, n[name]) }
"""

# Runs when all is attached.
COMMAND = f"""cat /sys/kernel/tracing/enabled_functions >enabled
exec workload {' '.join(f'{name}={count}' for name, count in CALLS.items())}
"""

JOB = """wildcard -v -c 'sh command' || exit
echo '--- enabled'; cut -d' ' -f1 enabled
echo '--- available'; cut -d' ' -f1 /sys/kernel/tracing/available_filter_functions
echo '--- symbols'; grep -E ' __(do|x64)_sys_' /proc/kallsyms
echo '--- left'; cat /sys/kernel/tracing/enabled_functions /sys/kernel/debug/kprobes/list"""


def functions_in_btf(btf: pathlib.Path) -> set[str]:
    bpftool = shutil.which("bpftool") or "/usr/sbin/bpftool"
    dump = subprocess.run([bpftool, "btf", "dump", "file", str(btf)], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^\[\d+\] FUNC '(\w+)'", dump, re.M))


def run(case: Case, coretap: str, workload: str, work: pathlib.Path) -> None:
    btf, binary, script, command = run_in_vm.kernel_btf(case.kernel), work / "wildcard", work / "w.stp", work / "command"
    points = ", ".join(f'kernel.function("{pattern}")' for pattern in case.patterns)
    script.write_text(f"global n\nprobe {points}{BODY}")
    command.write_text(COMMAND)
    # Probes hit inside a handler are skipped and reported; any number of these may not end the session.
    subprocess.run([coretap, "--btf", str(btf), f"--build={binary}", "-D", "MAXSKIPPED=1000000", str(script)], check=True)
    result = run_in_vm.run(case.kernel, [run_in_vm.Job("wildcard", JOB, 400)], [str(binary), str(command), workload])
    job = result.jobs[0]
    assert result.finished and job.exit_code == 0, (result.console[-2000:], job.exit_code, job.stdout[-1000:], job.stderr[-2000:])
    check(case, job, functions_in_btf(btf))
    print(f"{case.kernel}: done in {job.seconds} s", flush=True)


def check(case: Case, job: run_in_vm.JobResult, btf_functions: set[str]) -> None:
    parts = re.fullmatch(r"(.*)--- enabled\n(.*)--- available\n(.*)--- symbols\n(.*)--- left\n(.*)", job.stdout, re.S)
    assert parts, job.stdout[-1000:]
    output, enabled, available, symbols, left = parts.groups()
    wanted = {name for name in available.split() if re.match(case.prefixes, name)} & btf_functions
    assert len(wanted) >= case.at_least, len(wanted)
    attached = set(enabled.split())
    assert wanted <= attached, sorted(wanted - attached)[:20]
    # The kernel tells one name of each address: __do_sys_getuid16 is __x64_sys_getuid16.
    address = {name: value for value, _, name in re.findall(r"^(\w+) (\w) (\w+)$", symbols, re.M)}
    of_pattern = {value for name, value in address.items() if re.match(case.prefixes, name)}
    others = {name for name in attached - wanted if address.get(name) not in of_pattern}
    assert not others, sorted(others)[:20]
    assert left == "", left[:1000]
    counts = dict(re.findall(r"^(\w+) (\d+)$", output, re.M))
    for name, count in EXPECTED.items():
        assert counts.get(name) == str(count), (case.kernel, name, count, counts)
    for name, count in CALLS.items():
        assert f"{name} calls {count} ok {count} failed 0\n" in output, output
    mechanisms = re.findall(r"^probe .* and \d+ more: (.+)$", job.stderr, re.M)
    assert mechanisms == [case.mechanism] * len(case.patterns), job.stderr[:1000]
    assert "ERROR" not in job.stderr, job.stderr[:1000]
    print(f"{case.kernel}: {len(attached)} functions by {case.mechanism}, exact", flush=True)


def main() -> None:
    coretap, workload = sys.argv[1:]
    run_in_vm.skip_unless(case.kernel for case in CASES)
    for case in CASES:
        with tempfile.TemporaryDirectory(prefix="coretap-wildcard-") as work:
            run(case, coretap, workload, pathlib.Path(work))


main()
