"""Thousands of functions by wildcard: all that the kernel can trace are attached, hits are exact, nothing stays attached.

    wildcard_test.py CORETAP WORKLOAD

5,000 functions on 6.12; 6.1 takes minutes for that, so it gets a few hundred, and ./dev bench --vm does 5,000 there too.
77 without QEMU or a kernel.
"""
import sys

import run_in_vm
import wildcards


def main() -> None:
    coretap, workload = sys.argv[1:]
    cases = [wildcards.HUNDREDS] + [case for case in wildcards.THOUSANDS if case.kernel == "6.12"]
    run_in_vm.skip_unless(case.kernel for case in cases)
    for case in cases:
        measured = wildcards.measure(case, coretap, workload)
        print(f"{case.kernel}: {measured.functions} functions by {case.mechanism}, exact", flush=True)


main()
