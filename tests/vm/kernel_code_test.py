"""Code of the kernel that its debug information places: lines, inlined functions, locals and globals count and read what they should.

    kernel_code_test.py CORETAP KNOWN_READS

KNOWN_READS says with which arguments it reads; the kernel says the rest in /proc. The lines are those of Debian's 6.1, counted
from the line of the function's declaration. Needs QEMU and 300 MB of packages of Debian; without them it is skipped, loudly
(exit status 77).
"""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

import run_in_vm

# Of fs/read_write.c, from the line of vfs_read(): 4 `if (!(file->f_mode & FMODE_READ))`, 11 `ret = rw_verify_area(…)`,
# 18 `ret = file->f_op->read(…)`, 20 `ret = new_sync_read(…)`, 23 `if (ret > 0)`, 25 `add_rchar(…)`, 27 `inc_syscr(…)`.
READS, BAD_READS = 20, 3
# The read by which the command waits for the start is under way when the probes are attached, so what counts are those behind it.
LOCALS = """
global at, entered
probe begin { printf("ready\\n") }
probe kernel.function("vfs_read@fs/read_write.c") {
  if (pid() != target()) next
  entered = 1
  at["entry"]++
  if ($count == 13) printf("entry 0x%x %d\\n", $buf, @cast($file, "file")->f_inode->i_ino)
}
probe kernel.statement("vfs_read@fs/read_write.c+23") {
  if (pid() == target() && entered) printf("line 0x%x %d %d %d\\n", $buf, $count, $ret, $file->f_inode->i_ino)
}
probe kernel.function("vfs_read@fs/read_write.c").return {
  if (pid() != target() || !entered) next
  at["return"]++
  if ($return == -9) at["EBADF"]++
  if (@entry($count) == 13) printf("return %d\\n", $return)
}
probe kernel.statement("vfs_read@fs/read_write.c+18") { if (pid() == target() && entered) at["read"]++ }
probe kernel.statement("vfs_read@fs/read_write.c+20") { if (pid() == target() && entered) at["read_iter"]++ }
probe kernel.statement("vfs_read@fs/read_write.c+25") { if (pid() == target() && entered) at["rchar"]++ }
probe kernel.function("new_sync_read@fs/read_write.c").inline {
  if (pid() != target() || !entered) next
  at["inlined"]++
  if ($len == 13) printf("inlined 0x%x\\n", $buf)
}
probe kernel.function("rw_verify_area@*/read_write.c:*").call { if (pid() == target() && entered && $read_write == 0) at["verify"]++ }
probe end { foreach (place in at+) printf("at %s %d\\n", place, at[place]) }
"""

GLOBALS = """
probe kernel.function("vfs_read@fs/read_write.c") {
  if (pid() != target()) next
  printf("command %s\\n", kernel_string(@var("saved_command_line@init/main.c")))
  printf("idle %d %s\\n", @var("init_task@init/init_task.c")->pid, kernel_string(&@var("init_task@init/init_task.c")->comm))
  printf("release %s\\n", kernel_string(&@var("init_uts_ns@init/version.c")->name->release))
  printf("jiffies %d %d\\n", $jiffies, @var("jiffies_64@kernel/time/timer.c"))
  exit()
}
"""

# Of fs/namei.c: every mkdir(2) passes `out_putname:`, in the copy of `struct filename` that is still its own. Four succeed, two do not.
LABELS = """
global n
probe kernel.function("do_mkdirat@fs/namei.c").label("out_putname") {
  if (execname() == "mkdir") n[pnlabel(), kernel_string($name->name), $error]++
}
probe end { foreach ([label, name, error+] in n) printf("%s %s %d: %d\\n", label, name, error, n[label, name, error]) }
"""
MAKE_FOLDERS = "mkdir one two three; mkdir one two; mkdir four"
MADE = [f"out_putname {name} {error}: 1" for name, error in (("one", -17), ("two", -17), ("four", 0), ("one", 0), ("three", 0), ("two", 0))]

# (name, script, what its message says): what cannot be had is refused when the script is compiled.
REFUSED = [
    ("per_cpu", 'probe kernel.function("vfs_read@fs/read_write.c") { println(@var("runqueues@kernel/sched/core.c")->nr_running) }',
     "per-CPU variable"),
    ("init", 'probe kernel.function("start_kernel@init/main.c") {}', r"section \.init\.text"),
    ("no_line", 'probe kernel.statement("vfs_read@fs/read_write.c:450") {}', "line 450 has no code"),
    ("no_file", 'probe kernel.function("vfs_read@fs/nothing.c") {}', "no function matches"),
    ("no_label", 'probe kernel.function("do_mkdirat@fs/namei.c").label("out_put") {}', "its labels are out_putname, retry"),
    ("removed_label", 'probe kernel.function("vfs_copy_file_range").label("done") {}', "the compiler left no code at label 'done'"),
    ("no_variable", 'probe kernel.function("vfs_read@fs/read_write.c") { println($bufx) }', r"similar: \$buf"),
]


def count_lines(text, word):
    return [line.split()[1:] for line in text.splitlines() if line.startswith(word + " ")]


def main():
    coretap, workload = sys.argv[1:]
    run_in_vm.skip_unless(["6.1"])
    image, vmlinux = run_in_vm.debug_or_skip("6.1")
    work = pathlib.Path(tempfile.mkdtemp(prefix="coretap-kernel-code-"))

    def compile_script(*arguments):
        return subprocess.run([coretap, "--vmlinux", str(vmlinux), *arguments], capture_output=True, text=True)

    for name, script, expected in REFUSED:
        done = compile_script("-p2", "-e", script)
        assert done.returncode == 1 and re.search(expected, done.stderr), (name, done)
    binaries = []
    for name, script in ("places", LOCALS), ("globals", GLOBALS), ("labels", LABELS):
        done = compile_script(f"--build={work / name}", "-e", script)
        assert done.returncode == 0, done.stderr
        binaries.append(str(work / name))
    optional = work / "optional"
    done = compile_script(f"--build={optional}", "-e",
                          'probe kernel.statement("vfs_read@fs/read_write.c+23") ?, begin { println("began"); exit() }')
    assert done.returncode == 0, done.stderr
    portable = compile_script("--portable", "-p2", "-e", 'probe kernel.statement("vfs_read@fs/read_write.c+23") { println($ret) }')
    assert portable.returncode == 1 and "is bound to one build of the kernel, build-id " in portable.stderr, portable.stderr

    known_reads = "./" + pathlib.Path(workload).name
    jobs = [run_in_vm.Job("places", f"places -v --accounts=accounts -c {known_reads} && cat accounts", 120),
            run_in_vm.Job("globals", f"globals -c {known_reads}", 120),
            run_in_vm.Job("labels", f"labels -c \"sh -c '{MAKE_FOLDERS}'\"", 120),
            run_in_vm.Job("cmdline", "cat /proc/cmdline; cat /proc/uptime"),
            run_in_vm.Job("needs", "places --explain-needs"),
            run_in_vm.Job("optional", "optional")]
    result = run_in_vm.run(str(image), jobs, [*binaries, str(optional), workload])
    places, of_globals, labels, cmdline, needs, with_optional = result.jobs
    print(places.stdout, places.stderr, of_globals.stdout, of_globals.stderr, flush=True)
    assert result.exit_code() == 0, (result.console, result.jobs)

    reads = count_lines(places.stdout, "read")
    assert len(reads) == READS, places.stdout
    assert count_lines(places.stdout, "line") == reads  # buf, count, ret, inode
    (thirteenth,) = [read for read in reads if read[1] == "13"]
    assert count_lines(places.stdout, "entry") == [[thirteenth[0], thirteenth[3]]], places.stdout
    assert count_lines(places.stdout, "return") == [[thirteenth[2]]], places.stdout
    assert count_lines(places.stdout, "inlined") == [[thirteenth[0]]], places.stdout
    got_something = sum(int(read[2]) > 0 for read in reads)
    assert 0 < got_something < READS
    counts = {place: int(count) for place, count in count_lines(places.stdout, "at")}
    expected = collections.Counter({"entry": READS + BAD_READS, "return": READS + BAD_READS, "EBADF": BAD_READS, "read_iter": READS,
                                    "rchar": got_something, "inlined": READS, "verify": READS})
    assert counts == expected, (counts, expected)

    assert sorted(labels.stdout.splitlines()) == sorted(MADE), labels

    command, uptime = cmdline.stdout.splitlines()
    assert f"command {command}\n" in of_globals.stdout, of_globals.stdout
    # It begins five minutes before the overflow of 32 bits (INITIAL_JIFFIES in linux/jiffies.h), and is Debian's CONFIG_HZ a second.
    ((jiffies, same_jiffies),) = count_lines(of_globals.stdout, "jiffies")
    seconds = (int(jiffies) - 2**32) / 250 + 300
    assert 0 <= float(uptime.split()[0]) - seconds < 60, (jiffies, uptime)
    assert 0 <= int(same_jiffies) - int(jiffies) < 250, of_globals.stdout
    assert "idle 0 swapper/0" in of_globals.stdout and f"release {result.release}\n" in of_globals.stdout, of_globals.stdout
    assert "bound to build-id " in needs.stdout and "vfs_read+0x" in needs.stdout, needs.stdout

    # Another kernel refuses it by name before anything is attached, or drops what is optional.
    other = run_in_vm.run("6.12", [run_in_vm.Job("places", "places"), run_in_vm.Job("optional", "optional -v")],
                          [*binaries, str(optional)])
    refused, dropped = other.jobs
    assert refused.exit_code == 1 and "this kernel is another build than the one this was compiled for" in refused.stderr, refused
    assert "ready" not in refused.stdout, refused
    assert dropped.exit_code == 0 and dropped.stdout == "began\n", dropped


main()
