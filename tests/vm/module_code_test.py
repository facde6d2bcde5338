"""Code of a module that its debug information places: functions, lines, inlined functions and labels of null_blk.

    module_code_test.py CORETAP

The truth is what dd was told to do, and what the block layer's tracepoint says of the same requests. The lines are those of Debian's
6.1, counted from the line of the function's declaration. Needs QEMU and 300 MB of packages of Debian; without them it is skipped, loudly
(exit status 77).
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import kernel_modules
import run_in_vm

COUNT, SIZE = 7, 8192
SECTORS = SIZE // 512
# Of drivers/block/null_blk/main.c, from the line of null_handle_cmd(): 13 `if (op == REQ_OP_FLUSH)`, which each call does.
SCRIPT = """
global n
probe begin { printf("ready\\n") }
probe kernel.trace("block_rq_issue") {
  if (kernel_string($rq->q->disk->disk_name) == "nullb0") printf("asked %d %d\\n", $rq->__sector, $rq->__data_len / 512)
}
probe module("null_blk").function("null_handle_cmd@drivers/block/null_blk/main.c") {
  n["entry"]++
  printf("entry %d %d %d\\n", $sector, $nr_sectors, $op)
}
probe module("null_blk").statement("null_handle_cmd@drivers/block/null_blk/main.c+LINE") {
  printf("line %d %d %s\\n", $sector, $nr_sectors, kernel_string($cmd->nq->dev->nullb->disk_name))
}
probe module("null_blk").function("null_handle_cmd@*/main.c").return { n["return"]++; if (@entry($nr_sectors) == SECTORS) n["known at return"]++ }
probe module("null_blk").function("null_handle_cmd") { n["by name"]++ }
probe module("null_blk").function("nullb_complete_cmd@*").inline { n["inlined"]++ }
probe end { foreach (place in n+) printf("at %s: %d\\n", place, n[place]) }
"""
REFUSED = [
    ('probe module("null_blk").function("null_init@*") {}', r"section \.init\.text"),
    ('probe module("null_blk").function("null_handle_cmd@*") { println($g_gb) }', "a variable of a module"),
    ('probe module("null_blk").function("null_handle_cmd@nothing.c") {}', "no function matches"),
    ('probe module("null_blk").statement("null_handle_cmd@*/main.c+1") {}', r"\[no-such-line\]"),
    ('probe module("null_blk").function("null_handle_cmd@*") { println($sectors) }', r"similar: \$sector"),
    ('probe module("nothing").function("f@*") {}', r"\[no-module-debuginfo\]"),
]


def main():
    (coretap,) = sys.argv[1:]
    run_in_vm.skip_unless(["6.1"])
    image, vmlinux = run_in_vm.debug_or_skip("6.1")
    work = pathlib.Path(tempfile.mkdtemp(prefix="coretap-module-code-"))

    def compile_script(*arguments):
        return subprocess.run([coretap, "-r", str(vmlinux.parent), *arguments], capture_output=True, text=True)

    for script, expected in REFUSED:
        done = compile_script("-p3", "-e", script)
        assert done.returncode == 1 and re.search(expected, done.stderr), (script, done.stderr)
    done = compile_script(f"--build={work / 'traced'}", "-e", SCRIPT.replace("LINE", "13").replace("SECTORS", str(SECTORS)))
    assert done.returncode == 0, done.stderr

    modules = kernel_modules.take_modules(str(image), ["null_blk"], work)
    dd = f"dd if=/dev/zero of=/dev/nullb0 bs={SIZE} count={COUNT} oflag=direct"
    result = run_in_vm.run(str(image), [run_in_vm.Job("early", "traced"),
                                        run_in_vm.Job("load", kernel_modules.load_command(modules), 60),
                                        run_in_vm.Job("needs", "traced --explain-needs"),
                                        run_in_vm.Job("traced", f"traced -c '{dd}'", 120)],
                           [str(work / "traced"), *(f"{work / name}.ko:/t/{name}.ko" for name in modules)])
    early, loaded, needs, traced = result.jobs
    print(traced.stdout, traced.stderr, flush=True)
    assert early.exit_code == 1 and "module 'null_blk' is not loaded" in early.stderr, early
    assert loaded.exit_code == 0, loaded
    assert re.search(r"null_handle_cmd\+0x\w+(.|\n)*bound to build-id \w+", needs.stdout), needs.stdout
    assert traced.exit_code == 0, traced
    asked = [f"{number * SECTORS} {SECTORS}" for number in range(COUNT)]

    def told(word):
        return [line.removeprefix(word + " ") for line in traced.stdout.splitlines() if line.startswith(word + " ")]

    assert told("asked") == asked, traced.stdout
    assert told("entry") == [f"{request} 1" for request in asked], traced.stdout  # REQ_OP_WRITE
    assert told("line") == [f"{request} nullb0" for request in asked], traced.stdout
    counts = dict(line.removeprefix("at ").split(": ") for line in traced.stdout.splitlines() if line.startswith("at "))
    assert len(set(counts[place] for place in ("entry", "return", "by name", "inlined"))) == 1 and int(counts["entry"]) >= COUNT, counts
    assert int(counts["known at return"]) >= COUNT, counts


main()
