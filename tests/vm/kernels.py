"""The kernels that the VM test bed boots, and how each gets into the cache.

To add a kernel, add a row to KERNELS or OLD_KERNELS: a short name and a Debian package, either the kernel's own or a meta
package that depends on it. Packages are fetched with `apt-get download` and unpacked, never installed. Any other kernel is named by the
path of its image (see find_kernel).
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

KERNELS = {
    # name: package                                    what it is good for
    "6.1": "linux-image-cloud-amd64",  #               kprobes and fentry, no FPROBE (so no kprobe.multi)
    "6.12": "linux-image-6.12-cloud-amd64",  #         FPROBE too
}

# Kernels of an earlier Debian: that suite's package lists are fetched into a folder of their own, the machine's are left alone.
# They are tested by name; "all" are those of KERNELS.
OLD_KERNELS = {
    # name: (suite, package)
    "5.10": ("bullseye", "linux-image-cloud-amd64"),  #  the oldest with all that the base flavour needs
}
# An archived suite moves from the first to the second.
MIRRORS = ("http://deb.debian.org/debian", "http://archive.debian.org/debian")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class KernelUnavailable(Exception):
    """This kernel cannot be had on this machine; the message says why, in a sentence."""


def cache_folder() -> pathlib.Path:
    """The folder for unpacked kernels, outside the work tree so that a fresh clone need not fetch again."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "coretap" / "vm"


def find_kernel(name: str) -> pathlib.Path:
    """The kernel image for a name (fetched if need be) or for a path; KernelUnavailable if there is none."""
    if name not in KERNELS and name not in OLD_KERNELS:
        path = pathlib.Path(name)
        if not path.is_file():
            names = ", ".join([*KERNELS, *OLD_KERNELS])
            raise KernelUnavailable(f"'{name}' is neither a kernel image nor one of {names}")
        return path.resolve()
    image = cache_folder() / name / "vmlinuz"
    if not image.is_file():
        _fetch(name, image.parent)
    return image


# Of the modules with debug information only these are kept.
DEBUG_MODULES = "drivers/block"


def find_kernel_with_debug(name: str) -> tuple[pathlib.Path, pathlib.Path]:
    """The image of a packaged kernel and its vmlinux with debug information, of one version. 280 MB are fetched, 600 MB kept.

    The folder of the vmlinux is like a build tree: `-r` takes it, with the modules of DEBUG_MODULES.
    """
    folder = cache_folder() / f"{name}-tree"
    if not (folder / "vmlinux").is_file():
        _fetch(name, folder, with_debug=True)
    return folder / "vmlinuz", folder / "vmlinux"


def _fetch(name: str, folder: pathlib.Path, with_debug: bool = False) -> None:
    """Downloads and unpacks the kernel into `folder`, which appears whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{name}-") as scratch:
        work = pathlib.Path(scratch)
        # Without the sandbox user apt can write into a folder that only we may enter.
        options = ["-o", "APT::Sandbox::User=root"]
        if name in OLD_KERNELS:
            suite, package = OLD_KERNELS[name]
            options += _lists_of(suite, work)
        else:
            package = KERNELS[name]
        package = _resolve_meta(package, options)
        packages = [package, f"{package}-dbg"] if with_debug else [package]
        _apt(["apt-get", "-q", *options, "download", *packages], work)
        for archive in work.glob("*.deb"):
            _apt(["dpkg-deb", "-x", str(archive), str(work / "tree")], work)
        (image,) = (work / "tree" / "boot").glob("vmlinuz-*")
        ready = work / "ready"
        ready.mkdir()
        shutil.move(image, ready / "vmlinuz")
        shutil.move(work / "tree" / "lib" / "modules", ready / "modules")
        if with_debug:
            (vmlinux,) = (work / "tree" / "usr" / "lib" / "debug" / "boot").glob("vmlinux-*")
            shutil.move(vmlinux, ready / "vmlinux")
            (modules,) = (work / "tree" / "usr" / "lib" / "debug" / "lib" / "modules").iterdir()
            shutil.move(modules / "kernel" / DEBUG_MODULES, ready / "debug")
            (ready / "include" / "config").mkdir(parents=True)
            (ready / "include" / "config" / "kernel.release").write_text(modules.name + "\n")
        for config in (work / "tree" / "boot").glob("config-*"):
            shutil.move(config, ready / "config")
        try:
            ready.rename(folder)
        except OSError:
            if not (folder / "vmlinuz").is_file():  # else another run was quicker, and its copy is as good
                raise


def _lists_of(suite: str, work: pathlib.Path) -> list[str]:
    """apt's options for another suite of Debian, whose package lists are fetched into `work`."""
    sources = work / "sources.list"
    for folder in ("lists/partial", "apt-cache/archives/partial"):
        (work / folder).mkdir(parents=True)
    options = ["-o", f"Dir::Etc::SourceList={sources}", "-o", "Dir::Etc::SourceParts=/dev/null",
               "-o", f"Dir::State::Lists={work / 'lists'}", "-o", f"Dir::Cache={work / 'apt-cache'}",
               "-o", "APT::Sandbox::User=root", "-o", "Acquire::Check-Valid-Until=false", "-o", "Acquire::Languages=none",
               "-o", "APT::Update::Error-Mode=any"]
    for mirror in MIRRORS:
        sources.write_text(f"deb [signed-by={KEYRING}] {mirror} {suite} main\n")
        try:
            _apt(["apt-get", "-q", *options, "update"], work)
            return options
        except KernelUnavailable as failure:
            reason = str(failure)
    raise KernelUnavailable(reason)


def _resolve_meta(package: str, options: list[str]) -> str:
    """Follows a meta package to the package with the image; refreshes apt's lists once if they are empty."""
    depends = re.compile(r"^\s*Depends: (linux-image-\S+)$", re.MULTILINE)
    for attempt in ("as it is", "after update"):
        found = subprocess.run(
            ["apt-cache", *options, "depends", package], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if found.returncode == 0 and found.stdout.strip():
            match = depends.search(found.stdout)
            return match.group(1) if match else package
        if attempt == "as it is" and os.geteuid() == 0:
            subprocess.run(["apt-get", "-q", "update"], capture_output=True, stdin=subprocess.DEVNULL)
    raise KernelUnavailable(f"apt knows no package '{package}' (apt-get update as root may help)")


def _apt(command: list[str], folder: pathlib.Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise KernelUnavailable(f"'{' '.join(command)}' failed: {words[-1] if words else done.returncode}")
