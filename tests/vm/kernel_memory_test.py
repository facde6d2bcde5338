"""Begin, end and timer probes read kernel memory on the packaged kernels as here: one binary, and what the guest itself knows.

    kernel_memory_test.py CORETAP [KERNEL...]

Needs QEMU and the packaged kernels; without them it is skipped, loudly (exit status 77).
"""
import pathlib
import subprocess
import sys
import tempfile

import kernels
import run_in_vm

SCRIPT = r"""
global names, n
function ancestry(task) {
  if (!task_pid(task)) return "."
  return sprintf("%s < %s", task_execname(task), ancestry(task_parent(task)))
}
probe begin {
  task = task_current()
  printf("release %s\n", kernel_string(@cast(task, "task_struct")->nsproxy->uts_ns->name->release))
  printf("own %d %d %s %d\n", task_pid(task) == pid(), task_tid(task) == tid(), execname(), task_parent(task) == pid2task(ppid()))
  for (each = task; task_pid(each); each = task_parent(each)) { names[task_pid(each)] = task_execname(each); n++ }
  printf("walk %d %d %s\n", n, names[pid()] == "memory", names[1])
  printf("recursion %s\n", ancestry(task))
  foreach (p+ in names limit 1) printf("asked %d %s\n", p, task_execname(pid2task(p)))
  try { println(kernel_long(8)) } catch (m) { println(m) }
}
probe timer.ms(50) {
  if (++n < 10) printf("timer %d %s\n", n, task_execname(pid2task(1)))
  if (n == 8) exit()
}
probe end { printf("end %s\n", task_execname(task_current())); println(kernel_int(16)) }
"""


def check(job, release):
    assert job.exit_code == 1, (job.exit_code, job.stdout, job.stderr)
    lines = job.stdout.splitlines()
    turns = int(next(line for line in lines if line.startswith("walk ")).split()[1])
    init = next(line for line in lines if line.startswith("walk ")).split()[3]
    expected = [f"release {release}", "own 1 1 memory 1", f"walk {turns} 1 {init}"]
    assert lines[:3] == expected, (lines, expected)
    chain = lines[3].removeprefix("recursion ").split(" < ")
    assert chain[0] == "memory" and chain[-2:] == [init, "."] and len(chain) == turns + 1, lines[3]
    assert lines[4:6] == [f"asked 1 {init}", "kernel read fault at 0x0000000000000008 (addr)"], lines
    assert lines[6:] == [f"timer {i} {init}" for i in range(turns + 1, 9)] + ["end memory"], lines
    assert job.stderr.startswith("ERROR: kernel read fault at 0x0000000000000010 (addr) near identifier 'kernel_int' at "), job.stderr


def main():
    coretap, *names = sys.argv[1:]
    names = names or ["5.10", *kernels.KERNELS]
    run_in_vm.skip_unless(names)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-memory-"))
    (folder / "memory.stp").write_text(SCRIPT)
    subprocess.run([coretap, f"--build={folder / 'memory'}", str(folder / "memory.stp")], check=True)
    for kernel in names:
        result = run_in_vm.run(kernel, [run_in_vm.Job("memory", "memory", 120)], [str(folder / "memory")])
        check(result.jobs[0], result.release)
        print(f"{result.release}: begin, end and timer probes read kernel memory")


if __name__ == "__main__":
    main()
