#!/usr/bin/env python3
"""Holds base objects to Linux 5.10: reads their instructions and map definitions, and names what 5.10 lacks.

    check_object.py OBJECT...      exit status 1, with a line for each fault, if one would not load on 5.10

The verifier of 5.10 refuses most of this even where it is never reached, so each instruction is looked at, whatever guards it.
What cannot be seen here (what the verifier thinks of a path) is for tests/vm, on a 5.10 kernel.
"""
import struct
import sys

# include/uapi/linux/bpf.h of Linux 5.10.
LAST_HELPER = 155  # BPF_FUNC_redirect_peer
LAST_MAP_TYPE = 28  # BPF_MAP_TYPE_INODE_STORAGE
# Sections of programs: what libbpf makes types and attach types from that 5.10 has.
SECTIONS = ("uprobe", "uretprobe", "kprobe", "kretprobe", "tp_btf", "raw_tp", "tracepoint", "perf_event", "fentry", "fexit",
            "usdt")

SHT_SYMTAB, SHT_REL = 2, 9
SHF_EXECINSTR = 4
BTF_KIND_PTR, BTF_KIND_ARRAY, BTF_KIND_VAR, BTF_KIND_DATASEC = 2, 3, 14, 15


def instruction_set():
    """Opcodes of Linux 5.10: BPF v3 (Documentation/networking/filter.rst), without classic BPF's packet loads."""
    operations = range(0x00, 0xe0, 0x10)
    known = {0x18, 0x85, 0x95, 0x05, 0x87, 0x84, 0xd4, 0xdc}  # lddw, call, exit, ja, neg, le, be
    for operation in operations:
        if operation not in (0x80, 0xd0):
            known |= {operation | source | kind for source in (0, 8) for kind in (4, 7)}
        if operation not in (0x00, 0x80, 0x90):
            known |= {operation | source | kind for source in (0, 8) for kind in (5, 6)}
    for size in (0x00, 0x08, 0x10, 0x18):
        known |= {0x60 | size | kind for kind in (1, 2, 3)}
    return known | {0xc3, 0xdb}  # xadd


KNOWN = instruction_set()


class Object:
    """An ELF file's sections, symbols and relocations, as far as they are needed."""

    def __init__(self, data):
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("not a little-endian ELF64 file")
        offset, = struct.unpack_from("<Q", data, 0x28)
        size, count, names = struct.unpack_from("<HHH", data, 0x3a)
        headers = [struct.unpack_from("<IIQQQQIIQQ", data, offset + i * size) for i in range(count)]
        contents = [data[h[4]:h[4] + h[5]] for h in headers]
        self.sections = [(text(contents[names], h[0]), h, c) for h, c in zip(headers, contents)]
        self.symbols = []
        for _, header, content in self.sections:
            if header[1] == SHT_SYMTAB:
                strings = contents[header[6]]
                for at in range(0, len(content), 24):
                    name, info, _, section, _, _ = struct.unpack_from("<IBBHQQ", content, at)
                    self.symbols.append((text(strings, name), info & 15, section))

    def relocations(self, index):
        """Offset in section `index` to the symbol there."""
        found = {}
        for _, header, content in self.sections:
            if header[1] == SHT_REL and header[7] == index:
                for at in range(0, len(content), 16):
                    where, info = struct.unpack_from("<QQ", content, at)
                    found[where] = self.symbols[info >> 32]
        return found

    def content(self, name):
        return next((c for n, _, c in self.sections if n == name), b"")


def text(strings, at):
    return strings[at:strings.index(b"\0", at)].decode()


def instruction_faults(opcode, registers, offset, imm, symbol, executable):
    """What 5.10 lacks of one instruction."""
    source = registers >> 4
    if opcode not in KNOWN:
        yield f"opcode 0x{opcode:02x} is newer than BPF v3"
    elif opcode in (0xc3, 0xdb) and imm != 0:
        yield f"atomic operation 0x{imm:x}: 5.10 has only the add without a fetch"
    elif opcode == 0x85 and source == 0 and not symbol and imm > LAST_HELPER:
        yield f"helper {imm} is newer than {LAST_HELPER}"
    elif opcode == 0x85 and (source == 2 or (symbol and symbol[2] == 0)):
        yield f"call of a kernel function ({symbol[0] if symbol else imm})"
    elif opcode == 0x18 and (source == 4 or (symbol and symbol[2] in executable)):
        yield "address of a function: a callback"
    elif opcode & 7 in (4, 7) and offset != 0:
        yield f"ALU instruction 0x{opcode:02x} with offset {offset}: signed division or move of BPF v4"


def program_faults(elf):
    executable = {i for i, (_, header, _) in enumerate(elf.sections) if header[2] & SHF_EXECINSTR}
    for index in executable:
        name, _, content = elf.sections[index]
        if name != ".text" and content and name.split("/")[0] not in SECTIONS:
            yield f"section {name}: a kind of program that 5.10 may not have"
        relocations = elf.relocations(index)
        at = 0
        while at < len(content):
            opcode, registers, offset, imm = struct.unpack_from("<BBhi", content, at)
            for fault in instruction_faults(opcode, registers, offset, imm, relocations.get(at), executable):
                yield f"{name}+{at // 8}: {fault}"
            at += 16 if opcode == 0x18 else 8


class Btf:
    """The types of an object, by id."""

    # Bytes behind the common part: fixed, and for each of `vlen`.
    EXTRA = {1: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 13: (0, 8), 14: (4, 0), 15: (0, 12), 17: (4, 0),
             19: (0, 12)}

    def __init__(self, data):
        header_size, type_offset, type_size, string_offset = struct.unpack_from("<IIII", data, 4)
        self.strings = data[header_size + string_offset:]
        self.types = [None]
        at = header_size + type_offset
        end = at + type_size
        while at < end:
            name, info, size = struct.unpack_from("<III", data, at)
            kind, count = info >> 24 & 31, info & 0xffff
            fixed, each = self.EXTRA.get(kind, (0, 0))
            extra = data[at + 12:at + 12 + fixed + each * count]
            self.types.append((kind, text(self.strings, name), size, extra))
            at += 12 + len(extra)

    def uint(self, pointer):
        """N of __uint(member, N): a pointer to an array of N."""
        kind, _, target, _ = self.types[pointer]
        if kind != BTF_KIND_PTR or self.types[target][0] != BTF_KIND_ARRAY:
            return None
        return struct.unpack("<III", self.types[target][3])[2]

    def maps(self):
        """Name and type number of each map."""
        for kind, name, _, extra in self.types[1:]:
            if kind != BTF_KIND_DATASEC or name != ".maps":
                continue
            for variable, _, _ in struct.iter_unpack("<III", extra):
                _, map_name, struct_id, _ = self.types[variable]
                for member, type_id, _ in struct.iter_unpack("<III", self.types[struct_id][3]):
                    if text(self.strings, member) == "type":
                        yield map_name, self.uint(type_id)


def faults(data):
    """All that keeps an object from loading on 5.10, as far as its text says."""
    elf = Object(data)
    yield from program_faults(elf)
    btf = elf.content(".BTF")
    if not btf:
        yield "no BTF: its maps cannot be judged"
        return
    maps = dict(Btf(btf).maps())
    if elf.content(".maps") and not maps:
        yield "no map definitions in its BTF"
    for name, number in maps.items():
        if number is None or number > LAST_MAP_TYPE:
            yield f"map {name}: type {number} is newer than {LAST_MAP_TYPE}"


def main():
    bad = False
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            for fault in faults(file.read()):
                print(f"{path}: {fault}")
                bad = True
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
