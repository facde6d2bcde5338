"""What a built binary says and counts on 5.10, and that the base flavour counts alike on 6.1 and 6.12.

    on_old_kernel_test.py CORETAP WORKLOAD

Needs QEMU and the packaged kernels; without them it is skipped, loudly (exit status 77).
"""
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vm"))
import kernels  # noqa: E402
import run_in_vm  # noqa: E402

# Everything that base says in another way, in numbers that the workload knows: 11 opens, 3 of them failing.
COUNTS = """
global opens, names, sizes, order, sites, last, turns, text
probe syscall.openat { if (pid() == target()) { names[execname() . sprintf("/%d/%x", opens, 10 + opens)] = filename; last = opens++ } }
probe syscall.openat.return { if (pid() == target()) { sizes <<< retval < 0; order[retval < 0] <<< retval * 1000000000 } }
probe kernel.function("vfs_open"), kernel.function("do_sys_openat2") { if (pid() == target()) sites[ppfunc()]++ }
probe kernel.function("do_sys_openat2").return { if (pid() == target()) {
  for (i = 0; i < 10; i++) { for (j = 0; j <= i; j++) turns++ }
  try { text = kernel_string(4096) } catch (message) { text = message }
} }
probe end {
  printf("%d %d %d\\n", opens, last, turns)
  foreach (n+ in names) printf("%s %s\\n", n, names[n])
  printf("%d %d\\n", @count(sizes), @sum(sizes))
  foreach (k+ in order) printf("%d: %d %d\\n", k, @count(order[k]), @min(order[k]) < 0)
  printf("%d %d\\n", @variance(order[1]), @variance(sizes))
  foreach (s+ in sites) printf("%s %d\\n", s, sites[s])
  println(text)
}
"""
ENDLESS = """
probe syscall.openat { if (pid() == target()) { while (1) { if (n++ > 1000000) break; for (i = 0; i < 5; i++) n += i } } }
"""
# The bounds are for the verifiers of kernels that need `base`: that of 6.12 walks long strings in loops far longer.
STRINGS = """
probe syscall.openat { if (pid() == target()) { while (1) { s .= "x"; s = s . "abcdefgh" . s } } }
"""
TOO_MANY = """
global n
probe kernel.function("vfs_*") { if (pid() == target()) n[ppfunc()]++ }
"""
# Entries and returns in any order and number: base has no fexit, and fentry must go on to serve the entries.
WAYS = """
global calls, values
probe kernel.function("__x64_sys_kill") { if (pid() == target()) calls["kill"]++ }
probe kernel.function("__x64_sys_kill").return { if (pid() == target()) calls["kill.return"]++ }
probe kernel.function("__x64_sys_openat").return { if (pid() == target()) calls["openat.return"]++ }
probe kernel.function("do_sys_openat2").return { if (pid() == target()) values[@entry($dfd)]++ }
probe kernel.function("__x64_sys_write").return, kernel.function("__x64_sys_write") { if (pid() == target()) calls["write, both"]++ }
probe end { foreach (c+ in calls) printf("%s %d\\n", c, calls[c]); foreach (v in values) printf("%d %d\\n", v, values[v]) }
"""
# What this kernel lacks is left out, whatever it is: the rest runs.
LEFT_OUT = """
global n
probe kernel.function("filemap_add_folio") ?, kernel.function("filemap_add_folio").return ?, kernel.trace("mm_filemap_get_pages") ? { m++ }
probe kernel.function("__folio_cancel_dirty").return ? { m = @entry($folio) }
probe kernel.function("__x64_sys_kill") { if (pid() == target()) n++ }
probe end { printf("kill %d\\n", n) }
"""


def main():
    coretap, workload = sys.argv[1:]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-base-"))
    files = [workload] + [run_in_vm.build_tracer(coretap, folder, name, text)
                          for name, text in [("counts", COUNTS), ("endless", ENDLESS), ("long_strings", STRINGS), ("too_many", TOO_MANY),
                                             ("ways", WAYS), ("left_out", LEFT_OUT)]]
    outputs = {}
    run_in_vm.skip_unless(["5.10", *kernels.KERNELS])
    for kernel in ["5.10", *kernels.KERNELS]:
        forced = "" if kernel == "5.10" else "CORETAP_FLAVOUR=base "
        result = run_in_vm.run(kernel, [
            run_in_vm.Job("counts", forced + "counts -v -c 'workload open=8 open_missing=3'"),
            run_in_vm.Job("endless", forced + "endless -c 'workload open=1'"),
            run_in_vm.Job("too_many", forced + "too_many -c 'workload open=1'"),
            run_in_vm.Job("ways", forced + "ways -c 'workload kill=7 open=3 write=5'"),
            run_in_vm.Job("left_out", forced + "left_out -v -c 'workload kill=7'", 60),
            run_in_vm.Job("modern", "counts -c 'workload open=8 open_missing=3'"),
        ] + [run_in_vm.Job("strings", "long_strings -c 'workload open=1'")] * (kernel == "5.10"), files)
        counts, endless, too_many, ways, left_out, modern = result.jobs[:6]
        print(f"--- {result.release}\n{counts.stdout}{counts.stderr}{endless.stderr}{too_many.stderr}", flush=True)
        assert counts.exit_code == 0, counts.stderr
        # -v tells the flavour and how each probe was attached; anything else would be a complaint.
        told = counts.stderr.splitlines()
        assert [line for line in told if line.startswith("kernel object: base")], told
        assert all(line.startswith(("kernel object: ", "probe ")) for line in told), told
        outputs[kernel] = [line for line in counts.stdout.splitlines() if not line.startswith("pid ")]
        assert [line for line in modern.stdout.splitlines() if not line.startswith("pid ")] == outputs[kernel], modern.stdout
        assert endless.exit_code == 1 and "MAXACTION exceeded: on this kernel, which has no bpf_loop" in endless.stderr, endless
        assert "endless.stp:2" in endless.stderr, endless.stderr
        assert too_many.exit_code == 1, too_many
        assert "too_many.stp:3: telling " in too_many.stderr, too_many.stderr
        assert "attach cookies (Linux 5.15)" in too_many.stderr, too_many.stderr
        assert modern.exit_code == 0 and modern.stderr == "", modern.stderr
        assert ways.exit_code == 0 and ways.stderr == "", ways
        made = dict(line.rsplit(" ", 1) for line in ways.stdout.splitlines() if " calls " not in line)
        # What the command's own start and its output call comes on top.
        assert made.pop("kill") == made.pop("kill.return") == "7", ways.stdout
        assert int(made.pop("openat.return")) >= 3 and int(made.pop("write, both")) >= 2 * 5, ways.stdout
        assert int(made["-100"]) >= 3, ways.stdout  # AT_FDCWD
        assert left_out.exit_code == 0 and "kill 7\n" in left_out.stdout, left_out
        if kernel == "5.10":
            assert re.search(r"filemap_add_folio.*: not probed", left_out.stderr), left_out.stderr
            assert re.search(r"mm_filemap_get_pages.*: not probed", left_out.stderr), left_out.stderr
            strings = result.jobs[6]
            assert strings.exit_code == 1 and "MAXACTION exceeded: on this kernel" in strings.stderr, strings
            assert "long_strings.stp:2" in strings.stderr, strings.stderr
            assert "no bpf_loop (Linux 5.17)" in counts.stderr and "no bpf_loop (Linux 5.17)" in too_many.stderr
    first = outputs["5.10"]
    for kernel, output in outputs.items():
        assert output == first, f"{kernel} differs: {output}"
    script = [line for line in first if " calls " not in line]
    # The command's shell opens a file by another system call: the function is called once more, or so, than openat.
    calls = int(script[16].removeprefix("do_sys_openat2 "))
    assert calls >= 11 and int(script[17].removeprefix("vfs_open ")) >= 8, script
    assert script[0] == f"11 10 {calls * 55}", script
    names = sorted(f'workload/{n}/{10 + n:x} {chr(34)}{"/dev/null" if n < 8 else "/nonexistent/workload"}{chr(34)}' for n in range(11))
    assert script[1:12] == names, script
    assert script[12:16] == ["11 3", "0: 8 0", "1: 3 1", "0 0"], script[12:]
    assert script[18:] == ["kernel read fault at 0x0000000000001000 (addr)"], script[12:]
    print(f"{len(outputs)} kernels agree")


main()
