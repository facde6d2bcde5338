"""Kernel stacks of kprobes, return probes, tracepoints and the profiler on every packaged kernel.

    stacks_test.py CORETAP WORKLOAD

The names are compared with the guest's own /proc/kallsyms, which a job prints. Needs QEMU and the packaged kernels;
without them it is skipped, loudly (exit status 77).
"""
import bisect
import pathlib
import re
import subprocess
import sys
import tempfile

import kernels
import run_in_vm

SCRIPT = """
probe kernel.function("do_sys_openat2") {
  if (pid() != target()) next
  printf("-- entry %s\\n", probefunc())
  print_backtrace()
}
probe kernel.function("do_sys_openat2").return {
  if (pid() != target()) next
  println("-- return")
  print_backtrace()
}
probe kernel.trace("sched_process_exec") {
  if (pid() != target()) next
  println("-- exec")
  print_backtrace()
}
probe kernel.function("do_sys_openat2") { if (pid() == target()) printf("-- caller %s %s\\n", symname(stack(0)), caller()) }
global samples
probe timer.profile {
  if (user_mode() || samples++ >= 5) next
  printf("-- profile %s\\n", probefunc())
  print_backtrace()
}
"""
FULL = re.compile(r"^(?:Returning from: |Returning to  : )? 0x([0-9a-f]{16}) : (\S+)\+0x([0-9a-f]+)/0x([0-9a-f]+) \[(\w+)\]$")


class Symbols:
    def __init__(self, text):
        self.by_name, addresses = {}, set()
        for line in text.splitlines():
            address, _, name = line.split()[:3]
            self.by_name.setdefault(name, []).append(int(address, 16))
            addresses.add(int(address, 16))
        self.addresses = sorted(addresses)

    def check(self, line):
        """A frame's line says what the table says; returns the function."""
        match = FULL.match(line)
        assert match, line
        address, offset, size = (int(match[i], 16) for i in (1, 3, 4))
        if match[2].startswith(("bpf_prog_", "bpf_trampoline_", "bpf_dispatcher_")):
            return match[2]  # the profiler may hit BPF code, which is gone when the guest's table is read
        assert address - offset in self.by_name[match[2]], line
        at = bisect.bisect_right(self.addresses, address)
        # Only functions were printed: data behind the last one may come earlier.
        assert self.addresses[at - 1] == address - offset, line
        assert self.addresses[at] >= address - offset + size, line
        return match[2]


def check(result):
    output, symbols = (job.stdout for job in result.jobs)
    table = Symbols(symbols)
    seen = {}
    for part in output.split("-- ")[1:]:
        kind, *lines = part.splitlines()
        frames = [line for line in lines if " : " in line]
        seen.setdefault(kind.split()[0], []).append((kind.split()[1:], lines, [table.check(line) for line in frames]))
    for words, _, names in seen["entry"]:
        assert words == ["do_sys_openat2"] and names[0] == "do_sys_openat2", names
        assert names[1] in ("__x64_sys_openat", "__x64_sys_open", "do_sys_open", "__do_sys_openat2"), names
        assert "do_syscall_64" in names and names[-1].startswith("entry_SYSCALL_64"), names
    for _, lines, names in seen["return"]:
        assert lines[0].startswith("Returning from: ") and names[0] == "do_sys_openat2", lines
        assert lines[1].startswith("Returning to  : "), lines
        assert "do_syscall_64" in names, names
    for (words, _, _), (_, _, names) in zip(seen["caller"], seen["entry"]):
        assert words[:2] == names[:2], (words, names)
    assert len(seen["entry"]) == len(seen["return"]) == len(seen["caller"]) >= 3, seen
    (_, _, names), = seen["exec"]
    assert "bprm_execve" in names, names
    # The profiler may hit a trampoline, which has no name: both show its address.
    for words, lines, names in seen.get("profile", []):
        assert names == [] or words[0] in lines[0], (words, lines)
    print(f"{result.release}: {len(seen['entry'])} entries and returns, {len(seen.get('profile', []))} samples")


def main():
    coretap, workload = sys.argv[1:]
    work = pathlib.Path(tempfile.mkdtemp(prefix="coretap-stacks-"))
    (work / "stacks.stp").write_text(SCRIPT)
    binary = work / "stacks"
    subprocess.run([coretap, f"--build={binary}", str(work / "stacks.stp")], check=True)
    run_in_vm.skip_unless(kernels.KERNELS)
    for kernel in kernels.KERNELS:
        result = run_in_vm.run(kernel, [run_in_vm.Job("stacks", "stacks -c 'workload open=3'", 60),
                                        run_in_vm.Job("symbols", "grep -i ' [tw] ' /proc/kallsyms", 60)],
                               [str(binary), workload])
        for job in result.jobs:
            assert job.exit_code == 0 and job.stderr == "", (job.stdout[-2000:], job.stderr, result.console[-2000:])
        check(result)


main()
