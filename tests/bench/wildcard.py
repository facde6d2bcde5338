"""A probe on 5,000 kernel functions, on the packaged kernels in the VM: mechanism, time to attach and to detach, memory.

Part of ./dev bench --vm. QEMU interprets, so the times compare mechanisms with one another, not with another machine. A line is
printed only of what was attached, counted and detached exactly (tests/vm/wildcards.py).
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "vm"))
import kernels  # noqa: E402
import run_in_vm  # noqa: E402
import wildcards  # noqa: E402


def measure(coretap: str, workload: str) -> bool:
    """Prints a line for each packaged kernel; whether each was measured or could not be had on this machine."""
    good = True
    for case in wildcards.THOUSANDS:
        try:
            run_in_vm.require(case.kernel)
            line = describe(case, wildcards.measure(case, coretap, workload))
        except kernels.KernelUnavailable as missing:
            line = f"SKIPPED, {missing}"
        except AssertionError as fault:
            line, good = f"FAILED, {fault}", False
        print(f"  {case.kernel}: {line}", flush=True)
    return good


def describe(case: wildcards.Case, measured: wildcards.Measured) -> str:
    return (f"{measured.functions} functions by {case.mechanism}: attached in {measured.attach:.2f} s, counted exactly, "
            f"detached in {measured.detach:.2f} s; {measured.memory:.1f} MiB at most, binary {measured.binary / 1e6:.2f} MB")
