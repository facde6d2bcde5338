"""The kernel objects of all scripts that the live tests ran here load on the packaged kernels.

    objects_in_vm.py LOAD_OBJECTS FOLDER

FOLDER/FLAVOUR/TEST/N holds an object with its source, whose first lines name the script. `modern` is loaded on 6.1 and 6.12,
`base` also on 5.10, after check_object.py has held it to that kernel's instructions. Exit status 77: no objects (the live tests
were skipped or did not run), no QEMU or no kernel.
"""
import pathlib
import re
import sys

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
    """Faults of loading objects on a kernel."""
    names = {f"/t/objects/{i}.o": path for i, path in enumerate(objects)}
    files = [loader] + [f"{path}:{name}" for name, path in names.items()]
    result = run_in_vm.run(kernel, [run_in_vm.Job("load", "load_objects objects/*.o", 400)], files)
    job = result.jobs[0]
    print(f"{result.release}: {job.stdout.splitlines()[-1] if job.stdout else job.stderr}", flush=True)
    if job.exit_code == 0 and job.stdout == f"{len(objects)} objects, 0 refused\n":
        return []
    text = job.stdout + job.stderr
    for name, path in names.items():
        text = text.replace(name.removeprefix("/t/") + ":", f"{path} ({script_lines(path)}):")
    return [f"{kernel}: {text}"]


def main():
    loader, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    objects = {flavour: sorted((folder / flavour).rglob("*.o")) for flavour in ("modern", "base")}
    if not any(objects.values()):
        print("*** SKIPPED: the live tests left no objects ***", file=sys.stderr)
        sys.exit(77)
    faults = [f"{path} ({script_lines(path)}): {fault}" for path in objects["base"] if path.name == "kernel.base.bpf.o"
              for fault in check_object.faults(path.read_bytes())]
    missing = False
    for kernel, flavour in [("6.1", "modern"), ("6.12", "modern"), ("6.1", "base"), ("6.12", "base"), ("5.10", "base")]:
        try:
            run_in_vm.require(kernel)
        except kernels.KernelUnavailable as unavailable:
            print(f"*** SKIPPED: {unavailable} ***", file=sys.stderr)
            missing = True
            continue
        # A script without a base flavour has its modern one here.
        chosen = [path for path in objects[flavour]
                  if path.name == ("kernel.base.bpf.o" if flavour == "base" else "kernel.bpf.o")]
        if chosen:
            print(flavour, end=" on ")
            faults += load_on(kernel, loader, chosen)
    print("\n".join(faults))
    sys.exit(1 if faults else 77 if missing else 0)


if __name__ == "__main__":
    main()
