"""Every script of examples/ and of this folder, built once, loads in both flavours on every packaged kernel.

    scripts_test.py CORETAP WORKLOAD [OUTPUT_FOLDER]

`modern` on 6.1 and 6.12; `base` on these and on 5.10; and on 5.10 the binary takes `base` by itself. Each base object is held
to 5.10's instructions first (check_object.py), which needs no kernel. Without QEMU or a kernel the rest is skipped, loudly
(exit status 77).
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE.parent / "vm"), str(HERE)]
import check_object  # noqa: E402
import kernels  # noqa: E402
import run_in_vm  # noqa: E402

# Arguments of scripts that want some.
ARGUMENTS = {"line-locals": ["WORKLOAD", "main@workload.c"]}


def build(coretap, workload, path, out):
    """The binary and the base object of one script."""
    arguments = [workload if word == "WORKLOAD" else word for word in ARGUMENTS.get(path.stem, [])]
    binary = out / path.stem
    work = out / "work" / path.stem  # -k keeps the base object there
    work.mkdir(parents=True)
    environment = dict(os.environ, CORETAP_CACHE_DIR=str(out / "cache" / path.stem), TMPDIR=str(work))
    done = subprocess.run([coretap, "-k", f"--build={binary}", str(path), *arguments], capture_output=True, text=True,
                          env=environment)
    assert done.returncode == 0, f"{path}: {done.stderr}"
    objects = list(work.rglob("kernel.base.bpf.o"))
    assert len(objects) == 1, f"{path}: {objects}"
    return binary, objects[0]


def scripts():
    return sorted([*(ROOT / "examples").glob("*.stp"), *(HERE / "scripts").glob("*.stp")])


def check_on(kernel, flavours, binaries):
    """Faults: a line for each script that does not load as it should."""
    jobs = [run_in_vm.Job(f"{binary.name} {flavour or 'by itself'}",
                          f"CORETAP_FLAVOUR={flavour} {binary.name} -v --check-load", 60)
            for binary in binaries for flavour in flavours]
    result = run_in_vm.run(kernel, jobs, [str(binary) for binary in binaries])
    faults = []
    for job in result.jobs:
        # By itself a binary may also load `modern` on 5.10, if its script needs none of what is new.
        wanted = ["base", "modern"] if job.name.endswith("by itself") else [job.name.split(" ", 1)[1]]
        if job.exit_code != 0 or job.stdout not in [f"loads: {flavour}\n" for flavour in wanted]:
            faults.append(f"{kernel}: {job.name}: {job.stdout}{job.stderr}")
    print(f"{result.release}: {len(result.jobs)} loads, {len(faults)} failed", flush=True)
    return faults


def main():
    coretap, workload = sys.argv[1:3]
    out = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp(prefix="coretap-base-"))
    binaries, faults = [], []
    for path in scripts():
        binary, base = build(coretap, workload, path, out)
        binaries.append(binary)
        faults += [f"{path}: {fault}" for fault in check_object.faults(base.read_bytes())]
    print(f"{len(binaries)} scripts built; base objects: {len(faults)} faults", flush=True)
    missing = ""
    for kernel, flavours in [("6.1", ["modern", "base"]), ("6.12", ["modern", "base"]), ("5.10", ["", "base"])]:
        try:
            run_in_vm.require(kernel)
        except kernels.KernelUnavailable as unavailable:
            missing = f"*** SKIPPED: {unavailable} ***"
            print(missing, file=sys.stderr)
            continue
        faults += check_on(kernel, flavours, binaries)
    print("\n".join(faults))
    sys.exit(1 if faults else 77 if missing else 0)


if __name__ == "__main__":
    main()
