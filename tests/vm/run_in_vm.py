#!/usr/bin/env python3
"""Runs programs under another kernel: a small QEMU VM that boots, runs jobs, reports and is gone in a few seconds.

Each job is a shell command; its standard output, standard error and exit code come back apart from one another and from the
kernel's messages. One boot runs all jobs of a call, in order. `--kernel here` runs the same jobs on this machine's kernel.

  run_in_vm.py --kernel 6.1 ./prog arg            one command; its words that are files are taken along
  run_in_vm.py --kernel all ./prog1 ./prog2       several programs, each run without arguments
  run_in_vm.py --kernel 6.12 --file ./prog --job a='prog 1' --job b='prog 2' --json results.json

Files land in /t, which is the jobs' working folder and first in PATH; SRC:DEST puts one at the absolute path DEST, SRC: at
its own absolute path. Programs should be static; a dynamic one is taken along with the libraries that ldd names.

Exit status: that of the first job that failed, else 0; 77 if there is no QEMU or no kernel (ctest's SKIP_RETURN_CODE in
tests/vm); 70 if the VM did not come to its end.

Design. TCG only: /dev/kvm, where there is one, hangs with stock kernels. The guest gets everything in its initramfs and
answers over the second serial port in counted frames (see init.sh), written to a file as they come: a kernel that dies or
hangs loses only the job it was at. QEMU dies with this process, whatever ends it (parent-death signal).
"""

import argparse
import base64
import ctypes
import dataclasses
import gzip
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import kernels

SKIPPED = 77
VM_FAILED = 70
BOOT_SECONDS = 90  # an idle machine needs 5; CI compiles next door
BOOTS = 3  # a kernel that dies while it boots has met none of our code

QEMU = "qemu-system-x86_64"
# One thread for all of the guest's CPUs: with one for each, a CPU now and then runs into code that another is patching
# (tcg of QEMU 7.2: "Oops: int3" where ftrace was at work, and while the kernel boots).
QEMU_OPTIONS = ["-accel", "tcg,thread=single", "-cpu", "max", "-nographic", "-nodefaults", "-no-reboot", "-net", "none"]


@dataclasses.dataclass
class Job:
    name: str
    command: str  # for sh
    timeout: int = 60  # seconds


@dataclasses.dataclass
class JobResult:
    name: str
    command: str
    exit_code: int | None = None  # None: the VM ended before the job did
    seconds: float = 0.0
    timed_out: bool = False
    stdout: str = ""
    stderr: str = ""


@dataclasses.dataclass
class VmResult:
    kernel: str  # as it was asked for
    release: str  # the guest's own `uname -r`, empty if it did not boot
    finished: bool  # all jobs ran and the guest powered off
    seconds: float  # from start to power-off
    jobs: list[JobResult]
    console: str  # the kernel's messages

    def exit_code(self) -> int:
        if not self.finished:
            return VM_FAILED
        return next((job.exit_code for job in self.jobs if job.exit_code), 0)


def run(kernel: str, jobs: list[Job], files: list[str], memory: int = 1024, cpus: int = 2,
        append: str = "") -> VmResult:
    """Runs the jobs on a kernel (a name of kernels.KERNELS, an image's path, or 'here').

    `files` are specifications as of --file; `memory` in MiB; `append` goes to the kernel's command line. Raises
    kernels.KernelUnavailable, also when there is no QEMU, and FileNotFoundError for a missing file.
    """
    if kernel == "here":
        return _run_here(jobs, files)
    image = require(kernel)
    with tempfile.TemporaryDirectory(prefix="coretap-vm-") as scratch:
        work = pathlib.Path(scratch)
        _make_initramfs(work, jobs, files)
        command = [QEMU, *QEMU_OPTIONS, "-smp", str(cpus), "-m", str(memory), "-kernel", str(image),
                   "-initrd", str(work / "initramfs"),
                   "-append", f"console=ttyS0 quiet panic=-1 {append}".strip(),
                   "-serial", f"file:{work / 'console'}", "-serial", f"file:{work / 'reports'}"]
        for boot in range(1, BOOTS + 1):
            begun = time.monotonic()
            _run_qemu(command, BOOT_SECONDS + sum(job.timeout + 5 for job in jobs))
            seconds = time.monotonic() - begun
            console = _text((work / "console").read_bytes())
            release, finished, results = _parse_reports((work / "reports").read_bytes(), jobs)
            if release:
                break  # whatever happens behind this report is the jobs' doing
            print(f"run_in_vm: boot {boot} of kernel {kernel} ended before its first job:\n{console[-2000:]}", file=sys.stderr)
    return VmResult(kernel, release, finished, round(seconds, 2), results, console)


def require(kernel: str) -> pathlib.Path:
    """The kernel's image if this machine can boot it; else kernels.KernelUnavailable says what is missing."""
    for program, package in (QEMU, "qemu-system-x86"), ("busybox", "busybox-static"), ("cpio", "cpio"):
        if not shutil.which(program):
            raise kernels.KernelUnavailable(f"there is no {program} (package {package})")
    return kernels.find_kernel(kernel)


def build_tracer(coretap, folder, name, text):
    """Compiles the script TEXT to the binary FOLDER/NAME, whose path it returns."""
    (folder / f"{name}.stp").write_text(text)
    subprocess.run([coretap, f"--build={folder / name}", str(folder / f"{name}.stp")], check=True)
    return str(folder / name)


def skip_unless(names) -> None:
    """Ends the calling test program, loudly and with ctest's exit status for a skip, unless this machine can boot all of `names`."""
    try:
        for name in names:
            require(name)
    except kernels.KernelUnavailable as missing:
        print(f"*** SKIPPED: {missing} ***", file=sys.stderr)
        sys.exit(77)


def debug_or_skip(name: str) -> tuple[pathlib.Path, pathlib.Path]:
    """The image and the vmlinux of a packaged kernel with debug information; or ends the calling test program as skip_unless() does."""
    try:
        return kernels.find_kernel_with_debug(name)
    except kernels.KernelUnavailable as missing:
        print(f"*** SKIPPED: {missing} ***", file=sys.stderr)
        sys.exit(77)


def kernel_btf(kernel: str) -> pathlib.Path:
    """A file with the BTF of a packaged kernel, for --btf; read out of the running VM once and kept beside its image."""
    path = require(kernel).with_name("btf")
    if not path.is_file():
        result = run(kernel, [Job("btf", "gzip -c /sys/kernel/btf/vmlinux | base64")], [])
        assert result.exit_code() == 0, result.console
        part = path.with_name(f"btf.part.{os.getpid()}")
        part.write_bytes(gzip.decompress(base64.b64decode(result.jobs[0].stdout)))
        part.rename(path)
    return path


def _run_qemu(command: list[str], timeout: int) -> None:
    """Runs QEMU to its end or the timeout; it never outlives this function or this process."""
    prctl = ctypes.CDLL(None).prctl
    pr_set_pdeathsig = 1
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          preexec_fn=lambda: prctl(pr_set_pdeathsig, signal.SIGKILL)) as qemu:
        try:
            _, errors = qemu.communicate(timeout=timeout)
            if qemu.returncode:
                print(f"run_in_vm: {QEMU}: {_text(errors).strip()}", file=sys.stderr)
        except subprocess.TimeoutExpired:
            pass  # the reports show how far it came
        finally:
            qemu.kill()


def _parse_reports(stream: bytes, jobs: list[Job]) -> tuple[str, bool, list[JobResult]]:
    """Takes the frames of init.sh apart: (release, came to its end, one result per job)."""
    results = [JobResult(job.name, job.command) for job in jobs]
    release, at = "", 0
    while (newline := stream.find(b"\n", at)) >= 0:
        words = stream[at:newline].decode("ascii", "replace").split()
        at = newline + 1
        match words:
            case ["boot", release]:
                pass
            case ["start", _]:
                pass
            case ["end"]:
                return release, True, results
            case ["job", index, code, seconds, out_size, err_size]:
                out_end = at + int(out_size)
                err_end = out_end + int(err_size)
                if len(stream) < err_end:
                    break
                result, limit = results[int(index)], jobs[int(index)].timeout
                result.exit_code, result.seconds = int(code), float(seconds)
                result.timed_out = result.exit_code == 128 + signal.SIGKILL and result.seconds >= limit - 1
                result.stdout, result.stderr = _text(stream[at:out_end]), _text(stream[out_end:err_end])
                at = err_end
            case _:
                break
    return release, False, results


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


# ---------------------------------------------------------------------------------------------------- what the guest gets


def _make_initramfs(work: pathlib.Path, jobs: list[Job], files: list[str]) -> None:
    tree = work / "tree"
    for folder in ("bin", "jobs", "t", "dev"):
        (tree / folder).mkdir(parents=True)
    shutil.copy(shutil.which("busybox"), tree / "bin" / "busybox")
    (tree / "bin" / "sh").symlink_to("busybox")
    init = tree / "init"
    shutil.copy(pathlib.Path(__file__).with_name("init.sh"), init)
    init.chmod(0o755)
    for index, job in enumerate(jobs):
        # Four digits: init.sh takes them in the order of their names.
        (tree / "jobs" / f"{index:04}.sh").write_text(job.command + "\n")
        (tree / "jobs" / f"{index:04}.timeout").write_text(f"{job.timeout}\n")
    _place_files(tree, files)
    names = sorted(str(path.relative_to(tree)) for path in tree.rglob("*"))
    with open(work / "initramfs", "wb") as out:
        subprocess.run(["cpio", "--quiet", "--create", "--format=newc", "--owner=+0:+0"], cwd=tree,
                       input="\n".join(names).encode(), stdout=out, check=True)


def _place_files(tree: pathlib.Path, files: list[str]) -> None:
    """Copies each file, and the shared libraries of each dynamic program, to its place under `tree`."""
    for spec in files:
        source, colon, destination = spec.partition(":")
        if not os.path.isfile(source):
            raise FileNotFoundError(f"no file '{source}' to take along")
        if not colon:
            destination = f"/t/{os.path.basename(source)}"
        elif not destination:
            destination = os.path.abspath(source)
        _copy(source, tree / destination.lstrip("/"))
        for library in _shared_libraries(source):
            target = tree / library.lstrip("/")
            if not target.exists():
                _copy(library, target)


def _copy(source: str, target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _shared_libraries(program: str) -> list[str]:
    with open(program, "rb") as file:
        if file.read(4) != b"\x7fELF":
            return []
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    # Lines are "NAME => /path (0x…)" or "/lib64/ld-linux-x86-64.so.2 (0x…)"; a static program has none.
    return [word for line in listed.stdout.splitlines() for word in line.split() if word.startswith("/")]


# ------------------------------------------------------------------------------------------------- this machine's kernel


def _run_here(jobs: list[Job], files: list[str]) -> VmResult:
    """The same jobs without a VM; files are copied too, except those that keep their own path."""
    results = []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="coretap-here-") as scratch:
        _place_files(pathlib.Path(scratch), [spec for spec in files if ":" not in spec])
        folder = pathlib.Path(scratch) / "t"
        folder.mkdir(exist_ok=True)
        env = dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}")
        for job in jobs:
            results.append(_run_job_here(job, folder, env))
    release = os.uname().release
    return VmResult("here", release, True, round(time.monotonic() - begun, 2), results, "")


def _run_job_here(job: Job, folder: pathlib.Path, env: dict[str, str]) -> JobResult:
    begun = time.monotonic()
    process = subprocess.Popen(["sh", "-c", job.command], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    timed_out = False
    try:
        out, err = process.communicate(timeout=job.timeout)
    except subprocess.TimeoutExpired:
        timed_out = True
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
    code = process.returncode if process.returncode >= 0 else 128 - process.returncode
    return JobResult(job.name, job.command, code, round(time.monotonic() - begun, 2), timed_out, _text(out), _text(err))


# ------------------------------------------------------------------------------------------------------- the command line


def _parse_command_line() -> argparse.Namespace:
    summary, _, rest = __doc__.partition("\n")
    parser = argparse.ArgumentParser(prog="./dev vm", description=summary, epilog=rest,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernel", default="all", metavar="NAME",
                        help=f"{', '.join(kernels.KERNELS)}, all of these (the default), "
                             f"{', '.join(kernels.OLD_KERNELS)}, here, or an image's path")
    parser.add_argument("--file", action="append", default=[], metavar="SRC[:DEST]", help="a file to take along")
    parser.add_argument("--job", action="append", default=[], metavar="NAME=COMMAND", help="a shell command to run")
    parser.add_argument("--timeout", type=int, default=60, metavar="SECONDS", help="for each job (default: 60)")
    parser.add_argument("--memory", type=int, default=1024, metavar="MIB")
    parser.add_argument("--cpus", type=int, default=2)
    parser.add_argument("--append", default="", help="more words for the kernel's command line")
    parser.add_argument("--json", metavar="FILE", help="write the results there, as a list with one object per kernel; - "
                        "for standard output, and nothing else is printed there")
    parser.add_argument("--console", action="store_true", help="show the kernel's messages too")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="FILE... | COMMAND")
    args = parser.parse_args()
    if args.command[:1] == ["--"]:
        args.command = args.command[1:]
    if not args.command and not args.job:
        parser.error("nothing to run: name programs, a command, or --job NAME=COMMAND")
    for job in args.job:
        if "=" not in job:
            parser.error(f"--job {job}: it takes NAME=COMMAND")
    return args


def _jobs_and_files(args: argparse.Namespace) -> tuple[list[Job], list[str]]:
    jobs = [Job(*job.split("=", 1), args.timeout) for job in args.job]
    files = list(args.file)
    taken = [word for word in args.command if os.path.isfile(word)]
    if taken and taken == args.command and all(os.access(word, os.X_OK) for word in taken):
        jobs += [Job(os.path.basename(word), shlex.quote(os.path.basename(word)), args.timeout) for word in taken]
    elif args.command:
        words = [os.path.basename(word) if word in taken else word for word in args.command]
        # A single word is a line for the shell, several are the words of one command.
        line = words[0] if len(words) == 1 else shlex.join(words)
        jobs.append(Job("command", line, args.timeout))
    return jobs, files + taken


def _print_result(result: VmResult, console: bool) -> None:
    for job in result.jobs:
        if job.stdout:
            sys.stdout.write(job.stdout)
        sys.stdout.flush()
        sys.stderr.write(job.stderr)
        if job.exit_code is None:
            outcome = "did not finish"
        elif job.timed_out:
            outcome = f"killed after {job.seconds:.1f} s"
        else:
            outcome = f"exit {job.exit_code}, {job.seconds:.1f} s"
        print(f"[{result.kernel}: {result.release or 'no boot'}] {job.name}: {outcome}", file=sys.stderr)
    if console or not result.finished:
        sys.stderr.write(result.console)
    if not result.finished:
        print(f"run_in_vm: the VM with kernel {result.kernel} did not come to its end", file=sys.stderr)


def main() -> int:
    # Turn these into exceptions, so that temporary folders go.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    args = _parse_command_line()
    jobs, files = _jobs_and_files(args)
    names = list(kernels.KERNELS) if args.kernel == "all" else [args.kernel]
    results = []
    for name in names:
        try:
            result = run(name, jobs, files, args.memory, args.cpus, args.append)
        except kernels.KernelUnavailable as reason:
            print(f"run_in_vm: SKIPPED, kernel {name} cannot be run: {reason}", file=sys.stderr)
            return SKIPPED
        except FileNotFoundError as reason:
            print(f"run_in_vm: {reason}", file=sys.stderr)
            return 2
        results.append(result)
        if args.json != "-":
            _print_result(result, args.console)
    if args.json:
        text = json.dumps([dataclasses.asdict(result) for result in results], indent=1) + "\n"
        if args.json == "-":
            sys.stdout.write(text)
        else:
            pathlib.Path(args.json).write_text(text)
    return next((result.exit_code() for result in results if result.exit_code()), 0)


if __name__ == "__main__":
    sys.exit(main())
