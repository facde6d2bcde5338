"""What SystemTap's operations make of numbers and strings, in Python: 64-bit numbers that wrap, C's division, strings with
a limit. Strings are Python strings of bytes (latin-1)."""
import ctypes
import re

libc = ctypes.CDLL(None)
MIN, MAX = -(1 << 63), (1 << 63) - 1


class ScriptError(Exception):
    """A run-time error of the script, with its message."""


class NotKnown(Exception):
    """The answer is not laid down (numbers too long for strtol, say): such a script is not used."""


def wrap(value):
    """The value as a 64-bit two's complement number."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def divide(a, b):
    if b == 0:
        raise ScriptError("division by 0")
    quotient = abs(a) // abs(b)
    return wrap(quotient if (a < 0) == (b < 0) else -quotient)


def modulo(a, b):
    if b == 0:
        raise ScriptError("division by 0")
    return abs(a) % abs(b) * (-1 if a < 0 else 1)


ARITHMETIC = {
    "+": lambda a, b: wrap(a + b),
    "-": lambda a, b: wrap(a - b),
    "*": lambda a, b: wrap(a * b),
    "/": divide,
    "%": modulo,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<<": lambda a, b: wrap(a << (b & 63)),
    ">>": lambda a, b: a >> (b & 63),
    ">>>": lambda a, b: wrap(a % (1 << 64) >> (b & 63)),
}
COMPARISONS = {
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b),
    ">=": lambda a, b: int(a >= b),
}
UNARY = {"-": lambda a: wrap(-a), "+": lambda a: a, "!": lambda a: int(a == 0), "~": lambda a: ~a}


def formatted(directive, value):
    """One directive of sprintf and the like (`%-5d`, `%.3s`)."""
    if directive[-1] == "c":
        text = chr(value & 255)
        width = re.search(r"\d+", directive)
        return text if not width else text.ljust(int(width[0])) if "-" in directive else text.rjust(int(width[0]))
    buffer = ctypes.create_string_buffer(70000)
    if isinstance(value, str):
        libc.snprintf(buffer, len(buffer), directive.encode(), value.encode("latin-1"))
    else:
        wide = directive[:-1] + "ll" + directive[-1]
        libc.snprintf(buffer, len(buffer), wide.encode(), ctypes.c_longlong(value))
    return buffer.value.decode("latin-1")


# ---------------------------------------------------------------------------------------- functions of the tapsets

ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", ord('"'): '"', ord("\\"): "\\"}


def escaped(text):
    return "".join("\\" + ESCAPES[ord(c)] if ord(c) in ESCAPES else c if 32 <= ord(c) < 127 else "\\%03o" % ord(c) for c in text)


def quoted(text, limit):
    result = escaped(text)
    if len(result) > limit - 8:
        raise NotKnown
    return f'"{result}"'


def substr(text, start, length, _limit):
    return text[start:start + length] if 0 <= start < len(text) and length > 0 else ""


def stringat(text, position, _limit):
    if not 0 <= position < len(text):
        raise ScriptError("Position out of bounds")
    byte = ord(text[position])
    return byte - 256 if byte > 127 else byte


def strtol(text, base, _limit):
    if base not in (0, 8, 10, 16) or (text + "x")[0] in " \t\n\v\f\r":
        raise NotKnown
    match = re.match(r"[-+]?(0[xX](?=[0-9a-fA-F]))?", text)
    if match[1] and base not in (0, 16):
        return 0
    rest = text[match.end():]
    if base == 0:
        base = 16 if match[1] else 8 if rest.startswith("0") else 10
    digits = re.match({8: "[0-7]*", 10: "[0-9]*", 16: "[0-9a-fA-F]*"}[base], rest)[0]
    number = int(digits or "0", base)
    if number > MAX or len(digits) > 60:
        raise NotKnown
    return -number if text.startswith("-") else number


def str_replace(text, search, by, _limit):
    return text.replace(search, by) if search else text


# name: result, parameters, value from the arguments and the longest string, side (None: both)
FUNCTIONS = {
    "strlen": ("n", "s", lambda s, limit: len(s)),
    "substr": ("s", "snn", substr),
    "stringat": ("n", "sn", stringat),
    "strpos": ("n", "sw", lambda s, t, limit: s.find(t)),
    "isinstr": ("n", "sw", lambda s, t, limit: int(t in s)),
    "isdigit": ("n", "s", lambda s, limit: int(s[:1].isdigit() and s[:1].isascii())),
    "strtol": ("n", "sb", strtol),
    "str_replace": ("s", "sww", str_replace),
    "string_quoted": ("s", "s", lambda s, limit: quoted(s, limit)),
    "text_str": ("s", "s", lambda s, limit: quoted(s, limit)[1:-1]),
}
