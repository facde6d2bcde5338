"""Runs inside of gdb: counts the hits of lines and reads every variable at given addresses.

    gdb -batch -ex 'python JOB = "job.json"' -x in_gdb.py PROGRAM

The job is {"addresses": [...], "lines": ["file.c:12", ...], "most": N, "is_optimised": true, "out": "result.json"}. The result holds how often each
line's breakpoint was hit, and for each address its hits, of the first N with all variables of the blocks around it, innermost
block first. A value is [kind, data]:

    ["int", n]           integers, characters, booleans, enums and pointers, modulo 2**64
    ["enum", n, text]    text: as gdb prints it
    ["float", bits]      the bits of a float or double; "text" for longer ones
    ["struct", [[name, value], ...]]   base classes have the name "<Base>"
    ["array", [value, ...], count]     the first five
    ["text", address, "..."]           a pointer to char and what it points to, up to 200 characters; None: unreadable
    ["pointer", n, value]              a pointer and what it points to; inside of others only its number
    ["none", why]                      no value
"""
import json
import re
import struct

import gdb

MASK = (1 << 64) - 1
MOST_ELEMENTS = 5
MOST_TEXT = 200
CHAR_TYPES = ("char", "signed char", "unsigned char")


def bits_of(value, type_):
    return struct.unpack("<I", struct.pack("<f", float(value)))[0] if type_.sizeof == 4 else \
        struct.unpack("<Q", struct.pack("<d", float(value)))[0]


def record(value, type_, depth):
    members = []
    for field in type_.fields():
        if not hasattr(field, "bitpos") and not field.is_base_class:
            continue  # a static member
        if field.artificial or (field.name or "").startswith("_vptr"):
            continue  # clang does not mark it as artificial
        name = "<" + field.name + ">" if field.is_base_class else field.name or ""
        try:
            members.append([name, read(value[field], depth + 1)])
        except (gdb.error, RuntimeError) as problem:
            members.append([name, ["none", str(problem)]])
    return ["struct", members]


def array(value, type_, depth):
    low, high = type_.range()
    count = high - low + 1
    if type_.target().strip_typedefs().name in CHAR_TYPES and type_.target().sizeof == 1:
        data = bytes(int(value[low + i]) & 0xff for i in range(min(count, MOST_TEXT)))
        return ["chars", data.split(b"\0")[0].decode("latin-1")]
    return ["array", [read(value[low + i], depth + 1) for i in range(max(0, min(count, MOST_ELEMENTS)))], count]


def pointer(value, type_, depth):
    number = int(value) & MASK
    target = type_.target().strip_typedefs()
    if target.code in (gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_INT) and target.sizeof == 1 and target.name in CHAR_TYPES:
        try:
            text = gdb.selected_inferior().read_memory(number, 1)
            data = b""
            while len(data) < MOST_TEXT:
                byte = bytes(gdb.selected_inferior().read_memory(number + len(data), 1))
                if byte == b"\0":
                    break
                data += byte
            return ["text", number, data.decode("latin-1")]
        except gdb.MemoryError:
            return ["text", number, None]
    if depth == 0 and target.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION, gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_ARRAY,
                                      gdb.TYPE_CODE_FLT, gdb.TYPE_CODE_INT):
        return ["pointer", number, read(value.dereference())]
    return ["int", number]


def read(value, depth=0):
    try:
        type_ = value.type.strip_typedefs()
        if type_.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
            # A member that is a reference is printed as the pointer that it is in memory, as stap does.
            return ["int", int(value.referenced_value().address) & MASK] if depth else read(value.referenced_value())
        if type_.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            return record(value, type_, depth)
        if type_.code == gdb.TYPE_CODE_ARRAY:
            return array(value, type_, depth)
        if value.is_optimized_out:
            return ["none", "optimized out"]
        if type_.code == gdb.TYPE_CODE_PTR:
            return pointer(value, type_, depth)
        if type_.code == gdb.TYPE_CODE_FLT:
            if type_.sizeof <= 8:
                return ["float", bits_of(value, type_), type_.sizeof]
            # "<invalid float value>": bytes that are not a number, as in a union or before initialisation
            return ["none", str(value)] if str(value).startswith("<") else ["text", 0, str(value)]
        if type_.code == gdb.TYPE_CODE_ENUM:
            return ["enum", int(value) & MASK, str(value)]
        if type_.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_BOOL):
            return ["int", int(value)]
        return ["none", "a type that the test bed does not read: " + str(type_)]
    except (gdb.error, RuntimeError, OverflowError, ValueError) as problem:
        return ["none", str(problem)]


def blocks_at(frame, pc):
    """[[function of the block, {name: value}], ...], innermost first, up to the real function."""
    found = []
    block = gdb.block_for_pc(pc)
    while block is not None and not block.is_global and not block.is_static:
        values = {}
        for symbol in block:
            if (symbol.is_variable or symbol.is_argument) and symbol.name not in values:
                try:
                    values[symbol.name] = read(symbol.value(frame))
                except (gdb.error, RuntimeError) as problem:
                    values[symbol.name] = ["none", str(problem)]
        found.append([block.function.name if block.function else None, values])
        if block.function and block.superblock and (block.superblock.is_static or block.superblock.is_global):
            break
        block = block.superblock
    return found


def rows_of(address):
    table = gdb.find_pc_line(address).symtab
    return list(table.linetable()) if table else []


def real_function(address):
    """The block of the function that is no inlined copy."""
    block = gdb.block_for_pc(address)
    while block is not None and block.superblock is not None and not (block.superblock.is_static or block.superblock.is_global):
        block = block.superblock
    return block if block is not None and block.function else None


def end_of_prologue(address):
    """Where the second row begins of the function that is entered at `address`; None if that is not its entry."""
    block = real_function(address)
    if block is None or block.start != address:
        return None
    behind = [row.pc for row in rows_of(address) if address < row.pc < block.end]
    return min(behind) if behind else None


def entry_value_ranges(entry):
    """{parameter: [(from, to), ...]}: where DWARF says of the parameters of the function that is entered at `entry` that they are
    what a register was at the entry, and no more than that."""
    found, name = {}, None
    try:
        text = gdb.execute("info scope *%#x" % entry, to_string=True)
    except gdb.error:  # gdb cannot show the expressions of every place (structs.c, gcc -O1)
        return found
    for part in re.split(r"(?m)^(?=Symbol |  Range )", text):
        if symbol := re.match(r"Symbol (\S+) is", part):
            name = symbol[1]
        row = re.match(r"  Range (0x\w+)-(0x\w+): a complex DWARF expression:", part)
        operations = [name.replace("GNU_", "") for name in re.findall(r"\d+: (DW_OP_\w+)", part)]  # DWARF 4 has gcc's own name
        if row and operations[::2] == ["DW_OP_entry_value", "DW_OP_stack_value"]:
            found.setdefault(name, []).append((int(row[1], 16), int(row[2], 16)))
    return found


def caller_stack(frame):
    """Tells calls that run at one time from each other."""
    while frame.type() == gdb.INLINE_FRAME:  # what called an inlined copy has the same registers
        frame = frame.older()
    return int(frame.older().read_register("sp"))


class Entry(gdb.Breakpoint):
    """The entry of a function with parameters that are in no place later on, but are known from there."""

    def __init__(self, address):
        super().__init__("*%#x" % address, internal=True)
        self.ranges, self.calls = entry_value_ranges(address), {}

    def stop(self):
        frame = gdb.newest_frame()
        values = {}
        for symbol in gdb.block_for_pc(frame.pc()):
            if symbol.is_argument and symbol.name in self.ranges:
                values[symbol.name] = symbol.value(frame)
                values[symbol.name].fetch_lazy()
        self.calls[caller_stack(frame)] = values
        return False

    def correct(self, frame, values):
        """Changes the parameters among `values` that are what they were at the entry. gdb works them out from what the call in the
        caller says, and where clang says that relative to the caller's frame, gdb 13 takes the wrong frame."""
        for name, value in self.calls.get(caller_stack(frame), {}).items():
            if any(low <= frame.pc() < high for low, high in self.ranges[name]):
                values[name] = read(value)


class Place(gdb.Breakpoint):
    """A probed address."""

    def __init__(self, address, most, is_optimised, entry):
        super().__init__("*%#x" % address, internal=True)
        self.address, self.most, self.count, self.values = address, most, 0, []
        self.rows = len({row.line for row in rows_of(address) if row.pc == address})
        self.entry = entry
        body = end_of_prologue(address)
        self.body = Body(body, self, is_optimised) if body else None

    def stop(self):
        self.count += 1
        if self.count > self.most:
            return False
        frame = gdb.newest_frame()
        self.values.append(blocks_at(frame, self.address))
        if self.entry and self.values[-1]:
            self.entry.correct(frame, self.values[-1][-1][1])
        if self.body:
            self.body.awaits(frame)
        return False


class Body(gdb.Breakpoint):
    """The end of the prologue. At the entry gdb reads parameters from where the prologue puts them, and they are not there yet."""

    def __init__(self, address, entry, is_optimised):
        super().__init__("*%#x" % address, internal=True)
        self.address, self.entry, self.is_optimised, self.unfilled = address, entry, is_optimised, None

    def awaits(self, frame):
        """Of optimised code only what gdb reads from the function's own frame has to be read again: at the entry, this is
        what is below the stack pointer."""
        self.unfilled = []
        stack = int(frame.read_register("sp"))
        for symbol in real_function(self.entry.address):
            if symbol.is_argument and self.is_optimised:
                address = symbol.value(frame).address
                if address is not None and int(address) < stack:
                    self.unfilled.append(symbol)

    def stop(self):
        if self.unfilled is not None:
            frame = gdb.newest_frame()
            if self.is_optimised:
                self.entry.values[-1][-1][1].update({symbol.name: read(symbol.value(frame)) for symbol in self.unfilled})
            else:
                self.entry.values[-1] = blocks_at(frame, self.address)
        self.unfilled = None
        return False


class Line(gdb.Breakpoint):
    def __init__(self, where):
        super().__init__(where, internal=True)
        self.where, self.count = where, 0

    def stop(self):
        self.count += 1
        return False


def main():
    with open(JOB) as file:
        job = json.load(file)
    for setting in ("pagination off", "confirm off", "startup-with-shell off", "inferior-tty /dev/null", "print elements 200",
                    "disable-randomization on", "breakpoint pending off", "max-value-size unlimited", "print symbol off"):
        gdb.execute("set " + setting, to_string=True)
    # Addresses are those of the running program: breakpoints can be set when it is mapped.
    gdb.execute("unset environment", to_string=True)
    gdb.execute("starti", to_string=True)
    entries = {}
    if job["is_optimised"]:
        blocks = [real_function(address) for address in job["addresses"]]
        entries = {block.start: None for block in blocks if block and entry_value_ranges(block.start)}
        entries = {start: Entry(start) for start in entries}
    places = []
    for address in job["addresses"]:
        block = real_function(address)
        places.append(Place(address, job["most"], job["is_optimised"], entries.get(block.start) if block else None))
    lines = []
    for where in job["lines"]:
        try:
            # Where a line has no code gdb takes the next one that has.
            if all(sal.line == int(where.rsplit(":", 1)[1]) for sal in gdb.decode_line(where)[1] or ()):
                lines.append(Line(where))
        except gdb.error:
            pass
    gdb.execute("continue", to_string=True)
    for _ in range(1000):  # signals, if any
        if not gdb.selected_inferior().pid:
            break
        gdb.execute("continue", to_string=True)
    result = {"lines": {line.where: line.count for line in lines},
              "places": {place.address: {"count": place.count, "values": place.values, "rows": place.rows}
                         for place in places}}
    with open(job["out"], "w") as file:
        json.dump(result, file)


main()
