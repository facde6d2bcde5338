"""Random units: a unit is a handler's body with its globals, functions and the answer that it must give.

Everything is drawn from one random.Random, so a seed is a script. Sizes differ widely on purpose: most handlers are small, some
have hundreds of statements, deep expressions or many arrays. A unit whose answer is not laid down (NotKnown), or that would run too
long, is thrown away and drawn again.
"""
import dataclasses
import string as letters

import tree
from tree import (Assign, Binary, Call, Choice, Concat, Constant, Context, Count, Delete, Do, Element, Extract, Foreach, Format,
                  Function, Global, If, In, Jump, Library, Local, Logical, Loop, Match, Print, Raise, Sample, Side, Sprint, Try, Unary)
from values import FUNCTIONS, NotKnown, ScriptError

SHIFTS = ("<<", ">>", ">>>")


def shift_count(node):
    """A count from 0 to 63: stap takes others in one way where it knows them (tests/live/test_front_end.py), in another at run time."""
    return Binary(node, Constant(63), op="&")


NUMBERS = [0, 1, -1, 2, 3, 7, 8, 10, 63, 64, 127, 128, 255, 256, 1000, 65535, (1 << 31) - 1, 1 << 31, -(1 << 31), (1 << 32) - 1,
           1 << 32, (1 << 62) + 1, (1 << 63) - 1, -(1 << 63), -(1 << 63) + 1]
WORDS = ["", "a", "b", "ab", "abc", "z", "0", "42", "-7", "0x1f", "key", "Hello", "a b", "%d", "x\ty", "\377\001", "q\"\\", "line\n"]
PATTERNS = ["a", "^a", "b$", "^$", "[0-9]+", "^[a-z]*$", "a.*b", "(ab|c)+", "[^a-z]", "x?y+z*", "^-?[0-9]+$", "(a|b)(b|c)", "[[:digit:]]"]
WORD_LENGTHS = [3, 8, 15, 30, 60, 120, 250, 400]


@dataclasses.dataclass
class Variable:
    """A global. `kind`: n and s scalars, `array` and `stat` with the types of their keys."""
    name: str
    kind: str
    type: str
    keys: str = ""
    start: object = None

    def initial(self):
        if self.kind in ("array", "stat"):
            return {}
        return self.start if self.start is not None else tree.EMPTY[self.type]

    def declaration(self, side):
        start = f" = {tree.literal(self.start).strip('()')}" if self.start is not None else ""
        return f"global {side.prefix}{self.name}{start}\n"


@dataclasses.dataclass
class Unit:
    globals: list
    functions: list
    block: list
    contexts: list
    mechanism: object = None
    out: list = None       # lines that the handler prints
    results: dict = None   # what its globals hold at the end
    limit: int = None      # of its strings, in bytes

    def nodes(self):
        """All trees of it, for whoever walks or changes them."""
        return [*self.block, *self.functions]


@dataclasses.dataclass
class Shape:
    """What a script is like."""
    limit: int            # longest string
    statements: int       # about so many in a unit
    depth: int            # of expressions
    arrays: int
    loops: int            # how deep they nest
    turns: int            # of a loop, at most
    prints: bool          # in the handler; else all is kernel code and shown at the end
    texts: float          # part of the expressions that are about strings


class Generator:
    def __init__(self, rng, shape, contexts):
        self.rng, self.shape, self.contexts = rng, shape, contexts
        self.globals, self.functions = [], []
        self.counters = self.catches = 0
        self.in_function = False

    # ---------------------------------------------------------------------------------------------- declarations

    def unit(self):
        rng = self.rng
        for i in range(rng.randint(1, 4)):
            self.globals.append(Variable(f"n{i}", "n", "n", start=rng.choice([None, max(self.number(), 1 - (1 << 63))])))
        for i in range(rng.randint(0, 2)):
            self.globals.append(Variable(f"s{i}", "s", "s", start=rng.choice([None, self.word()])))
        for i in range(rng.randint(0, self.shape.arrays)):
            keys = "".join(rng.choice("nns") for _ in range(rng.choice([1, 1, 1, 2, 2, 3])))
            self.globals.append(Variable(f"a{i}", "array", rng.choice("nns"), keys))
        for i in range(rng.choice([0, 0, 1, 2])):
            self.globals.append(Variable(f"t{i}", "stat", "n", "".join(rng.choice("ns") for _ in range(rng.choice([0, 0, 1, 2])))))
        self.locals = {"n": [f"l{i}" for i in range(rng.randint(1, 5))], "s": [f"w{i}" for i in range(rng.randint(0, 3))]}
        for i in range(rng.choice([0, 0, 1, 2])):
            self.functions.append(self.function(i))
        block = [Do(Assign(Local(name=n, type=t), self.leaf(t), op="=", type=t)) for t in "ns" for n in self.locals[t] if rng.random() < 0.7]
        block += self.block(max(1, int(rng.expovariate(1 / self.shape.statements))), self.shape.loops)
        return Unit(self.globals, self.functions, block, self.contexts)

    def function(self, number):
        rng = self.rng
        parameters = [(f"p{i}", rng.choice("nns")) for i in range(rng.randint(0, 3))]
        f = Function(name=f"f{number}", parameters=parameters, type=rng.choice("nns"))
        outer = self.locals, self.contexts
        self.locals = {t: [n for n, u in parameters if u == t] for t in "ns"}
        self.locals["n"].append("x0")
        self.contexts = []
        self.in_function = True
        # Assigned to in any case: the type of a local that is only read may not be known.
        block = [Do(Assign(Local(name="x0", type="n"), Constant(0), op=rng.choice(["=", "|="]), type="n"))]
        block += self.block(rng.randint(0, 4), min(1, self.shape.loops))
        block.append(Jump(self.expression(f.type, 2), word="return"))
        f.blocks = [block]
        self.in_function = False
        self.locals, self.contexts = outer
        return f

    # ---------------------------------------------------------------------------------------------- expressions

    def number(self):
        rng = self.rng
        return rng.choice([rng.choice(NUMBERS), rng.randint(-20, 20), rng.randint(-1 << 63, (1 << 63) - 1)])

    def word(self):
        rng = self.rng
        if rng.random() < 0.7:
            text = rng.choice(WORDS)
        else:
            text = "".join(rng.choice(letters.ascii_letters + "0123456789 _") for _ in range(rng.choice(WORD_LENGTHS)))
        return text[:self.shape.limit]

    def expression(self, type_, depth):
        return self.number_expression(depth) if type_ == "n" else self.text_expression(depth)

    def leaf(self, type_):
        rng = self.rng
        choices = [lambda: Constant(self.number() if type_ == "n" else self.word())]
        if self.locals[type_]:
            choices += [lambda: Local(name=rng.choice(self.locals[type_]), type=type_)] * 3
        scalars = [v for v in self.globals if v.kind == type_]
        if scalars:
            choices += [lambda: Global(name=rng.choice(scalars).name, type=type_)] * 2
        contexts = [c for c in self.contexts if c.type == type_]
        if contexts:
            choices += [lambda: Context(rng.choice(contexts).source, None)] * 2
        node = rng.choice(choices)()
        if isinstance(node, Context):
            node = next(c for c in contexts if c.source == node.source)
        return node

    def target(self, type_, depth):
        """Something to assign to."""
        rng = self.rng
        places = [Local(name=n, type=type_) for n in self.locals[type_]]
        places += [Global(name=v.name, type=type_) for v in self.globals if v.kind == type_]
        arrays = [v for v in self.globals if v.kind == "array" and v.type == type_]
        if arrays and (not places or rng.random() < 0.5):
            return self.element(rng.choice(arrays), depth)
        return rng.choice(places) if places else None

    def element(self, array, depth):
        return Element(*self.keys(array, depth), name=array.name, type=array.type)

    def keys(self, array, depth):
        """Few different keys, so that elements are found again."""
        rng = self.rng
        keys = []
        for type_ in array.keys:
            if rng.random() < 0.5:
                keys.append(Constant(rng.randint(0, 3) if type_ == "n" else rng.choice(WORDS)[:self.shape.limit]))
            elif type_ == "n":
                keys.append(Binary(self.number_expression(depth - 1), Constant(7), op=rng.choice("&%")))
            else:
                keys.append(self.text_expression(min(1, depth - 1)))
        return keys

    def number_expression(self, depth):
        rng = self.rng
        if depth <= 0 or rng.random() < 0.15:
            return self.leaf("n")
        n = lambda: self.number_expression(depth - 1)
        s = lambda: self.text_expression(depth - 1)
        about_text = rng.random() < self.shape.texts
        if about_text:
            kind = rng.choice(["compare", "match", "library", "library", "in"])
        else:
            kind = rng.choice(["binary"] * 8 + ["compare"] * 3 + ["unary"] * 2 + ["logical"] * 2 + ["choice"] * 2 +
                              ["assign", "count", "in", "element", "element", "call", "extract"])
        if kind == "binary":
            op = rng.choice(["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>", "+", "-", "&"])
            left, right = n(), self.divisor(depth - 1) if op in "/%" else n()
            return Binary(left, shift_count(right) if op in SHIFTS else right, op=op)
        if kind == "compare":
            operand = s if about_text else n
            return Binary(operand(), operand(), op=rng.choice(["==", "!=", "<", "<=", ">", ">="]))
        if kind == "unary":
            return Unary(n(), op=rng.choice("-+!~"))
        if kind == "logical":
            return Logical(n(), n(), op=rng.choice(["&&", "||"]))
        if kind == "choice":
            return Choice(n(), n(), n(), type="n")
        if kind == "match":
            return Match(s(), op=rng.choice(["=~", "!~"]), pattern=rng.choice(PATTERNS))
        if kind == "library":
            return self.library("n", depth)
        if kind == "in" or kind == "element":
            arrays = [v for v in self.globals if v.kind == "array" and (kind == "in" or v.type == "n")]
            if arrays:
                array = rng.choice(arrays)
                return In(*self.keys(array, depth), name=array.name) if kind == "in" else self.element(array, depth)
        if kind in ("assign", "count"):
            target = self.target("n", depth - 1)
            if target and kind == "count":
                return Count(target, op=rng.choice(["++", "--"]), before=rng.random() < 0.5)
            if target:
                return self.assignment(target, depth - 1)
        if kind == "call":
            call = self.call("n", depth)
            if call:
                return call
        if kind == "extract" and self.shape.prints and not self.in_function:
            stats = [v for v in self.globals if v.kind == "stat"]
            if stats:
                stat = rng.choice(stats)
                return Extract(*self.keys(stat, depth - 1), name=stat.name, op=rng.choice(["count", "sum", "min", "max", "avg"]))
        return Binary(n(), n(), op=rng.choice("+-^"))

    def divisor(self, depth):
        """Rarely 0: what comes behind an error that nobody catches never runs."""
        value = self.number_expression(depth)
        return value if self.rng.random() < 0.1 else Binary(value, Constant(1), op="|")

    def library(self, type_, depth):
        rng = self.rng
        names = [name for name, row in FUNCTIONS.items()
                 if row[0] == type_ and (self.shape.prints or name != "str_replace")]
        name = rng.choice(names)
        if name == "stringat" and rng.random() < 0.8:  # as for divisors
            return Library(Concat(Constant(rng.choice(letters.printable)), self.text_expression(depth - 1)), Constant(0), name=name, type=type_)
        kids = []
        for parameter in FUNCTIONS[name][1]:
            if parameter == "w":
                kids.append(Constant(rng.choice(WORDS)[:self.shape.limit]))
            elif parameter == "b":
                kids.append(Constant(rng.choice([0, 8, 10, 16])))
            elif parameter == "n" and rng.random() < 0.8:
                kids.append(Constant(rng.randint(-1, 12)))
            else:
                kids.append(self.expression(parameter, depth - 1))
        return Library(*kids, name=name, type=type_)

    def call(self, type_, depth):
        if self.in_function:
            return None
        functions = [f for f in self.functions if f.type == type_]
        if not functions:
            return None
        f = self.rng.choice(functions)
        return Call(*(self.expression(t, depth - 1) for _, t in f.parameters), function=f, type=type_)

    def text_expression(self, depth):
        rng = self.rng
        if depth <= 0 or rng.random() < 0.3:
            return self.leaf("s")
        kind = rng.choice(["concat"] * 4 + ["choice", "format", "format", "sprint", "library", "library", "element", "assign", "call"])
        if kind == "choice":
            return Choice(self.number_expression(depth - 1), self.text_expression(depth - 1), self.text_expression(depth - 1), type="s")
        if kind == "format":
            return self.format(depth)
        if kind == "sprint":
            kids = [self.expression(rng.choice("ns"), depth - 1) for _ in range(rng.randint(1, 3))]
            between = rng.choice([None, ":", ", "]) if len(kids) > 1 else None
            return Sprint(*kids, between=between, ends_line=rng.random() < 0.2)
        if kind == "library":
            return self.library("s", depth)
        if kind == "element":
            arrays = [v for v in self.globals if v.kind == "array" and v.type == "s"]
            if arrays:
                return self.element(rng.choice(arrays), depth)
        if kind == "assign":
            target = self.target("s", depth - 1)
            if target:
                return Assign(target, self.text_expression(depth - 1), op=rng.choice(["=", ".="]), type="s")
        if kind == "call":
            call = self.call("s", depth)
            if call:
                return call
        return Concat(self.text_expression(depth - 1), self.text_expression(depth - 1))

    def pieces(self, depth):
        """Of a format, and its arguments."""
        rng = self.rng
        pieces, kids = [], []
        for _ in range(rng.randint(0, 4)):
            if rng.random() < 0.4:
                pieces.append(rng.choice(["x", "=", " and ", "%", "[", "] "]))
                continue
            conversion = rng.choice("dddxsssuicoX")
            width = ""
            if rng.random() < 0.3:
                width = rng.choice(["5", "-6", "3", "12"] if conversion in "sc" else ["5", "-6", "08", "+3" if conversion in "di" else "3"])
            if conversion == "c":
                kids.append(Constant(rng.randint(33, 126)))
            else:
                kids.append(self.expression("s" if conversion == "s" else "n", depth - 1))
            pieces.append("%" + width + conversion)
        return pieces, kids

    def format(self, depth):
        pieces, kids = self.pieces(depth)
        return Format(*kids, pieces=pieces)

    # ---------------------------------------------------------------------------------------------- statements

    def assignment(self, target, depth):
        op = self.rng.choice(["=", "=", "=", "+=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", ">>>="])
        value = self.divisor(depth) if op in ("/=", "%=") else self.number_expression(depth)
        return Assign(target, shift_count(value) if op.removesuffix("=") in SHIFTS else value, op=op, type="n")

    def block(self, statements, loops, in_loop=False):
        """About so many statements, with those within them; `loops` may still nest so deep."""
        block = []
        while statements > 0:
            size = min(statements, max(1, int(self.rng.expovariate(1 / 4))))
            block += self.statement(size, loops, in_loop)
            statements -= size
        return block

    def statement(self, size, loops, in_loop):
        rng, depth = self.rng, self.rng.randint(0, self.shape.depth)
        if size > 1:
            kind = rng.choice(["if", "if", "loop", "try", "foreach"])
            inner = size - 1
            if kind == "if":
                cut = rng.randint(1, inner) if inner > 1 and rng.random() < 0.5 else inner
                blocks = [self.block(cut, loops, in_loop)]
                if cut < inner or rng.random() < 0.2:
                    blocks.append(self.block(inner - cut, loops, in_loop))
                return [If(self.number_expression(depth), blocks=blocks)]
            if kind == "try":
                self.catches += 1
                name = rng.choice([None, f"m{self.catches}"])
                caught = self.block(rng.randint(0, 1), loops, in_loop)
                if name and self.shape.prints and not self.in_function and rng.random() < 0.5:
                    caught.append(Print(Local(name=name, type="s"), form="println"))
                return [Try(blocks=[self.block(inner, loops, in_loop), caught], name=name)]
            arrays = [v for v in self.globals if v.kind == "array" and len(v.keys) == 1]
            if kind == "foreach" and arrays and self.shape.prints and not self.in_function and loops > 0:
                return [self.foreach(rng.choice(arrays), inner)]
            if loops > 0:
                self.counters += 1
                counter = f"i{self.counters}"
                body = self.block(inner, loops - 1, True)
                if rng.random() < 0.3:
                    body.insert(rng.randint(0, len(body)), If(Binary(Local(name=counter, type="n"), Constant(rng.randint(0, 4)), op="=="),
                                                              blocks=[[Jump(word=rng.choice(["break", "continue"]))]]))
                limit = Constant(rng.randint(0, self.shape.turns))
                if rng.random() < 0.3:
                    limit = Binary(self.leaf("n"), Constant(rng.choice([1, 3])), op="&")
                return [Loop(limit, blocks=[body], counter=counter, form=rng.choice(["for", "while"]))]
            return self.block(inner, 0, in_loop)
        return [self.simple(depth)]

    def foreach(self, array, size):
        rng = self.rng
        self.counters += 1
        key, value = f"k{self.counters}", rng.choice([None, f"v{self.counters}"])
        kids = [Local(name=key, type=array.keys)] + ([Local(name=value, type=array.type)] if value else [])
        hidden, self.globals = self.globals, [v for v in self.globals if v is not array]
        # Neither may a function that the body calls change the array.
        functions, side = self.functions, Side("", True)
        if any(f"{array.name}[" in f.text(side) or f"delete {array.name}" in f.text(side) for f in functions):
            self.functions = []
        body = [Print(*kids, form="println"), *self.block(min(size, 3), 0, True)]
        self.globals, self.functions = hidden, functions
        limit = [Constant(rng.randint(0, 4))] if rng.random() < 0.3 else []
        return Foreach(*limit, blocks=[body], name=array.name, key=key, value_name=value, order=rng.choice("+-"))

    def simple(self, depth):
        rng = self.rng
        kind = rng.choice(["assign"] * 8 + ["text"] * 3 + ["count", "count", "delete", "sample", "sample", "call"] +
                          ["print"] * 3 + ["raise", "next"])
        if kind == "text":
            target = self.target("s", depth)
            if target:
                return Do(Assign(target, self.text_expression(depth), op=rng.choice(["=", "=", ".="]), type="s"))
        if kind == "count":
            return Do(Count(self.target("n", depth), op=rng.choice(["++", "--"]), before=rng.random() < 0.5))
        if kind == "delete" and not self.in_function:
            variables = [v for v in self.globals if v.kind != "stat"]
            v = rng.choice(variables)
            if v.kind == "array" and self.shape.prints and rng.random() < 0.3:
                return Delete(name=v.name)
            return Delete(self.element(v, depth) if v.kind == "array" else Global(name=v.name, type=v.type))
        stats = [v for v in self.globals if v.kind == "stat"]
        if kind == "sample" and stats:
            stat = rng.choice(stats)
            return Sample(Binary(self.number_expression(depth), Constant(1 << 20), op="%"), *self.keys(stat, depth), name=stat.name)
        if kind == "print" and self.shape.prints and not self.in_function:
            return self.print(depth)
        if kind == "call":
            call = self.call(rng.choice("ns"), depth)
            if call:
                return Do(call)
        if kind == "raise" and not self.in_function:
            return If(self.number_expression(depth), blocks=[[Try(blocks=[[Raise(self.text_expression(1))], []], name=None)]])
        if kind == "next" and not self.in_function and rng.random() < 0.2:
            return If(Binary(self.number_expression(depth), Constant(self.number()), op="=="), blocks=[[Jump(word="next")]])
        return Do(self.assignment(self.target("n", depth), depth))

    def print(self, depth):
        rng = self.rng
        form = rng.choice(["printf", "printf", "println", "printdln", "print"])
        if form == "printf":
            pieces, kids = self.pieces(depth)
            return Print(*kids, form=form, pieces=pieces)
        kids = [self.expression(rng.choice("ns"), depth) for _ in range(rng.randint(1, 3))]
        return Print(*kids, form=form, between=rng.choice([":", ", ", ""]))


def used_locals(unit):
    """Local variables of the handler by name, with their types."""
    found = {}

    def walk(node):
        if type(node) is Local:
            found[node.name] = node.type
        for kid in node.kids:
            walk(kid)
        for block in node.blocks:
            for inner in block:
                walk(inner)

    for statement in unit.block:
        walk(statement)
    return found


def answer(unit, limit):
    """Runs the unit: fills in what it must print and leave behind."""
    unit.limit = limit
    run = tree.Run(unit, limit)
    try:
        tree.do_all(unit.block, run)
    except tree.NextEvent:
        pass
    unit.out, unit.results = run.out, run.globals


def close(unit, shape):
    """Ends a handler by showing or storing its locals, and sees to it that no error leaves it."""
    names = sorted(used_locals(unit).items())
    if shape.prints:
        for at in range(0, len(names), 6):
            kids = [Local(name=n, type=t) for n, t in names[at:at + 6]]
            pieces = [piece for _, t in names[at:at + 6] for piece in ("%d" if t == "n" else "%s", "|")]  # they tell the types
            unit.block.append(Print(*kids, form="printf", pieces=pieces))
    else:
        for number, (name, type_) in enumerate(names):
            unit.globals.append(Variable(f"end{number}", type_, type_))
            unit.block.append(Do(Assign(Global(name=f"end{number}", type=type_), Local(name=name, type=type_), op="=", type=type_)))
    try:
        answer(unit, shape.limit)
    except ScriptError:
        unit.globals.append(Variable("caught", "s", "s"))
        keep = Do(Assign(Global(name="caught", type="s"), Local(name="message", type="s"), op="=", type="s"))
        unit.block = [Try(blocks=[unit.block, [keep]], name="message")]
        answer(unit, shape.limit)


def generate(rng, shape, contexts):
    while True:
        try:
            unit = Generator(rng, shape, contexts).unit()
            close(unit, shape)
            return unit
        except NotKnown:
            continue
