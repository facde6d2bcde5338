"""The kernels that the VM test bed boots, and how each gets into the cache.

To add a kernel, add a row to KERNELS: a short name and a Debian package, either the kernel's own or a meta package that
depends on it. Packages are fetched with `apt-get download` and unpacked, never installed. Any other kernel is named by the
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


class KernelUnavailable(Exception):
    """This kernel cannot be had on this machine; the message says why, in a sentence."""


def cache_folder() -> pathlib.Path:
    """The folder for unpacked kernels, outside the work tree so that a fresh clone need not fetch again."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "coretap" / "vm"


def find_kernel(name: str) -> pathlib.Path:
    """The kernel image for a name of KERNELS (fetched if need be) or for a path; KernelUnavailable if there is none."""
    if name not in KERNELS:
        path = pathlib.Path(name)
        if not path.is_file():
            raise KernelUnavailable(f"'{name}' is neither a kernel image nor one of {', '.join(KERNELS)}")
        return path.resolve()
    image = cache_folder() / name / "vmlinuz"
    if not image.is_file():
        _fetch(name, image.parent)
    return image


def _fetch(name: str, folder: pathlib.Path) -> None:
    """Downloads and unpacks the kernel into `folder`, which appears whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{name}-") as scratch:
        work = pathlib.Path(scratch)
        package = _resolve_meta(KERNELS[name])
        # Without the sandbox user apt can write into a folder that only we may enter.
        _apt(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package], work)
        (archive,) = work.glob("*.deb")
        _apt(["dpkg-deb", "-x", str(archive), str(work / "tree")], work)
        (image,) = (work / "tree" / "boot").glob("vmlinuz-*")
        ready = work / "ready"
        ready.mkdir()
        shutil.move(image, ready / "vmlinuz")
        shutil.move(work / "tree" / "lib" / "modules", ready / "modules")
        for config in (work / "tree" / "boot").glob("config-*"):
            shutil.move(config, ready / "config")
        try:
            ready.rename(folder)
        except OSError:
            if not (folder / "vmlinuz").is_file():  # else another run was quicker, and its copy is as good
                raise


def _resolve_meta(package: str) -> str:
    """Follows a meta package to the package with the image; refreshes apt's lists once if they are empty."""
    depends = re.compile(r"^\s*Depends: (linux-image-\S+)$", re.MULTILINE)
    for attempt in ("as it is", "after update"):
        found = subprocess.run(
            ["apt-cache", "depends", package], capture_output=True, text=True, stdin=subprocess.DEVNULL)
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
