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
KERNELS = "6.1", "6.12"  # what is expected below is what these two have

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

# Ways into kernel types, beside what helpers, the workload and the kernel's configuration say of the same values.
FIELDS = """
%{ /* bpf */
extern int CONFIG_HZ __kconfig;
extern int LINUX_KERNEL_VERSION __kconfig;
%}
function hz:long() %{ /* bpf */ STAP_RETVALUE = CONFIG_HZ; %}
function version:long() %{ /* bpf */ STAP_RETVALUE = LINUX_KERNEL_VERSION; %}
global seen, returned
probe kernel.function("vfs_open") {
  if (pid() != target() || kernel_string($path->dentry->d_name->name) != "mapper.data" || seen++) next
  t = task_current()
  printf("hz %d version %d.%d\\n", hz(), version() >> 16, (version() >> 8) & 255)
  printf("%s|%s\\n", ppfunc(), $$parms)
  printf("pid %d %d tid %d %d comm %s %s\\n", pid(), @cast(t, "struct task_struct")->tgid, tid(),
         @cast(t, "struct task_struct")->group_leader->pid, execname(),
         kernel_string(@cast(t, "struct task_struct")->comm))
  printf("uid %d %d\\n", uid(), @cast(t, "struct task_struct")->cred->uid->val)  # a struct in a struct
  printf("length %d\\n", $path->dentry->d_name->len)  # in an anonymous struct in an anonymous union
  printf("bit %d\\n", @cast(t, "struct task_struct")->sched_reset_on_fork)
  printf("first %d\\n", @cast(t, "struct task_struct")->cpus_mask->bits[0] & 3)
  printf("none %s\\n", @choose_defined($nothing, 5) == 5 ? "yes" : "no")
}
probe kernel.function("vfs_open").return {
  if (pid() == target() && kernel_string($path->dentry->d_name->name) == "mapper.data" && !returned++)
    printf("%s %d %d\\n", $$return, $return, @entry($path->dentry->d_name->len))
}
"""

# 6.1's do_mmap() has no such parameter; 6.12's has.
NEW_PARAMETER = 'probe kernel.function("do_mmap")%s { if (pid() == target()) exit_flags = $vm_flags } global exit_flags'
# A parameter that no kernel of the test bed has at that type: 6.18's `struct folio *` was a `struct page *`.
OTHER_TYPE = 'probe kernel.trace("mm_khugepaged_scan_pmd")%s { x = $referenced; y = $folio->index } global x, y'


def build(coretap, folder, name, script, *options):
    path = folder / f"{name}.stp"
    path.write_text(script)
    subprocess.run([coretap, *options, f"--build={folder / name}", str(path)], check=True)
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


def check_fields(job, kernel, hz):
    assert job.exit_code == 0 and job.stderr == "", (job.stdout, job.stderr)
    lines = [line for line in job.stdout.splitlines() if not line.startswith(("inode", "changed"))]
    assert lines[0] == f"hz {hz} version {kernel}", lines
    assert re.fullmatch(r"vfs_open\|path=0x[0-9a-f]{16} file=0x[0-9a-f]{16}", lines[1]), lines
    pid, tgid, tid, leader, comm, name = re.fullmatch(r"pid (\d+) (\d+) tid (\d+) (\d+) comm (\S+) (\S+)", lines[2]).groups()
    assert (pid, tid, comm) == (tgid, leader, name) and comm == "mapper", lines
    # The VM has two CPUs.
    assert lines[3:8] == ["uid 0 0", "length 11", "bit 0", "first 3", "none yes"], lines
    assert lines[8:] == ["return=0x0 0 11"], lines


def main():
    coretap, mapper = sys.argv[1:]
    run_in_vm.skip_unless(KERNELS)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-by-name-"))
    binaries = [build(coretap, folder, "mapped", MAPPED),
                build(coretap, folder, "parameter", NEW_PARAMETER % ""),
                build(coretap, folder, "parameter-optional", 'probe begin { println("begun") } ' + NEW_PARAMETER % "?"),
                build(coretap, folder, "othertype", OTHER_TYPE % ""),
                build(coretap, folder, "fields", FIELDS, "-g")]
    for kernel in KERNELS:
        traced = f"-c 'mapper {COUNT}'"
        config = kernels.find_kernel(kernel).with_name("config")
        hz = re.search(r"^CONFIG_HZ=(\d+)$", config.read_text(), re.M)[1]
        release, = (path.name for path in config.with_name("modules").iterdir())
        result = run_in_vm.run(kernel, [run_in_vm.Job("mapped", f"mapped {traced}", 60),
                                        run_in_vm.Job("parameter", f"parameter {traced}", 60),
                                        run_in_vm.Job("optional", f"parameter-optional -v {traced}", 60),
                                        run_in_vm.Job("othertype", f"othertype {traced}", 60),
                                        run_in_vm.Job("fields", f"fields {traced}", 60)],
                               [str(binary) for binary in binaries] + [mapper, f"{config}:/boot/config-{release}"])
        mapped, parameter, optional, other_type, fields = result.jobs
        check_fields(fields, kernel, hz)
        check_mapped(mapped, has_new_field=kernel != "6.1")
        gone = "function 'do_mmap' has no parameter '$vm_flags' on this kernel"
        if kernel == "6.1":
            assert parameter.exit_code == 1 and gone in parameter.stderr, (parameter.stdout, parameter.stderr)
            assert "mapped" not in parameter.stdout, parameter.stdout  # refused before the command ran
            assert optional.exit_code == 0 and "begun" in optional.stdout, (optional.stdout, optional.stderr)
            assert "not probed" in optional.stderr and gone in optional.stderr, optional.stderr
        else:
            assert parameter.exit_code == 0 and parameter.stderr == "", parameter.stderr
            assert optional.exit_code == 0 and gone not in optional.stderr, optional.stderr
        assert other_type.exit_code == 1, other_type.stdout
        assert "tracepoint 'mm_khugepaged_scan_pmd' has no parameter '$folio' on this kernel" in other_type.stderr, other_type.stderr
        print(f"{result.release}: found by name")


main()
