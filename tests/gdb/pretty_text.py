"""Reads what coretap's pretty printing prints, and compares it with values as in_gdb.py describes them."""
import math
import struct

MASK = (1 << 64) - 1


class Reader:
    """"{.a=1, .s="x", .in={...}}" and the like as nested lists: ["struct", [[name, value]], complete], ["array", [...], complete],
    ["quoted", text], ["word", text], and "Some(1)" or "Rect{.w=1}" as ["variant", name, what it holds as a struct]."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def peek(self, word):
        return self.text.startswith(word, self.at)

    def take(self, word):
        if not self.peek(word):
            raise ValueError(f"expected {word!r} at {self.at} of {self.text!r}")
        self.at += len(word)

    def value(self):
        if self.peek("{"):
            return self.items("{", "}", self.member)
        if self.peek("["):
            return self.items("[", "]", self.value)
        if self.peek('"') or self.peek("'"):
            return self.quoted()
        if self.peek("("):  # flags: (A | B)
            end = self.text.index(")", self.at) + 1
            word, self.at = self.text[self.at:end], end
            return ["word", word]
        begin = self.at
        while self.at < len(self.text) and self.text[self.at] not in " ,}])({":
            self.at += 1
        word = self.text[begin:self.at]
        if self.peek("("):
            values = self.items("(", ")", self.value)
            return ["variant", word, ["struct", [[f"__{i}", value] for i, value in enumerate(values[1])], values[2]]]
        if self.peek("{"):
            return ["variant", word, self.items("{", "}", self.member)]
        return ["word", word]

    def items(self, opening, closing, item):
        self.take(opening)
        found, complete = [], True
        while not self.peek(closing):
            if found or not complete:
                self.take(", ")
            if self.peek("..."):
                self.take("...")
                complete = False
            else:
                found.append(item())
        self.take(closing)
        return ["array" if opening == "[" else "struct", found, complete]

    def member(self):
        begin = self.at
        self.at = self.text.index("=", begin) + 1
        return [self.text[begin:self.at - 1].lstrip("."), self.value()]

    def quoted(self):
        quote = self.text[self.at]
        self.at += 1
        text = ""
        while self.text[self.at] != quote:
            if self.text[self.at] != "\\":
                text += self.text[self.at]
                self.at += 1
                continue
            escaped = self.text[self.at + 1]
            if escaped in "01234567":
                text += chr(int(self.text[self.at + 1:self.at + 4], 8))
                self.at += 4
            else:
                text += {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}.get(escaped, escaped)
                self.at += 2
        self.at += 1
        return ["quoted", text]


def variables(text):
    """$$vars, $$vars$ or $$vars$$ as {name: value}."""
    reader, found = Reader(text), {}
    while reader.at < len(text):
        if found:
            reader.take(" ")
        begin = reader.at
        reader.at = text.index("=", begin) + 1
        name = text[begin:reader.at - 1]
        found[name] = reader.value()
    return found


def number(word):
    try:
        return int(word, 0)
    except ValueError:
        return None


def same_number(word, wanted):
    have = number(word)
    return have is not None and (have - wanted) & MASK == 0


def same_float(word, bits, wide):
    try:
        have = float(word)
    except ValueError:
        return False
    theirs = struct.unpack("<d", bits.to_bytes(8, "little"))[0] if wide else struct.unpack("<f", bits.to_bytes(4, "little"))[0]
    if math.isnan(theirs):  # the text has the sign of a NaN, and not its payload
        return math.isnan(have) and word.startswith("-") == bool(bits >> (63 if wide else 31))
    packed = struct.pack("<d", have) if wide else struct.pack("<f", have)
    return int.from_bytes(packed, "little") == bits


class Comparison:
    """What became of the leaves of one value."""

    def __init__(self):
        self.equal, self.wrong, self.more = 0, [], 0
        self.missing = []  # (path, is it memory that could not be read)

    def compare(self, ours, theirs, path, follow=False):
        kind = theirs[0]
        if ours[0] == "word" and ours[1] in ("?", "<fault>"):
            if kind == "none" or (kind == "struct" and all(m[1][0] == "none" for m in theirs[1])):
                self.equal += 1
            elif not (kind == "text" and theirs[2] is None):
                self.missing.append((path, ours[1] == "<fault>"))
            else:
                self.equal += 1
            return
        if ours[0] in ("struct", "array") and ours[1:] == [[], False]:
            return  # not shown at this level
        if kind == "none":
            self.more += 1
            return
        if kind == "struct" and ours[0] in ("variant", "word") and theirs[1]:
            return self.variant(ours, theirs, path)
        if kind == "pointer":
            if follow:
                return self.compare(ours, theirs[2], path, follow)
            return self.check(ours[0] == "word" and same_number(ours[1], theirs[1]), ours, theirs[:2], path)
        if kind == "struct" and ours[0] == "struct":
            own = [member for member in ours[1] if not member[0].startswith("_vptr")]
            for (name, value), (their_name, their_value) in zip(own, theirs[1]):
                if name.startswith("<") or not their_name:
                    name = their_name
                if name != their_name:
                    self.wrong.append(f"{path}: member {name} where gdb has {their_name}")
                    return
                self.compare(value, their_value, path + "." + name)
            return
        if kind == "array" and ours[0] == "array":
            for i, (value, their_value) in enumerate(zip(ours[1], theirs[1])):
                self.compare(value, their_value, f"{path}[{i}]")
            return
        self.check(self.same_leaf(ours, theirs), ours, theirs, path)

    def variant(self, ours, theirs, path):
        """gdb has the active variant as the only member with a name."""
        name, value = theirs[1][-1]
        self.check(ours[1] == name, ours, theirs, path)
        if ours[0] == "variant" and ours[1] == name:
            self.compare(ours[2], value, path + "." + name)

    @staticmethod
    def same_leaf(ours, theirs):
        kind = theirs[0]
        if ours[0] == "quoted":
            if kind == "int":  # one character
                return ord(ours[1][0] if ours[1] else "\0") == theirs[1] & 0xff
            wanted = theirs[2] if kind == "text" else theirs[1]
            return kind in ("text", "chars") and wanted is not None and ours[1][:200] == wanted[:200]
        if ours[0] != "word":
            return False
        word = ours[1]
        if kind == "enum":
            return word in (theirs[2], theirs[2].split("::")[-1]) or same_number(word, theirs[1])
        if kind == "float":
            return same_float(word, theirs[1], theirs[2] == 8)
        if kind == "text":
            return same_number(word, theirs[1]) if theirs[1] or theirs[2] is None else float(word) == float(theirs[2])
        if word.startswith("<function>:"):
            word = word[len("<function>:"):]
        return kind == "int" and same_number(word, theirs[1])

    def check(self, is_right, ours, theirs, path):
        if is_right:
            self.equal += 1
        else:
            self.wrong.append(f"{path}: coretap {ours[1]}, gdb {theirs[1:]}")
