"""Scripts as trees. Every node knows its text and what it does: `text(side)` is the script, `value(run)` and `do(run)` are its
answer in Python. So the answer of a random script is known however it was made or cut down.

A node's expressions are its `kids`, a statement's bodies its `blocks`; what is in neither (names, operators) never changes.
"""
import re

from values import ARITHMETIC, COMPARISONS, FUNCTIONS, UNARY, NotKnown, ScriptError, formatted, wrap


class Stop(Exception):
    """How a statement leaves what is around it."""


class BreakLoop(Stop):
    pass


class ContinueLoop(Stop):
    pass


class NextEvent(Stop):
    pass


class ReturnValue(Stop):
    def __init__(self, value):
        super().__init__()
        self.value = value


class Side:
    """Where a script's text goes: names of globals are told apart by a prefix; only an event has context variables. Elsewhere
    their texts are literals, cut to `limit` bytes as they are in an event: a literal that is printed is not cut."""

    def __init__(self, prefix, has_context, limit=None):
        self.prefix, self.has_context, self.limit = prefix, has_context, limit


class Run:
    """What the variables hold while a handler runs."""

    def __init__(self, unit, limit):
        self.unit, self.limit = unit, limit  # a string has at most `limit` bytes
        self.locals, self.out, self.steps = {}, [], [4000]
        self.globals = {d.name: d.initial() for d in unit.globals}

    def inner(self, arguments):
        """Of a called function."""
        run = Run.__new__(Run)
        run.__dict__.update(self.__dict__)
        run.locals = dict(arguments)
        return run

    def step(self):
        self.steps[0] -= 1
        if self.steps[0] < 0:
            raise NotKnown

    def cut(self, text):
        return text[:self.limit]


TAG = "\x02"  # begins each line of output, and is nowhere else
EMPTY = {"n": 0, "s": ""}


def literal(value):
    """A number or string as the script spells it."""
    if isinstance(value, str):
        return '"' + "".join("\\" + c if c in '"\\' else c if " " <= c <= "~" else "\\%03o" % ord(c) for c in value) + '"'
    if value == -(1 << 63):
        return "(-9223372036854775807 - 1)"
    return str(value) if value >= 0 else f"({value})"


class Node:
    type = None  # "n" a number, "s" a string, None a statement
    blocks = ()

    def __init__(self, *kids, **data):
        self.kids = list(kids)
        self.__dict__.update(data)


# ------------------------------------------------------------------------------------------------------- expressions

class Constant(Node):
    def __init__(self, constant):
        super().__init__(constant=constant, type="s" if isinstance(constant, str) else "n")

    def text(self, side):
        return literal(self.constant)

    def value(self, run):
        return run.cut(self.constant) if self.type == "s" else self.constant


class Context(Node):
    """A context variable, or another expression of the event whose value is known; a constant where there is no event."""

    def __init__(self, source, known):
        super().__init__(source=source, known=known, type="s" if isinstance(known, str) else "n")

    def text(self, side):
        if side.has_context:
            return self.source
        return literal(self.known[:side.limit] if self.type == "s" else self.known)

    def value(self, run):
        return run.cut(self.known) if self.type == "s" else self.known


class Local(Node):
    def text(self, side):
        return self.name

    def value(self, run):
        return run.locals.get(self.name, EMPTY[self.type])

    def place(self, run):
        return None

    def store(self, run, place, value):
        run.locals[self.name] = value

    def load(self, run, place):
        return self.value(run)


class Global(Local):
    def text(self, side):
        return side.prefix + self.name

    def value(self, run):
        return run.globals[self.name]

    def store(self, run, place, value):
        run.globals[self.name] = value


# BPF's keys have at most 512 bytes; longer text is cut, which a run reports at its end.
KEY_TEXT = 200


def key_of(kids, run):
    key = tuple(k.value(run) for k in kids)
    if sum(len(k) for k in key if isinstance(k, str)) > KEY_TEXT:
        raise NotKnown("key text that the kernel may cut")
    return key


class Element(Node):
    """Of an array, by its keys."""

    def text(self, side):
        return f"{side.prefix}{self.name}[{', '.join(k.text(side) for k in self.kids)}]"

    def place(self, run):
        return key_of(self.kids, run)

    def load(self, run, place):
        return run.globals[self.name].get(place, EMPTY[self.type])

    def value(self, run):
        return self.load(run, self.place(run))

    def store(self, run, place, value):
        run.globals[self.name][place] = value


class Unary(Node):
    type = "n"

    def text(self, side):
        return f"({self.op} {self.kids[0].text(side)})"

    def value(self, run):
        return UNARY[self.op](self.kids[0].value(run))


class Binary(Node):
    """Arithmetic and comparisons; these of strings, too."""
    type = "n"

    def text(self, side):
        return f"({self.kids[0].text(side)} {self.op} {self.kids[1].text(side)})"

    def value(self, run):
        try:
            a, b = (k.value(run) for k in self.kids)
        except ScriptError as error:
            if self.op in "*&":  # as in stap, `f(x) * 0` is 0, and f never called if it has no effect but an error
                raise NotKnown("an operand that fails may be left out") from error
            raise
        return (ARITHMETIC.get(self.op) or COMPARISONS[self.op])(a, b)


class Logical(Binary):
    def value(self, run):
        try:
            first = self.kids[0].value(run)
        except ScriptError as error:
            raise NotKnown("`f(x) && 0` is 0") from error
        if (first != 0) == (self.op == "||"):
            return int(first != 0)
        return int(self.kids[1].value(run) != 0)


class Concat(Binary):
    type, op = "s", "."

    def value(self, run):
        a, b = (k.value(run) for k in self.kids)
        return run.cut(a + b)


class Choice(Node):
    def text(self, side):
        return "({} ? {} : {})".format(*(k.text(side) for k in self.kids))

    def value(self, run):
        return self.kids[1 if self.kids[0].value(run) else 2].value(run)


class In(Node):
    type = "n"

    def text(self, side):
        keys = ", ".join(k.text(side) for k in self.kids)
        return f"({'[' + keys + ']' if len(self.kids) > 1 else keys} in {side.prefix}{self.name})"

    def value(self, run):
        return int(key_of(self.kids, run) in run.globals[self.name])


class Match(Node):
    type = "n"

    def text(self, side):
        return f"({self.kids[0].text(side)} {self.op} {literal(self.pattern)})"

    def value(self, run):
        found = re.search(self.pattern.replace("$", r"\Z").replace("[[:digit:]]", r"\d"), self.kids[0].value(run), re.S | re.A)
        return int((found is not None) == (self.op == "=~"))


class Assign(Node):
    """As in stap, the keys come first, then the new value, and the target is read last."""

    def text(self, side):
        return f"({self.kids[0].text(side)} {self.op} {self.kids[1].text(side)})"

    def value(self, run):
        target = self.kids[0]
        place = target.place(run)
        right = self.kids[1].value(run)
        if self.op == ".=":
            right = run.cut(target.load(run, place) + right)
        elif self.op != "=":
            right = ARITHMETIC[self.op[:-1]](target.load(run, place), right)
        target.store(run, place, right)
        return right


class Count(Node):
    """++ and --"""
    type = "n"

    def text(self, side):
        target = self.kids[0].text(side)
        return f"({self.op}{target})" if self.before else f"({target}{self.op})"

    def value(self, run):
        place = self.kids[0].place(run)
        old = self.kids[0].load(run, place)
        new = wrap(old + (1 if self.op == "++" else -1))
        self.kids[0].store(run, place, new)
        return new if self.before else old


def format_text(pieces):
    return literal("".join(p if p.startswith("%") and len(p) > 1 else p.replace("%", "%%") for p in pieces))


def format_value(pieces, values):
    values = iter(values)
    return "".join(formatted(p, next(values)) if p.startswith("%") and len(p) > 1 else p for p in pieces)


class Format(Node):
    """sprintf: `pieces` are directives and what is between them."""
    type = "s"

    def text(self, side):
        return f"sprintf({', '.join([format_text(self.pieces)] + [k.text(side) for k in self.kids])})"

    def value(self, run):
        return run.cut(format_value(self.pieces, [k.value(run) for k in self.kids]))


class Sprint(Node):
    """sprint, sprintln, sprintd, sprintdln"""
    type = "s"

    def text(self, side):
        head = [literal(self.between)] if self.between is not None else []
        return f"{self.name()}({', '.join(head + [k.text(side) for k in self.kids])})"

    def name(self):
        return "sprint" + ("d" if self.between is not None else "") + ("ln" if self.ends_line else "")

    def value(self, run):
        text = (self.between or "").join(str(k.value(run)) for k in self.kids)
        return run.cut(text + ("\n" if self.ends_line else ""))


class Library(Node):
    """A function of the tapsets."""

    def text(self, side):
        return f"{self.name}({', '.join(k.text(side) for k in self.kids)})"

    def value(self, run):
        result = FUNCTIONS[self.name][2](*(k.value(run) for k in self.kids), run.limit)
        return run.cut(result) if self.type == "s" else result


class Call(Node):
    """A function of the script."""

    def text(self, side):
        return f"{side.prefix}{self.function.name}({', '.join(k.text(side) for k in self.kids)})"

    def value(self, run):
        run.step()
        f = self.function
        inner = run.inner(zip((name for name, _ in f.parameters), [k.value(run) for k in self.kids]))
        try:
            do_all(f.blocks[0], inner)
        except ReturnValue as result:
            return result.value
        return EMPTY[f.type]


class Function(Node):
    """function NAME(parameters); `type` is its result's."""
    TYPES = {"n": "long", "s": "string"}

    def text(self, side):
        parameters = ", ".join(f"{name}:{self.TYPES[t]}" for name, t in self.parameters)
        return f"function {side.prefix}{self.name}:{self.TYPES[self.type]} ({parameters})\n" + block_text(self.blocks[0], side, 0)


class Extract(Node):
    """@count and the like."""
    type = "n"

    def text(self, side):
        keys = f"[{', '.join(k.text(side) for k in self.kids)}]" if self.kids else ""
        return f"@{self.op}({side.prefix}{self.name}{keys})"

    def value(self, run):
        samples = run.globals[self.name].get(key_of(self.kids, run), [])
        if self.op in ("count", "sum"):
            return len(samples) if self.op == "count" else wrap(sum(samples))
        if not samples:
            raise ScriptError("empty aggregate")
        if self.op == "avg":
            return ARITHMETIC["/"](wrap(sum(samples)), len(samples))
        return min(samples) if self.op == "min" else max(samples)


# -------------------------------------------------------------------------------------------------------- statements

def block_text(block, side, depth):
    inside = "".join(statement.text(side, depth + 1) for statement in block)
    return f"{'  ' * depth}{{\n{inside}{'  ' * depth}}}\n"


def do_all(block, run):
    for statement in block:
        run.step()
        statement.do(run)


class Statement(Node):
    def text(self, side, depth):
        return "  " * depth + self.line(side) + ";\n"


class Do(Statement):
    """An expression for its effect."""

    def line(self, side):
        text = self.kids[0].text(side)
        assigns = isinstance(self.kids[0], (Assign, Count)) and text.startswith("(")
        return text[1:-1] if assigns else text

    def do(self, run):
        try:
            self.kids[0].value(run)
        except ScriptError as error:
            if isinstance(self.kids[0], (Assign, Count)):
                raise
            # As in stap, of an expression whose value nobody uses only that is evaluated which has an effect.
            raise NotKnown("an expression that fails may be left out") from error


def has_effect(statement):
    """Is it certain that stap does not leave it out? Of an if and a loop only what is in them counts; of an if, whose condition
    may be a constant in the end, what is in both blocks; of an expression only what it stores, in other places than a local,
    which perhaps nobody reads."""
    if isinstance(statement, If):
        return len(statement.blocks) == 2 and all(any(map(has_effect, block)) for block in statement.blocks)
    if isinstance(statement, Loop):
        return any(map(has_effect, statement.blocks[0]))
    if not isinstance(statement, Do):
        return True
    stores = statement.kids[0]
    return isinstance(stores, (Assign, Count)) and type(stores.kids[0]) is not Local


class If(Statement):
    def text(self, side, depth):
        text = f"{'  ' * depth}if ({self.kids[0].text(side)})\n" + block_text(self.blocks[0], side, depth)
        if len(self.blocks) > 1:
            text += f"{'  ' * depth}else\n" + block_text(self.blocks[1], side, depth)
        return text

    def do(self, run):
        try:
            holds = self.kids[0].value(run)
        except ScriptError as error:
            if not any(has_effect(inner) for block in self.blocks for inner in block):
                raise NotKnown("a condition that fails may be left out") from error
            raise
        if holds:
            do_all(self.blocks[0], run)
        elif len(self.blocks) > 1:
            do_all(self.blocks[1], run)


def turn(block, run):
    """Runs a loop's body once. Returns whether the loop goes on."""
    try:
        do_all(block, run)
    except BreakLoop:
        return False
    except ContinueLoop:
        pass
    return True


class Loop(Statement):
    """A loop with a counter of its own, which the body does not change: `form` is for or while."""

    def text(self, side, depth):
        counter, limit = self.counter, self.kids[0].text(side)
        first = "  " * depth
        if self.form == "for":
            head = f"{first}for ({counter} = 0; {counter} < {limit}; {counter}++)\n"
        else:
            head = f"{first}{counter} = 0\n{first}while ({counter}++ < {limit})\n"
        return head + block_text(self.blocks[0], side, depth)

    def do(self, run):
        run.locals[self.counter] = 0
        while True:
            run.step()
            at = run.locals[self.counter]
            if self.form == "while":
                run.locals[self.counter] += 1
            if at >= self.kids[0].value(run):
                return
            if not turn(self.blocks[0], run):
                return
            if self.form == "for":
                run.locals[self.counter] += 1


class Foreach(Statement):
    """Over an array with one key, in the order of its keys; `kids` may hold a limit."""

    def text(self, side, depth):
        limit = f" limit {self.kids[0].text(side)}" if self.kids else ""
        value = f"{self.value_name} = " if self.value_name else ""
        return (f"{'  ' * depth}foreach ({value}{self.key}{self.order} in {side.prefix}{self.name}{limit})\n" +
                block_text(self.blocks[0], side, depth))

    def do(self, run):
        most = self.kids[0].value(run) if self.kids else None
        array = run.globals[self.name]
        keys = sorted(array, reverse=self.order == "-")
        if most is not None:
            keys = keys[:max(0, most)]
        for key in keys:
            run.step()
            run.locals[self.key] = key[0]
            if self.value_name:
                run.locals[self.value_name] = array[key]
            if not turn(self.blocks[0], run):
                return


class Try(Statement):
    def text(self, side, depth):
        head = f"catch ({self.name})" if self.name else "catch"
        first = "  " * depth
        return f"{first}try\n{block_text(self.blocks[0], side, depth)}{first}{head}\n{block_text(self.blocks[1], side, depth)}"

    def do(self, run):
        try:
            do_all(self.blocks[0], run)
        except ScriptError as error:
            if self.name:
                run.locals[self.name] = run.cut(str(error))
            do_all(self.blocks[1], run)


class Raise(Statement):
    def line(self, side):
        return f"error({self.kids[0].text(side)})"

    def do(self, run):
        raise ScriptError(self.kids[0].value(run))


class Delete(Statement):
    """Of a variable, an element, a whole array or a statistic."""

    def line(self, side):
        return f"delete {self.kids[0].text(side) if self.kids else side.prefix + self.name}"

    def do(self, run):
        if not self.kids:
            run.globals[self.name] = {}
        elif isinstance(self.kids[0], Element):
            run.globals[self.kids[0].name].pop(self.kids[0].place(run), None)
        else:
            self.kids[0].store(run, None, EMPTY[self.kids[0].type])


class Sample(Statement):
    """<<<; `kids` are the sample and the keys."""

    def line(self, side):
        keys = f"[{', '.join(k.text(side) for k in self.kids[1:])}]" if len(self.kids) > 1 else ""
        return f"{side.prefix}{self.name}{keys} <<< {self.kids[0].text(side)}"

    def do(self, run):
        place = key_of(self.kids[1:], run)
        sample = self.kids[0].value(run)
        run.globals[self.name].setdefault(place, []).append(sample)


class Print(Statement):
    """A line of output: printf, println or printdln."""

    def line(self, side):
        kids = [k.text(side) for k in self.kids]
        tag = TAG + side.prefix + ":"
        if self.form == "printf":
            return f"printf({', '.join([format_text([tag, *self.pieces, chr(10)])] + kids)})"
        if self.form == "println":
            return f"println({', '.join([literal(tag)] + kids)})"
        if self.form == "print":
            return f"print({', '.join([literal(tag)] + kids)}); print({literal(chr(10))})"
        return f"printdln({', '.join([literal(self.between), literal(tag)] + kids)})"

    def do(self, run):
        values = [k.value(run) for k in self.kids]
        if self.form == "printf":
            text = format_value(self.pieces, values)
        elif self.form == "printdln":
            text = "".join(self.between + str(v) for v in values)
        else:
            text = "".join(str(v) for v in values)
        run.out.append(text)


class Jump(Statement):
    """break, continue, next, return"""
    STOPS = {"break": BreakLoop, "continue": ContinueLoop, "next": NextEvent}

    def line(self, side):
        return self.word + "".join(" " + k.text(side) for k in self.kids)

    def do(self, run):
        if self.word == "return":
            raise ReturnValue(self.kids[0].value(run))
        raise self.STOPS[self.word]
