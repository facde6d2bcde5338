"""Strings of a handler share the memory of its frame where one is needed only after the last use of another, and only there.

Handlers made at random are run by coretap and, as the oracle, by Python.
"""
import random
import re
import sys

import live
from live import LiveTest, coretap, script

SYSCALL = 141  # setpriority
RUNS = 3
COMMAND = f"{sys.executable} -c 'import os\nfor i in range({RUNS}): os.setpriority(0, 0, 1)'"
HEAD = f'probe kernel.trace("sys_enter") {{ if (pid() != target() || $id != {SYSCALL}) next\n'
LONGEST = 511  # MAXSTRINGLEN without the NUL


def frame_bytes(text):
    """Bytes of the frame of a script's kernel part."""
    return int(re.search(r"^#define CT_FRAME_BYTES (\d+)$", coretap("-d", "kernel-c", "-e", text).stdout, re.M)[1])


class Raised(Exception):
    pass


class Continued(Exception):
    pass


class Broken(Exception):
    pass


class Handler:
    """A body made at random, as text and as a Python function for the oracle.

    Statements are closures over the state of a run: `v` strings by name (absent: empty), `run`, `stored`."""

    def __init__(self, number, rng):
        self.rng, self.number, self.names, self.counter = rng, number, [f"v{i}" for i in range(10)], 0
        self.loops_left = 1  # without bpf_loop the loops of a handler share what the verifier walks
        self.text, self.steps = self.block(12, 0, False)
        for name in self.names:  # a type for each, and a last look at some
            if not re.search(rf"\b{name} =[^=]", self.text):
                self.text += f'{name} = "unset"\n'
                self.steps.append(lambda state, name=name: state["v"].__setitem__(name, "unset"))
        for name in rng.sample(self.names, 3):
            self.add(self.store(name))

    def add(self, statement):
        self.text += statement[0]
        self.steps.append(statement[1])

    def unique(self):
        self.counter += 1
        return self.counter

    def block(self, length, depth, in_loop):
        text, steps = "", []
        for _ in range(length):
            kinds = ["fresh", "concat", "format", "store", "store"]
            if depth < 2:
                kinds.append("if")
            if depth < 2 and not in_loop:
                kinds.append("try")
            if self.loops_left and not in_loop:
                kinds += ["loop", "loop"]
            line, step = getattr(self, "make_" + self.rng.choice(kinds))(depth, in_loop)
            text += line
            steps.append(step)
        return text, steps

    def name(self):
        return self.rng.choice(self.names)

    def make_fresh(self, depth, in_loop):
        to, n = self.name(), self.unique()
        return (f'{to} = sprintf("<%d.%d>", {n}, run)\n',
                lambda s: s["v"].__setitem__(to, f"<{n}.{s['run']}>"))

    def make_concat(self, depth, in_loop):
        to, a, b = self.name(), self.name(), self.name()
        return (f"{to} = {a} . {b}\n",
                lambda s: s["v"].__setitem__(to, (s["v"].get(a, "") + s["v"].get(b, ""))[:LONGEST]))

    def make_format(self, depth, in_loop):
        to, a, b = self.name(), self.name(), self.name()
        return (f'{to} = sprintf("(%s|%s)", {a}, {b})\n',
                lambda s: s["v"].__setitem__(to, f"({s['v'].get(a, '')}|{s['v'].get(b, '')})"[:LONGEST]))

    def store(self, name):
        n = self.unique()
        return (f"stored[{self.number}, run, {n}] = {name}\n",
                lambda s: s["stored"].__setitem__((self.number, s["run"], n), s["v"].get(name, "")))

    def make_store(self, depth, in_loop):
        return self.store(self.name())

    def make_if(self, depth, in_loop):
        a, b = self.name(), self.name()
        yes, on_yes = self.block(2, depth + 1, in_loop)
        no, on_no = self.block(2, depth + 1, in_loop)
        text, holds = self.rng.choice([
            (f"{a} == {b}", lambda s: s["v"].get(a, "") == s["v"].get(b, "")),
            (f"{a} < {b}", lambda s: s["v"].get(a, "") < s["v"].get(b, "")),
            ("run % 2", lambda s: s["run"] % 2)])
        return (f"if ({text}) {{\n{yes}}} else {{\n{no}}}\n",
                lambda s: go(on_yes if holds(s) else on_no, s))

    def make_try(self, depth, in_loop):
        text, steps = self.block(3, depth + 1, in_loop)
        at, n, to = self.rng.randrange(2), self.unique(), self.name()
        caught, on_caught = self.block(2, depth + 1, in_loop)

        def raise_it(s):
            if s["run"] % 2 == at:
                raise Raised(f"error {n}")

        def step(s):
            try:
                go(steps + [raise_it], s)
            except Raised as raised:
                s["v"][to] = str(raised)
                go(on_caught, s)
        return (f'try {{\n{text}if (run % 2 == {at}) error(sprintf("error %d", {n}))\n}} catch (why) {{\n'
                f"{to} = why\n{caught}}}\n", step)

    def make_loop(self, depth, in_loop):
        self.loops_left -= 1
        i, to, a, b = f"i{self.unique()}", self.name(), self.name(), self.name()
        before, on_before = self.block(1, depth + 1, True)
        after, on_after = self.block(2, depth + 1, True)
        leave, how = self.rng.choice([("continue", Continued), ("break", Broken)])
        turn = self.rng.randrange(1, 4)

        def step(s):
            for count in range(1, 4):
                try:
                    go(on_before, s)
                    if count == turn:
                        raise how
                    go(on_after, s)
                except Continued:
                    pass
                except Broken:
                    return
                s["v"][to] = (s["v"].get(a, "") + s["v"].get(b, ""))[:LONGEST]
        return (f"for ({i} = 0; {i} < 3; {to} = {a} . {b}) {{\n{i}++\n{before}"
                f"if ({i} == {turn}) {leave}\n{after}}}\n", step)


def go(steps, state):
    for step in steps:
        step(state)


class Frames(LiveTest):
    def test_strings_in_turn_take_the_room_of_one(self):
        one = "a{0} = user_string($regs + {0}) . a0\nkept[{0}] = a{0}\n"

        def bytes_of(count):
            body = 'a0 = sprintf("%d", $id)\n' + "".join(one.format(i) for i in range(1, count + 1))
            return frame_bytes(f"global kept {HEAD}{body}}} probe end {{ foreach (k in kept) println(kept[k]) }}")
        self.assertGreater(bytes_of(1), 512)
        self.assertLess(bytes_of(20) - bytes_of(1), 512, "numbers may be in the frame too, but one string's room serves all")

    def test_strings_at_a_time_take_room_each(self):
        def bytes_of(count):
            numbers = range(1, count + 1)
            body = "".join(f"a{i} = execname() . user_string($regs + {i})\n" for i in numbers)
            body += "".join(f"kept[{i}] = a{i}\n" for i in numbers)
            return frame_bytes(f"global kept {HEAD}{body}}} probe end {{ foreach (k in kept) println(kept[k]) }}")
        self.assertGreaterEqual(bytes_of(12) - bytes_of(4), 8 * 512)

    def test_steps_of_a_loop_see_nothing_of_an_earlier_run(self):
        """What a for's step reads and `continue` passed over is empty, whatever the frame held."""
        got = self.lines(script(f'''
            global text, number, runs
            {HEAD}
              for (i = 0; i < 3; texts = texts . t) {{ i++; if (i < 2) continue; t = sprintf("[%d]", i) }}
              for (i = 0; i < 3; numbers = numbers * 10 + n) {{ i++; if (i < 2) continue; n = i }}
              runs++
              text[runs] = texts
              number[runs] = numbers
            }}
            probe end {{ foreach (k+ in text) printf("%d %s %d\\n", k, text[k], number[k]) }}''', "-c", COMMAND))
        self.assertEqual(got, [f"{run} [2][3] 23" for run in range(1, RUNS + 1)])

    def test_random_handlers(self):
        for seed in range(4):
            rng = random.Random(seed)
            handlers = [Handler(number, rng) for number in range(5)]
            text = "global stored, runs\n"
            for handler in handlers:
                text += f"{HEAD}run = ++runs[{handler.number}]\n{handler.text}}}\n"
            text += 'probe end { foreach ([h+, r, n] in stored) printf("%d %d %d %s\\n", h, r, n, stored[h, r, n]) }\n'
            with self.subTest(seed=seed, script=text):
                self.assertRegex(coretap("-d", "kernel-c", "-e", text).stdout, r"char slot_\d+\[512\]; /\* \w+, \w+")
                stored = {}
                for handler in handlers:
                    for run in range(1, RUNS + 1):
                        go(handler.steps, {"v": {}, "run": run, "stored": stored})
                wanted = sorted(f"{h} {r} {n} {value}" for (h, r, n), value in stored.items())
                self.assertEqual(sorted(self.lines(script(text, "-w", "-c", COMMAND))), wanted)


if __name__ == "__main__":
    live.main()
