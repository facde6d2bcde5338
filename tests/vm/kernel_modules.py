"""Modules of the packaged kernels, for tests that load them in a guest."""
import lzma
import pathlib
import re
import shutil

import run_in_vm


def take_modules(kernel: str, names: list[str], folder: pathlib.Path) -> list[str]:
    """Unpacks the modules and those that they need into `folder`, as NAME.ko; their names in the order in which they can be loaded."""
    packed = {path.name.split(".ko")[0]: path for path in run_in_vm.require(kernel).with_name("modules").rglob("*.ko*")}
    order = []

    def take(name):
        if name in order or name not in packed:
            return
        path = folder / f"{name}.ko"
        if packed[name].suffix == ".xz":
            path.write_bytes(lzma.decompress(packed[name].read_bytes()))
        else:
            shutil.copy(packed[name], path)
        for needed in re.search(rb"\0depends=([^\0]*)", path.read_bytes())[1].decode().split(","):
            take(needed)
        order.append(name)

    for name in names:
        take(name)
    return order


def load_command(names: list[str]) -> str:
    """A guest's shell command that loads modules which lie in /t."""
    return f"for module in {' '.join(names)}; do insmod /t/$module.ko || exit 1; done"
