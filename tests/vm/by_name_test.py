"""Parameters, tracepoint arguments and fields that differ between kernels are read right by one binary.

    by_name_test.py CORETAP MAPPER

Where they are, by the BTF of 6.1, 6.12 and the 6.18 that this was written on:
    do_mmap             $pgoff is the 6th parameter of 6.1, the 7th of the others, and does not come in a register
    generic_fillattr    $inode is the 2nd of 6.1, the 3rd of the others
    mmap_lock_acquire_returned   $write and $success are the 3rd and 4th argument of 6.1 and 6.12, the 2nd and 3rd of 6.18
    struct inode        i_ctime_sec is a field of 6.12 and 6.18
Needs QEMU and the packaged kernels; without them it is skipped, loudly (exit status 77).
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import kernels
import run_in_vm

COUNT = 5

MAPPED = """
global offsets, inodes, failed, writes, others, new_field
probe kernel.function("do_mmap") { if (pid() == target() && $len == 12288) offsets[$pgoff, $prot]++ }
probe kernel.function("generic_fillattr") {
  if (pid() != target()) next
  inodes[$inode->i_ino]++
  if (@defined($inode->i_ctime_sec)) new_field[$inode->i_ino] = $inode->i_ctime_sec
}
probe kernel.function("vm_munmap").return { if (pid() == target() && $return != 0) failed++ }
probe kernel.function("__vm_munmap").return ? { if (pid() == target() && $return != 0) failed++ }
probe kernel.trace("mmap_lock_acquire_returned") {
  if (pid() != target()) next
  if ($success == 1 && $write == 1) writes++
  else if ($write != 0 || $success > 1) others++
}
probe end {
  foreach ([offset, prot] in offsets) printf("offset %d prot %d: %d\\n", offset, prot, offsets[offset, prot])
  foreach (inode in inodes) printf("inode %d: %d\\n", inode, inodes[inode])
  foreach (inode in new_field) printf("changed %d: %d\\n", inode, new_field[inode])
  printf("writes %d others %d failed %d\\n", writes, others, failed)
}
"""

# 6.1's do_mmap() has no such parameter; 6.12's has.
NEW_PARAMETER = 'probe kernel.function("do_mmap")%s { if (pid() == target()) exit_flags = $vm_flags } global exit_flags'
# A parameter that no kernel of the test bed has at that type: 6.18's `struct folio *` was a `struct page *`.
OTHER_TYPE = 'probe kernel.trace("mm_khugepaged_scan_pmd")%s { x = $referenced; y = $folio->index } global x, y'


def build(coretap, folder, name, script):
    path = folder / f"{name}.stp"
    path.write_text(script)
    subprocess.run([coretap, f"--build={folder / name}", str(path)], check=True)
    return folder / name


def check_mapped(job, has_new_field):
    assert job.exit_code == 0 and job.stderr == "", (job.stdout, job.stderr)
    inode = re.search(r"^inode (\d+) mapped", job.stdout, re.M)[1]
    assert f"\noffset 7 prot 1: {COUNT}\n" in job.stdout, job.stdout
    assert f"\ninode {inode}: {COUNT}\n" in job.stdout, job.stdout
    writes, others, failed = map(int, re.search(r"^writes (\d+) others (\d+) failed (\d+)$", job.stdout, re.M).groups())
    # mmap() and munmap() take the lock for writing, and the program's start does so a few times.
    assert writes >= 2 * COUNT and others == 0 and failed == 0, job.stdout
    changed = re.search(r"^changed (\d+)$", job.stdout, re.M)[1]
    assert (f"\nchanged {inode}: {changed}\n" in job.stdout) == has_new_field, job.stdout


def main():
    coretap, mapper = sys.argv[1:]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-by-name-"))
    binaries = [build(coretap, folder, "mapped", MAPPED),
                build(coretap, folder, "parameter", NEW_PARAMETER % ""),
                build(coretap, folder, "parameter-optional", "probe begin {} " + NEW_PARAMETER % "?"),
                build(coretap, folder, "othertype", OTHER_TYPE % "")]
    for kernel in kernels.KERNELS:
        if kernel not in ("6.1", "6.12"):
            continue
        try:
            run_in_vm.require(kernel)
        except kernels.KernelUnavailable as missing:
            print(f"*** SKIPPED: {missing} ***", file=sys.stderr)
            sys.exit(77)
        traced = f"-c 'mapper {COUNT}'"
        result = run_in_vm.run(kernel, [run_in_vm.Job("mapped", f"mapped {traced}", 60),
                                        run_in_vm.Job("parameter", f"parameter {traced}", 60),
                                        run_in_vm.Job("optional", f"parameter-optional -v {traced}", 60),
                                        run_in_vm.Job("othertype", f"othertype {traced}", 60)],
                               [str(binary) for binary in binaries] + [mapper])
        mapped, parameter, optional, other_type = result.jobs
        check_mapped(mapped, has_new_field=kernel != "6.1")
        gone = "function 'do_mmap' has no parameter '$vm_flags' on this kernel"
        if kernel == "6.1":
            assert parameter.exit_code == 1 and gone in parameter.stderr, (parameter.stdout, parameter.stderr)
            assert "mapped" not in parameter.stdout, parameter.stdout  # refused before the command ran
            assert optional.exit_code == 0 and "not probed" in optional.stderr and gone in optional.stderr, optional.stderr
        else:
            assert parameter.exit_code == 0 and parameter.stderr == "", parameter.stderr
            assert optional.exit_code == 0 and gone not in optional.stderr, optional.stderr
        assert other_type.exit_code == 1, other_type.stdout
        assert "tracepoint 'mm_khugepaged_scan_pmd' has no parameter '$folio' on this kernel" in other_type.stderr, other_type.stderr
        print(f"{result.release}: found by name")


main()
