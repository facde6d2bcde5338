"""Arithmetic, bitwise, shift, comparison and logical operators, with the values at the edges."""
from language.case import Case

MIN, MAX = -(1 << 63), (1 << 63) - 1
EDGES = [0, 1, -1, 7, -7, 64, MIN, MAX]
SHIFTS = [0, 1, 5, 31, 32, 62, 63]


def wrap(value):
    """The value as a 64-bit two's complement number."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def divide(a, b):
    quotient = abs(a) // abs(b)
    return wrap(quotient if (a < 0) == (b < 0) else -quotient)


def modulo(a, b):
    return abs(a) % abs(b) * (-1 if a < 0 else 1)


BINARY = {
    "add": ("+", lambda a, b: a + b),
    "sub": ("-", lambda a, b: a - b),
    "mul": ("*", lambda a, b: a * b),
    "and": ("&", lambda a, b: a & b),
    "or": ("|", lambda a, b: a | b),
    "xor": ("^", lambda a, b: a ^ b),
    "eq": ("==", lambda a, b: a == b),
    "ne": ("!=", lambda a, b: a != b),
    "lt": ("<", lambda a, b: a < b),
    "le": ("<=", lambda a, b: a <= b),
    "gt": (">", lambda a, b: a > b),
    "ge": (">=", lambda a, b: a >= b),
    "logical_and": ("&&", lambda a, b: bool(a and b)),
    "logical_or": ("||", lambda a, b: bool(a or b)),
}
SHIFT = {
    "shl": ("<<", lambda a, b: a << b),
    "sar": (">>", lambda a, b: a >> b),
    "shr": (">>>", lambda a, b: a % (1 << 64) >> b),
}
GLOBALS = "global " + ", ".join(f"edge{i} = {value}" for i, value in enumerate(EDGES)) + \
    "\nglobal " + ", ".join(f"count{i} = {value}" for i, value in enumerate(SHIFTS))


def table(name, op, function, left, right, pairs):
    """One statement for each pair of globals; the operands are not known at compile time."""
    body, expected = [], []
    for i, (a, b) in enumerate(pairs):
        body.append(f"num[{i}] = {left}{a[0]} {op} {right}{b[0]}")
        expected.append(wrap(int(function(a[1], b[1]))))
    return Case(name, "\n".join(body), expected)


def both(first, second):
    return [(a, b) for a in enumerate(first) for b in enumerate(second)]


CASES = [table(name, op, f, "edge", "edge", both(EDGES, EDGES)) for name, (op, f) in BINARY.items()]
CASES += [table(name, op, f, "edge", "count", both(EDGES, SHIFTS))
          for name, (op, f) in SHIFT.items()]
CASES += [table(name, op, f, "edge", "edge", [p for p in both(EDGES, EDGES) if p[1][1]])
          for name, op, f in (("div", "/", divide), ("mod", "%", modulo))]
CASES[0].globals = GLOBALS
CASES += [
    Case("unary", "\n".join(f"num[{4 * i}] = -edge{i}; num[{4 * i + 1}] = ~edge{i}; "
                            f"num[{4 * i + 2}] = !edge{i}; num[{4 * i + 3}] = +edge{i}"
                            for i in range(len(EDGES))),
         [v for e in EDGES for v in (wrap(-e), ~e, int(not e), e)]),
    Case("unary_folded", "num[0] = -(-9223372036854775808); num[1] = ~0; num[2] = !5; num[3] = !!5; "
         "num[4] = -~1; num[5] = 9223372036854775807 + 1; num[6] = 18446744073709551615; "
         "num[7] = 0xffffffffffffffff; num[8] = 0777; num[9] = 3 * 9223372036854775807",
         [MIN, -1, 0, 1, 2, MIN, -1, -1, 0o777, wrap(3 * MAX)]),
    Case("precedence", "num[0] = 1 + edge3 * 2; num[1] = edge3 - 2 - 1; num[2] = edge5 / 4 / 2; "
         "num[3] = 1 << edge1 + 1; num[4] = edge3 & 3 == 3; num[5] = edge1 | 2 ^ 3 & 1; "
         "num[6] = edge0 || edge1 && edge0; num[7] = !edge0 + 1; num[8] = -edge3 % 4; "
         "num[9] = edge1 ? edge0 ? 1 : 2 : 3; num[10] = edge0 ? 1 : edge0 ? 2 : 3; "
         "num[11] = 1 < edge3 < 2",
         [15, 4, 8, 4, 7 & (3 == 3), 1 | (2 ^ (3 & 1)), 0, 2, -3, 2, 3, 1]),
    Case("ternary", 'x = edge3 > 5 ? 10 : 20; num[0] = x; num[1] = (edge0 ? 1 : 2) + (edge1 ? 4 : 8)\n'
         'txt[0] = edge3 == 7 ? "seven" : "other"; txt[1] = edge0 ? "a" : edge1 ? "b" : "c"\n'
         "y = 1; num[2] = edge1 ? y : y++; num[3] = y; num[4] = edge0 ? y : y++; num[5] = y",
         [10, 6, 1, 1, 1, 2], ["seven", "b"]),
    Case("short_circuit",
         "n = 0; num[0] = edge0 && n++; num[1] = n; num[2] = edge1 && n++; num[3] = n; "
         "num[4] = edge1 || n++; num[5] = n; num[6] = edge0 || n++; num[7] = n\n"
         "num[8] = edge1 && edge3; num[9] = 0 && n++; num[10] = 1 || n++; num[11] = n\n"
         "circuit[1] = 5; num[12] = edge0 && circuit[9]++; num[13] = 9 in circuit; num[14] = edge1 && ++circuit[1]; "
         "num[15] = circuit[1]",
         [0, 0, 0, 1, 1, 1, 1, 2, 1, 0, 1, 2, 0, 0, 1, 6], globals="global circuit"),
    Case("division_by_zero", "try { num[0] = edge3 / edge0 } catch (m) { txt[0] = m }\n"
         "try { num[1] = edge3 % edge0 } catch (m) { txt[1] = m }\n"
         "try { x = 5; x /= edge0; num[2] = x } catch (m) { txt[2] = m; num[3] = x }\n"
         "try { num[4] = 1 / 0 } catch (m) { txt[3] = m }",
         {3: 5}, ["division by 0"] * 4),
]

ASSIGN = [("+=", 50, 7), ("-=", 50, 7), ("*=", -50, 7), ("/=", -50, 7), ("%=", -50, 7), ("&=", 58, 15),
          ("|=", 58, 15), ("^=", 58, 15), ("<<=", -5, 3), (">>=", -50, 3), (">>>=", -50, 3)]


def after(op, value, operand):
    operations = {op: f for op, f in (*BINARY.values(), *SHIFT.values())}
    operations |= {"/": divide, "%": modulo}
    return wrap(operations[op[:-1]](value, operand))


def assignments(name, target, globals=""):
    """Every assignment operator on `target`: its value and what is in the target afterwards."""
    body, expected = [], []
    for i, (op, value, operand) in enumerate(ASSIGN):
        body.append(f"{target} = {value}; num[{2 * i}] = ({target} {op} {operand}); "
                    f"num[{2 * i + 1}] = {target}")
        expected += [after(op, value, operand)] * 2
    n = len(expected)
    body.append(f"{target} = 5; num[{n}] = {target}++; num[{n + 1}] = {target}; num[{n + 2}] = ++{target}; "
                f"num[{n + 3}] = {target}--; num[{n + 4}] = --{target}; num[{n + 5}] = {target}")
    body.append(f"num[{n + 6}] = x = {target} = 9; num[{n + 7}] = x; {target}++; num[{n + 8}] = {target}; "
                f"{target} -= 3; num[{n + 9}] = {target}")
    return Case(name, "\n".join(body), expected + [5, 6, 7, 7, 5, 5, 9, 9, 10, 7], globals=globals)


CASES += [
    assignments("assign_local", "v"),
    assignments("assign_global", "assigned", "global assigned"),
    assignments("assign_element", 'elements["k", 3]', "global elements"),
    Case("order", # operands from left to right; an assignment reads its target last
         "i = 1; num[0] = i++ + i; num[1] = i; num[2] = i + i++; num[3] = (i = 10) + i++; num[4] = i\n"
         "i = 2; ordered[i] = i++; num[5] = ordered[2]; num[6] = 3 in ordered\n"
         "ordered[i] += i++; num[7] = ordered[3]; num[8] = 4 in ordered\n"
         "x = 3; x *= x++; num[9] = x; x = 3; x += x++; num[10] = x\n"
         "i = 1; num[11] = ordered[i++] + i; i = 7; ordered[i++] = i++; num[12] = ordered[7]; num[13] = i",
         [1 + 2, 2, 2 + 2, 10 + 10, 11, 2, 0, 3, 0, 12, 7, 2, 8, 9], globals="global ordered"),
    Case("order_of_arguments",
         "i = 1; num[0] = order_f(i, i++, i); num[1] = order_f(i++, i++, i++)",
         [112, 234],
         functions="function order_f(a, b, c) { return a * 100 + b * 10 + c }"),
]
