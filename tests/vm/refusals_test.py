"""What a built binary says where it cannot run: no BTF, no rights, lockdown, a probe that is not there. And where it can:
an unprivileged user with CAP_BPF and CAP_PERFMON only.

    refusals_test.py CORETAP WORKLOAD

Each refusal names what is missing in plain words, and the exit status is 1. Needs QEMU and the packaged kernels; without
them it is skipped, loudly (exit status 77).
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import kernels
import run_in_vm

CORETAP, WORKLOAD = sys.argv[1:]
WORK = pathlib.Path(tempfile.mkdtemp(prefix="coretap-refusals-"))

NOBODY = "/t/setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all"
TRACER = ("/t/setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps +bpf,+perfmon --ambient-caps +bpf,+perfmon "
          "--bounding-set -all,+bpf,+perfmon")
# What no verifier takes; kernels tell its place in different ways.
UNSAFE = """function peek:long(address:long) %{ /* bpf */
  STAP_RETVALUE = *(volatile long *)STAP_ARG_address;
%}
probe syscall.kill { println(peek(1)) }
"""
# The command that counts is held by -c; its own count is the oracle.
RUN = "-c 'workload kill=7'"
UNTIL_TICK = "-T 30"  # the script ends itself

SCRIPTS = {
    "trace": 'global n probe kernel.trace("sched_process_exec") { if ($p->pid == target()) n++ } probe end { println(n) }',
    "tracepoint": "global n probe syscall.kill { if (pid() == target()) n++ } probe end { println(n) }",
    "kprobe": 'global n probe kprobe.function("__x64_sys_kill") { if (pid() == target()) n++ } probe end { println(n) }',
    "memory": 'probe kernel.trace("sched_process_exec") { if (pid() == target()) println(kernel_string($bprm->filename)) }',
    "profile": 'probe timer.profile { println("tick") exit() }',
}


def functions(btf):
    """Names of the functions in a BTF file, by bpftool."""
    dump = subprocess.run(["bpftool", "btf", "dump", "file", str(btf)], capture_output=True, text=True, check=True)
    return set(re.findall(r"^\[\d+\] FUNC '(\w+)'", dump.stdout, re.M))


def tracepoints(btf):
    dump = subprocess.run(["bpftool", "btf", "dump", "file", str(btf)], capture_output=True, text=True, check=True)
    return set(re.findall(r"^\[\d+\] TYPEDEF 'btf_trace_(\w+)'", dump.stdout, re.M))


def build(name, script, *options):
    subprocess.run([CORETAP, f"--build={WORK / name}", *options, "-e", script], check=True)


class Kernel:
    """The jobs of one boot, and what their results must be."""

    def __init__(self, kernel, append=""):
        self.kernel, self.append, self.jobs, self.checks = kernel, append, [], []

    def job(self, name, command, check):
        self.jobs.append(run_in_vm.Job(name, command, 60))
        self.checks.append(check)

    def refused(self, name, command, *words):
        def check(job):
            assert job.exit_code == 1, (job.exit_code, job.stdout, job.stderr)
            assert job.stdout == "", job.stdout
            for word in ("ERROR:", *words):
                assert word in job.stderr, (word, job.stderr)
        self.job(name, command, check)

    def prints(self, name, command, line):
        def check(job):
            assert job.exit_code == 0 and job.stderr == "", (job.exit_code, job.stdout, job.stderr)
            assert line in job.stdout.splitlines(), job.stdout
        self.job(name, command, check)

    def run(self):
        files = [str(path) for path in WORK.iterdir()] + [WORKLOAD, shutil.which("setpriv")]
        result = run_in_vm.run(self.kernel, self.jobs, files, append=self.append)
        assert result.finished, result.console[-3000:]
        failures = []
        for job, check in zip(result.jobs, self.checks):
            said = job.stderr.strip().splitlines()
            print(f"{self.kernel} {self.append} {job.name}: exit {job.exit_code} {said[-1] if said else ''}")
            try:
                check(job)
            except AssertionError as wrong:
                failures.append(f"{self.kernel} {job.name}: {wrong}")
        assert not failures, "\n".join(failures)


def with_all_rights(kernel):
    boot = Kernel(kernel)
    for name, count in ("trace", "1"), ("tracepoint", "7"), ("kprobe", "7"), ("profile", "tick"):
        boot.prints(f"root-{name}", f"{name} {UNTIL_TICK if name == 'profile' else RUN}", count)
    boot.prints("memory", f"memory {RUN}", "/t/workload")
    boot.refused("unsafe", f"unsafe {RUN}", "the kernel's verifier refuses the code of probe kernel.", "at unsafe.stp:2\n",
                 "source: STAP_RETVALUE = *(volatile long *)STAP_ARG_address;", "a plain number is used as an address")
    boot.refused("no-function", f"gone-function {RUN}", "this kernel has no function")
    boot.refused("no-tracepoint", f"gone-tracepoint {RUN}", "no tracepoint")
    return boot


def with_some_rights(kernel):
    boot = Kernel(kernel)
    for name in SCRIPTS:
        boot.refused(f"nobody-{name}", f"{NOBODY} {name} {RUN}", "CAP_BPF", "CAP_PERFMON")
    boot.prints("tracer-trace", f"{TRACER} trace {RUN}", "1")
    # Debian's kernels allow perf events to CAP_SYS_ADMIN only, unless told otherwise.
    paranoid = "/proc/sys/kernel/perf_event_paranoid"
    boot.refused("tracer-paranoid", f"echo 3 > {paranoid}; {TRACER} profile {RUN}", "kernel.perf_event_paranoid is 3")
    for name, count in ("kprobe", "7"), ("profile", "tick"):
        run = UNTIL_TICK if name == "profile" else RUN
        boot.prints(f"tracer-{name}", f"echo 2 > {paranoid}; {TRACER} {name} {run}", count)
    boot.refused("tracer-no-tracefs", f"{TRACER} tracepoint {RUN}", "syscall", "/sys/kernel/tracing")
    boot.prints("tracer-tracefs", "chmod a+x /sys/kernel/tracing /sys/kernel/tracing/events "
                "/sys/kernel/tracing/events/syscalls /sys/kernel/tracing/events/syscalls/sys_enter_kill; "
                f"chmod a+r /sys/kernel/tracing/events/syscalls/sys_enter_kill/id; {TRACER} tracepoint {RUN}", "7")
    # Last: what hides the BTF stays for the jobs behind it.
    boot.refused("no-btf", f"mkdir /tmp/empty; mount --bind /tmp/empty /sys/kernel/btf; trace {RUN}", "no BTF",
                 "/sys/kernel/btf/vmlinux")
    return boot


def locked_down(kernel):
    boot = Kernel(kernel, "lockdown=confidentiality")
    for name in "memory", "tracepoint":
        boot.refused(f"lockdown-{name}", f"{name} {RUN}", "lockdown", "confidentiality")
    return boot


def main():
    run_in_vm.skip_unless(kernels.KERNELS)
    btf = {kernel: run_in_vm.kernel_btf(kernel) for kernel in kernels.KERNELS}
    for name, script in SCRIPTS.items():
        build(name, script)
    (WORK / "unsafe.stp").write_text(UNSAFE)
    subprocess.run([CORETAP, f"--build={WORK / 'unsafe'}", "-g", str(WORK / "unsafe.stp")], check=True)
    for kernel in btf:
        # What another kernel of the list has, and this one has not.
        others = [path for name, path in btf.items() if name != kernel]
        function = min(set().union(*map(functions, others)) - functions(btf[kernel]))
        tracepoint = min(set().union(*map(tracepoints, others)) - tracepoints(btf[kernel]))
        of = {function: next(path for path in others if function in functions(path)),
              tracepoint: next(path for path in others if tracepoint in tracepoints(path))}
        build("gone-function", f'probe kprobe.function("{function}") {{ exit() }}', "--btf", str(of[function]))
        build("gone-tracepoint", f'probe kernel.trace("{tracepoint}") {{ exit() }}', "--btf", str(of[tracepoint]))
        for boot in with_all_rights(kernel), with_some_rights(kernel), locked_down(kernel):
            boot.run()


try:
    main()
finally:
    shutil.rmtree(WORK)
