"""The kernel objects of all scripts that the live tests ran here load on the packaged kernels.

    objects_in_vm.py LOAD_OBJECTS FOLDER [--all]

FOLDER/FLAVOUR/TEST/N holds an object with its source, whose first lines name the script; tests/fuzz/fuzz.py --objects FOLDER fills
such a folder too. `modern` is loaded on 6.1, whose verifier takes less than those of later kernels, `base` on 5.10, after
check_object.py has held it to that kernel's instructions. 6.1 (base) and 6.12 get a sample, and with --all everything, for the verifier of a guest takes minutes. Exit status 77: no objects
(the tests that make them were skipped or did not run), no QEMU or no kernel.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import sys

SAMPLE = 5  # one of so many is loaded where another kernel loads all
CHUNK = 25  # objects of a job

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "vm"), str(HERE.parent / "base")]
import check_object  # noqa: E402
import kernels  # noqa: E402
import run_in_vm  # noqa: E402


def script_lines(path):
    """Which lines of a script an object came from."""
    lines = re.findall(r'^#line (\d+) "([^"]*\.stp|<input>)"', path.with_suffix(".c").read_text(), re.M)
    return ", ".join(sorted({f"{name}:{line}" for line, name in lines})[:4])


def load_on(kernel, loader, objects):
    """Faults of loading objects on a kernel. `objects`: flavour to paths. A guest that hangs loses one job of CHUNK objects only."""
    names = {f"/t/objects/{flavour}/{i // CHUNK}/{i}.o": path for flavour, paths in objects.items() for i, path in enumerate(paths)}
    files = [loader] + [f"{path}:{name}" for name, path in names.items()]
    chunks = {f"{flavour} {at}-{min(at + CHUNK, len(paths)) - 1}": (f"objects/{flavour}/{at // CHUNK}", len(paths[at:at + CHUNK]))
              for flavour, paths in objects.items() for at in range(0, len(paths), CHUNK)}
    jobs = [run_in_vm.Job(name, f"load_objects {folder}/*.o", 1200) for name, (folder, _) in chunks.items()]
    if not jobs:
        return []
    faults = []
    result = run_in_vm.run(kernel, jobs, files)
    for job in result.jobs:
        print(f"{result.release}: {job.name}: {job.stdout.splitlines()[-1] if job.stdout else job.stderr}", flush=True)
        if job.exit_code == 0 and job.stdout == f"{chunks[job.name][1]} objects, 0 refused\n":
            continue
        text = job.stdout + job.stderr
        for name, path in names.items():
            text = text.replace(name.removeprefix("/t/") + ":", f"{path} ({script_lines(path)}):")
        faults.append(f"{kernel}: {text}")
    return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("loader")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--all", action="store_true")
    args = parser.parse_args()
    loader, folder = args.loader, args.folder
    files = {"modern": "kernel.bpf.o", "base": "kernel.base.bpf.o"}
    # A script without a base flavour has left its modern one there.
    objects = {flavour: sorted((folder / flavour).rglob(name)) for flavour, name in files.items()}
    if not any(objects.values()):
        print("*** SKIPPED: there are no objects ***", file=sys.stderr)
        sys.exit(77)
    faults = [f"{path} ({script_lines(path)}): {fault}" for path in objects["base"]
              for fault in check_object.faults(path.read_bytes())]
    faults += [f"{path} ({script_lines(path)}): {fault}" for path in objects["modern"]
               for fault in check_object.back_edges_of(path.read_bytes())]
    missing = False
    guests = []
    # Kernel, then of how many objects of a flavour it loads one.
    every = {"6.1": {"modern": 1, "base": 1 if args.all else SAMPLE}, "5.10": {"base": 1},
             "6.12": {"modern": 1 if args.all else SAMPLE, "base": 1 if args.all else SAMPLE}}
    for kernel, steps in every.items():
        try:
            run_in_vm.require(kernel)
        except kernels.KernelUnavailable as unavailable:
            print(f"*** SKIPPED: {unavailable} ***", file=sys.stderr)
            missing = True
            continue
        guests.append((kernel, {flavour: objects[flavour][::step] for flavour, step in steps.items()}))
    # The time goes to the verifier in guests that are emulated, minutes for each: as many at a time as there are CPUs.
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lambda guest: load_on(guest[0], loader, guest[1]), guests):
            faults += found
    print("\n".join(faults))
    sys.exit(1 if faults else 77 if missing else 0)


if __name__ == "__main__":
    main()
