"""A script of several units, each on the user side and in an event, and what it must print."""
import dataclasses
import random
import re

import generator
from tree import TAG, Side

# -D MAXSTRINGLEN=N; None is the default of 512.
STRING_LENGTHS = [None] * 12 + [16, 17, 24, 32, 63, 64, 100, 128, 200, 256, 511, 513, 1000, 1024, 1040, 2048, 5000]

# So long a MAXSTRINGLEN holds every pretty-printed value of the workload.
WHOLE_PRETTY = 511


@dataclasses.dataclass
class Script:
    units: list
    string_length: int
    flavour: str
    sides: str = "uk"  # of the units: user, kernel

    def limit(self):
        return (self.string_length or 512) - 1

    def options(self):
        return [] if self.string_length is None else ["-D", f"MAXSTRINGLEN={self.string_length}"]

    def burns(self):
        return any(u.mechanism.burns for u in self.units)

    def text(self):
        parts = [unit_text(unit, side, number) for number, unit in enumerate(self.units) for side in self.sides]
        ends = "".join(end_text(unit, prefix(side, number)) for number, unit in enumerate(self.units) for side in self.sides)
        return "".join(parts) + "probe end {\n" + ends + "}\n"

    def expected(self):
        """Lines by unit and side: those of the handler in their order, and what the end probe shows, sorted."""
        return {prefix(side, number): (unit.out, sorted(end_lines(unit, prefix(side, number))))
                for number, unit in enumerate(self.units) for side in self.sides}

    def differing(self, output):
        """Which units' answers are not as expected, with both."""
        found = {name: ([], []) for name in self.expected()}
        for line in re.split(TAG, output)[1:]:
            name, kind, rest = re.match(r"(\w+?_)([:=])(.*)\n\Z", line, re.S).groups() if re.match(r"\w+?_[:=].*\n\Z", line, re.S) else ("", "", line)
            if name in found:
                found[name][kind == "="].append(rest)
        answers = {name: (printed, sorted(shown)) for name, (printed, shown) in found.items()}
        return {name: (wanted, answers[name]) for name, wanted in self.expected().items() if answers[name] != wanted}


def prefix(side, number):
    return f"{side}{number}_"


def uses(unit, variable, side):
    text = "".join(s.text(side, 0) for s in unit.block) + "".join(f.text(side) for f in unit.functions)
    return re.search(rf"\b{side.prefix}{variable.name}\b", text) is not None


def unit_text(unit, side_letter, number):
    side = Side(prefix(side_letter, number), side_letter == "k", unit.limit)
    text = "".join(v.declaration(side) for v in unit.globals if uses(unit, v, side))
    text += "".join(f.text(side) for f in unit.functions)
    body = "".join(s.text(side, 1) for s in unit.block)
    point = "begin"
    if side.has_context:
        point = unit.mechanism.point
        if unit.mechanism.guard:
            text += f"global {side.prefix}once\n"
            body = f"  if ({unit.mechanism.guard}) next\n  if ({side.prefix}once++) next\n" + body
    return f"{text}probe {point} {{\n{body}}}\n"


def end_text(unit, name):
    """Shows the unit's globals. The directives say of which types they are."""
    side = Side(name, False)
    text = ""
    for v in unit.globals:
        if not uses(unit, v, side):
            continue
        g, head = side.prefix + v.name, f"{TAG}{name}={v.name}"
        keys = [f"k{i}{t}" for i, t in enumerate(v.keys)]
        shown = "".join(", " + k for k in keys)
        directives = "".join("|%d" if t == "n" else "|%s" for t in v.keys)
        element = f"{g}[{', '.join(keys)}]" if keys else g
        if v.kind == "stat":
            line = (f'if (@count({element})) printf("{head}{directives}|%d|%d|%d|%d\\n"{shown}, @count({element}), @sum({element}), '
                    f"@min({element}), @max({element}))")
        else:
            line = f'printf("{head}{directives}|{"%d" if v.type == "n" else "%s"}\\n"{shown}, {element})'
        if keys:
            line = f"foreach ({'[' + ', '.join(keys) + ']' if len(keys) > 1 else keys[0]} in {g}) {line}"
        text += f"  {line}\n"
    return text.replace(TAG, "\\002")


def end_lines(unit, name):
    side = Side(name, False)
    for v in unit.globals:
        if not uses(unit, v, side):
            continue
        value = unit.results[v.name]
        rows = value.items() if v.kind in ("array", "stat") else [((), value)]
        for key, held in rows:
            held = [len(held), sum(held), min(held), max(held)] if v.kind == "stat" else [held]
            yield v.name + "".join(f"|{x}" for x in [*key, *held])


def random_shape(rng, string_length, flavour):
    base = flavour == "base"
    size = rng.choice([2, 4, 6, 10, 15, 25] if base else [2, 4, 6, 10, 15, 25, 40, 80])
    return generator.Shape(limit=(string_length or 512) - 1, statements=size, depth=rng.choice([1, 2, 3, 4] if size < 30 else [1, 2, 3]),
                           arrays=rng.choice([0, 1, 2, 4, 8]), loops=rng.choice([0, 1, 1, 2] if base else [0, 1, 2, 3]),
                           turns=rng.choice([1, 2, 4] if base else [2, 4, 8]), prints=rng.random() < 0.5,
                           texts=rng.choice([0, 0.1, 0.3, 0.5]))


def random_script(seed, programs, units):
    """The script of a seed. `programs`: the mechanisms that each build of the workload has."""
    rng = random.Random(seed)
    mechanisms = rng.choice(programs)
    string_length, flavour = rng.choice(STRING_LENGTHS), rng.choice(["modern", "modern", "base"])
    script = Script([], string_length, flavour)
    for _ in range(rng.randint(1, units)):
        mechanism = rng.choice(mechanisms)
        shape = random_shape(rng, string_length, flavour)
        contexts = [c for c in mechanism.contexts if script.limit() >= WHOLE_PRETTY or "isinstr" not in c.source]
        known = rng.sample(contexts, min(len(contexts), rng.choice([0, 2, 4, 20])))
        unit = generator.generate(rng, shape, known)
        unit.mechanism = mechanism
        script.units.append(unit)
    return script
