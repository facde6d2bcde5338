"""Makes a failing script small: leaves out units, sides, statements and parts of expressions as long as it still fails in the
same way. The answers are computed anew each time, so what is left is as wrong as what was found."""
import copy
import time

import generator
import tree
from values import NotKnown, ScriptError


def blocks_of(nodes):
    """All lists of statements within these nodes."""
    for node in nodes:
        for block in node.blocks:
            yield block
            yield from blocks_of(block)


def slots(node):
    """All (parent, index) of expressions under a node, the outer ones first."""
    for i, kid in enumerate(node.kids):
        yield node, i
        yield from slots(kid)
    for block in node.blocks:
        for inner in block:
            yield from slots(inner)


class Reducer:
    def __init__(self, script, still_fails, seconds):
        self.script, self.still_fails, self.end = script, still_fails, time.monotonic() + seconds

    def run(self):
        self.fewer_units()
        for sides in "uk":
            self.attempt(lambda s: setattr(s, "sides", sides))
        self.attempt(lambda s: setattr(s, "string_length", None))
        changed = True
        while changed and time.monotonic() < self.end:
            changed = self.statements() | self.expressions() | self.globals()
        return self.script

    def attempt(self, change):
        """Keeps a change if the script still fails the same way."""
        if time.monotonic() > self.end:
            return False
        trial = copy.deepcopy(self.script)
        try:
            if change(trial) is False:
                return False
            for unit in trial.units:
                generator.answer(unit, trial.limit())
        except (NotKnown, ScriptError, tree.Stop, KeyError, RecursionError):
            return False
        if not self.still_fails(trial):
            return False
        self.script = trial
        return True

    def fewer_units(self):
        for number in range(len(self.script.units)):
            if len(self.script.units) > 1 and self.attempt(lambda s: s.units.__setitem__(slice(None), [s.units[number]])):
                return
        at = 0
        while at < len(self.script.units):
            if len(self.script.units) == 1 or not self.attempt(lambda s: s.units.pop(at)):
                at += 1

    def all_blocks(self, script):
        for unit in script.units:
            yield unit.block
            yield from blocks_of(unit.block)
            yield from blocks_of(unit.functions)

    def statements(self):
        changed, number = False, 0
        while number < len(list(self.all_blocks(self.script))) and time.monotonic() < self.end:
            block = lambda s: list(self.all_blocks(s))[number]
            size = len(block(self.script))
            while size:
                at = 0
                while at < len(block(self.script)):
                    if self.attempt(lambda s: block(s).__delitem__(slice(at, at + size))):
                        changed = True
                    else:
                        at += size
                size //= 2
            for at in range(len(block(self.script))):
                changed |= self.attempt(lambda s: self.unwrap(block(s), at))
            number += 1
        return changed

    @staticmethod
    def unwrap(block, at):
        """A compound statement becomes what is in it."""
        if at >= len(block) or not block[at].blocks:
            return False
        block[at:at + 1] = [inner for b in block[at].blocks for inner in b]
        return True

    def expressions(self):
        changed, number = False, 0
        while time.monotonic() < self.end:
            places = [p for unit in self.script.units for node in unit.nodes() for p in slots(node)]
            if number >= len(places):
                return changed
            parent, index = places[number]
            kid = parent.kids[index]
            is_target = isinstance(parent, (tree.Assign, tree.Count, tree.Delete)) and index == 0
            shorter = [] if is_target or isinstance(kid, tree.Constant) else [tree.Constant(v) for v in ((0, 1) if kid.type == "n" else ("", "a"))]
            shorter = [k for k in kid.kids if k.type == kid.type and not is_target] + shorter
            for candidate in shorter:
                if self.attempt(lambda s: self.replace(s, number, candidate)):
                    changed = True
                    break
            else:
                number += 1
        return changed

    @staticmethod
    def replace(script, number, candidate):
        places = [p for unit in script.units for node in unit.nodes() for p in slots(node)]
        parent, index = places[number]
        parent.kids[index] = copy.deepcopy(candidate)

    def globals(self):
        changed = False
        for number, unit in enumerate(self.script.units):
            for list_name in ("functions", "globals"):
                at = 0
                while at < len(getattr(self.script.units[number], list_name)):
                    if list_name == "functions" and self.attempt(lambda s: getattr(s.units[number], list_name).pop(at)):
                        changed = True
                    elif list_name == "globals" and self.attempt(lambda s: setattr(s.units[number].globals[at], "start", None)
                                                                 if s.units[number].globals[at].start is not None else False):
                        changed = True
                    else:
                        at += 1
        return changed
