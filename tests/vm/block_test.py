"""ioblock.*: each request of a disk whose driver has queues (blk-mq), as most have, is seen when it is made and when it is done.

    block_test.py CORETAP [KERNEL...]

One binary, built once on this machine, in guests with a disk of null_blk. The truth is what dd was told to do. Needs QEMU and the
packaged kernels; without them it is skipped, loudly (exit status 77).
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import kernel_modules
import kernels
import run_in_vm

SCRIPT = """
global asked, ended, queues
probe ioblock.request { if (devname == "nullb0") asked[rw, size, sector]++ }
probe ioblock.end { if (devname == "nullb0") ended[rw, error, bytes_done]++ }
probe ioblock_trace.request { if (devname == "nullb0") queues[q == 0, @cast(q, "request_queue", "kernel")->nr_requests > 0]++ }
probe end {
  foreach ([is_none, is_queue] in queues) printf("queue %d %d: %d\\n", is_none, is_queue, queues[is_none, is_queue])
  foreach ([what, size, at] in asked) printf("asked %d %d at %d: %d\\n", what, size, at, asked[what, size, at])
  foreach ([what, failed, left] in ended) printf("ended %d %d, %d left: %d\\n", what, failed, left, ended[what, failed, left])
}
"""
COUNT, SIZE = 5, 8192
DD = f"dd if=/dev/zero of=/dev/nullb0 bs={SIZE} count={COUNT} oflag=direct"


def main():
    coretap, *names = sys.argv[1:]
    names = names or kernels.KERNELS
    run_in_vm.skip_unless(names)
    work = pathlib.Path(tempfile.mkdtemp(prefix="coretap-block-"))
    (work / "block.stp").write_text(SCRIPT)
    subprocess.run([coretap, f"--build={work / 'block'}", str(work / "block.stp")], check=True)
    expected = sorted([f"asked 1 {SIZE} at {number * SIZE // 512}: 1" for number in range(COUNT)] + [f"ended 1 0, 0 left: {COUNT}", f"queue 0 1: {COUNT}"])
    for kernel in names:
        folder = work / kernel
        folder.mkdir()
        modules = kernel_modules.take_modules(kernel, ["null_blk"], folder)
        result = run_in_vm.run(kernel, [run_in_vm.Job("load", kernel_modules.load_command(modules), 60),
                                        run_in_vm.Job("traced", f"block -c '{DD}' 2>/dev/null", 60)],
                               [str(work / "block"), *(f"{folder / name}.ko:/t/{name}.ko" for name in modules)])
        loaded, traced = result.jobs
        assert loaded.exit_code == 0, (kernel, loaded.stdout, loaded.stderr)
        assert (traced.exit_code, sorted(traced.stdout.splitlines())) == (0, expected), (kernel, traced.stdout, traced.stderr)
        print(f"{result.release}: {COUNT} requests made, and done")
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
