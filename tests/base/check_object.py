#!/usr/bin/env python3
"""Holds base objects to Linux 5.10: reads their instructions and map definitions, and names what 5.10 lacks.

    check_object.py OBJECT...      exit status 1, with a line for each fault, if one would not load on 5.10

The verifier of 5.10 refuses most of this even where it is never reached, so each instruction is looked at, whatever guards it.
What cannot be seen here (what the verifier thinks of a path) is for tests/vm, on a 5.10 kernel.

Kernels before 6.7 follow the jumps of a function before they verify it, and refuse a way back into a loop that is not a jump.
`back_edges` is that search; it is about both flavours.
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
STT_FUNC = 2
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
                    name, info, _, section, value, size = struct.unpack_from("<IBBHQQ", content, at)
                    self.symbols.append((text(strings, name), info & 15, section, value, size))

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


def jumps(opcode, offset, at):
    """Where control goes behind instruction `at`, in the kernel's order, and whether a way back is accepted there."""
    operation = opcode & 0xf0
    if opcode & 7 not in (5, 6) or operation == 0x80:  # no jump, or a call
        return (at + 1,), False
    if operation == 0x90:  # exit
        return (), False
    return ((at + 1 + offset,) if operation == 0 else (at + 1, at + 1 + offset)), True


def back_edges(code):
    """Instructions of a function that go back into a loop without a jump: the depth-first search of check_cfg().

    From Linux 5.3 (commit 2589726d12a1) to 6.6 (until commit 10e14e9652bf) it refuses them: "back-edge from insn N to M".
    """
    instructions = [(code[at], struct.unpack_from("<h", code, at + 2)[0]) for at in range(0, len(code), 8)]
    on_way, done, found = {0}, set(), []
    way = [(0, iter(jumps(*instructions[0], 0)[0]))]
    while way:
        at, targets = way[-1]
        target = next(targets, None)
        if target is None:
            way.pop()
            on_way.remove(at)
            done.add(at)
        elif target in on_way:
            if not jumps(*instructions[at], at)[1]:
                found.append(at)
        elif target not in done:
            on_way.add(target)
            way.append((target, iter(jumps(*instructions[target], target)[0])))
    return sorted(found)


def back_edge_faults(elf):
    for index, (section, header, content) in enumerate(elf.sections):
        if not header[2] & SHF_EXECINSTR:
            continue
        for name, kind, where, start, size in elf.symbols:
            if where == index and kind == STT_FUNC:
                for at in back_edges(content[start:start + size]):
                    yield f"{section}+{start // 8 + at}: a way back into a loop of {name} is not a jump"


def back_edges_of(data):
    """What keeps a modern object from loading on kernels before 6.7, as far as its text says."""
    return back_edge_faults(Object(data))


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
    yield from back_edge_faults(elf)
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
