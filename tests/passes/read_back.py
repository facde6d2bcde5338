"""The IR's text can be read back: read_back.py CORETAP PASSES_TEST

Random scripts of the fuzzer, which have all statements and expressions, and one with all events are compiled as far as the IR. What `-d` prints of it
before the passes, after `split` and at the end is given to `passes_test --read-back`, which reads it and must print the same.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "fuzz"), str(HERE.parent / "live")]
import workload  # noqa: E402
from script import random_script  # noqa: E402

SCRIPTS = 6
STAGES = ("ir-lowered", "split", "ir")
# What random scripts do not have: every event of user space, and data probes.
EVENTS = """global n = "a \\"text\\""
probe begin(3), end, error(-2), timer.s(1), timer.ms(50).randomize(7) { n .= "." }
probe procfs("a/file").read.maxsize(90), procfs.umask(0022).read { $value = n }
probe procfs("a/file").write { n = $value }
probe kernel.data("pid_max").length(4).rw, kernel.data(0xffffffff81000000).write, process(SELF).data(0x1000).length(8).rw { n = pp() }
probe process("PROGRAM").data("__data_start").length(1).write { n = pp() }
"""


def main():
    coretap, reader = sys.argv[1:]
    faults, lines = [], 0
    with tempfile.TemporaryDirectory(prefix="coretap-read-back-") as folder:
        folder = pathlib.Path(folder)
        program = workload.compile_workload(folder, ["-O0"])
        mechanisms = [workload.mechanisms(program)]
        texts = [random_script(f"read-back:{number}", mechanisms, 4).text() for number in range(SCRIPTS)]
        for number, text in enumerate([EVENTS.replace("PROGRAM", str(program)).replace("SELF", str(os.getpid())), *texts]):
            path = folder / f"{number}.stp"
            path.write_text(text, encoding="latin-1")
            for stage in STAGES:
                dump = subprocess.run([coretap, "-p3", "-w", "-d", stage, str(path)], capture_output=True, check=True)
                lines += dump.stdout.count(b"\n")
                read = subprocess.run([reader, "--read-back"], input=dump.stdout, capture_output=True)
                if read.returncode != 0:
                    faults.append(f"{path.name} after {stage}: {read.stdout.decode('latin-1')[:600]}")
    print("\n".join(faults))
    print(f"{lines} lines of {SCRIPTS + 1} scripts read back, {len(faults)} faults")
    sys.exit(1 if faults or lines < 1000 else 0)


if __name__ == "__main__":
    main()
