"""The kernel objects of all examples, in both flavours, have nothing in their text that an older kernel refuses.

    objects_of_examples.py CORETAP WORKLOAD

check_object.py reads the objects: the base flavour must suit Linux 5.10, and no loop of the modern one may go back without a jump.
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import check_object

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
LIBC = "/lib/x86_64-linux-gnu/libc.so.6"
CHECKS = {"kernel.bpf.o": check_object.back_edges_of, "kernel.base.bpf.o": check_object.faults}


def arguments_of(script, workload):
    """The arguments of the scripts that need some; a script that is not told here has none."""
    function = ["malloc"]
    return {"line-locals.stp": [workload, "main@*.c:*"], "argdist.stp": [LIBC, *function, "tid()"], "takings.stp": None,
            **dict.fromkeys(("trace.stp", "stackcount.stp", "funclatency.stp", "funccount.stp"), [LIBC, *function])}.get(script.name, [])


def faults_of(coretap, script, arguments, folder):
    """Faults of the objects that a script becomes, and how many objects were read."""
    made = pathlib.Path(tempfile.mkdtemp(dir=folder))  # coretap keeps what it makes in a folder of $TMPDIR
    done = subprocess.run([coretap, "-w", "-k", f"--build={made / 'binary'}", script, *arguments],
                          env=dict(os.environ, TMPDIR=str(made)), capture_output=True, text=True)
    if done.returncode:
        return [f"{script.name}: {done.stderr}"], 0
    objects = [path for name in CHECKS for path in made.rglob(name)]
    return [f"{script.name}: {path.name}: {fault}" for path in objects for fault in CHECKS[path.name](path.read_bytes())], len(objects)


def main():
    coretap, workload = sys.argv[1:]
    scripts = [(script, arguments_of(script, workload)) for script in sorted(EXAMPLES.rglob("*.stp"))]
    scripts = [(script, arguments) for script, arguments in scripts if arguments is not None]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-objects-"))
    try:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda one: faults_of(coretap, *one, folder), scripts))
    finally:
        shutil.rmtree(folder)
    faults = [fault for found, _ in results for fault in found]
    print("\n".join(faults))
    print(f"{len(scripts)} scripts, {sum(read for _, read in results)} objects, {len(faults)} faults")
    assert not faults and all(read == 2 for _, read in results), [script.name for (script, _), (_, read) in zip(scripts, results) if read != 2]


if __name__ == "__main__":
    main()
