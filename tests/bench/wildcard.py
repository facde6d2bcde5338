"""A probe on 5,000 kernel functions, on the packaged kernels in the VM: mechanism, time to attach and to detach, memory.

Part of ./dev bench --vm. QEMU interprets, so the times compare mechanisms with one another, not with another machine.
"""
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "vm"))
import kernels  # noqa: E402
import run_in_vm  # noqa: E402

SCRIPT = ('global n probe kernel.function("t*"), kernel.function("f*"), kernel.function("n*"), '
          'kernel.function("__x64_sys_*") { n++ } probe end { printf("hits %d\\n", n) }\n')
TIMEOUT = 1200  # seconds: where each kprobe is removed by itself, each waits for the kernel's grace periods

# The binary runs this when all is attached, and detaches when it has ended.
WHEN_ATTACHED = """
cut -d' ' -f1 /proc/uptime
grep VmHWM /proc/$PPID/status
wc -l </sys/kernel/tracing/enabled_functions
cut -d' ' -f1 /proc/uptime
"""
JOB = "cut -d' ' -f1 /proc/uptime; {binary} -v -c 'sh when_attached' || exit; cut -d' ' -f1 /proc/uptime"
ANSWER = re.compile(r"(?P<begun>[\d.]+)\n(?P<attached>[\d.]+)\nVmHWM:\s+(?P<memory>\d+) kB\n(?P<functions>\d+)\n"
                    r"(?P<ending>[\d.]+)\nhits (?P<hits>\d+)\n(?P<ended>[\d.]+)\n")


def measure(coretap: str, folder: pathlib.Path) -> tuple[list[str], bool]:
    """A line for each packaged kernel, and whether each was measured or could not be had on this machine."""
    lines, good = [], True
    for kernel in kernels.KERNELS:
        try:
            btf = run_in_vm.kernel_btf(kernel)
        except kernels.KernelUnavailable as missing:
            lines.append(f"{kernel}: SKIPPED, {missing}")
            continue
        line, measured = measure_kernel(coretap, kernel, btf, folder)
        lines.append(f"{kernel}: {line}")
        good = good and measured
    return lines, good


def measure_kernel(coretap: str, kernel: str, btf: pathlib.Path, folder: pathlib.Path) -> tuple[str, bool]:
    binary, helper = folder / f"wildcard-{kernel}", folder / "when_attached"
    helper.write_text(WHEN_ATTACHED)
    built = subprocess.run([coretap, "--btf", str(btf), f"--build={binary}", "-D", "MAXSKIPPED=1000000", "-e", SCRIPT],
                           capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if built.returncode:
        return f"could not be built: {built.stderr.strip()[:300]}", False
    result = run_in_vm.run(kernel, [run_in_vm.Job("wildcard", JOB.format(binary=binary.name), TIMEOUT)],
                           [str(binary), str(helper)])
    job = result.jobs[0]
    answer = ANSWER.fullmatch(job.stdout)
    if not result.finished or job.exit_code or not answer:
        return f"did not run: exit {job.exit_code}, {(job.stdout + job.stderr).strip()[:300]}", False
    return describe(answer, job.stderr, binary), True


def describe(answer: re.Match[str], log: str, binary: pathlib.Path) -> str:
    mechanisms = sorted(set(re.findall(r"^probe .* and \d+ more: (.+)$", log, re.M)))
    unprobed = log.count("skipped optional probe")
    begun, attached, ending, ended = (float(answer[name]) for name in ("begun", "attached", "ending", "ended"))
    return (f"{answer['functions']} functions by {', '.join(mechanisms) or '?'} ({unprobed} more match and cannot be traced): "
            f"attached in {attached - begun:.2f} s, detached in {ended - ending:.2f} s, {answer['hits']} hits; "
            f"{int(answer['memory']) / 1024:.1f} MiB at most, binary {binary.stat().st_size / 1e6:.2f} MB")
