#!/usr/bin/env python3
"""Numbers with a fraction: every function against Python's own doubles, on both sides. Exit 77: no BPF rights here."""
import math
import pathlib
import random
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import live  # noqa: E402
from live import script  # noqa: E402

INFINITY, NAN = math.inf, math.nan
NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.1, -2.5, 3.5, 1e-320, 2.0**53 + 2, 9.2233720368547748e18, -2.0**63, 2.0**63, 1e300, INFINITY, -INFINITY, NAN]


def bits(number):
    return struct.unpack("<q", struct.pack("<d", number))[0]


def number(text):
    return struct.unpack("<d", struct.pack("<q", int(text)))[0]


def divided(a, b):
    if b != 0 or math.isnan(a) or math.isnan(b):
        return a / b if b != 0 else NAN
    return NAN if a == 0 else math.copysign(INFINITY, a) * math.copysign(1, b)


def remainder(a, b):
    return NAN if math.isinf(a) or b == 0 else math.remainder(a, b)


def to_odd(x):
    down, up = math.floor(x), math.ceil(x)
    return down if down == up or down % 2 else up


def away(x):
    # Exact: half of what is at least 2**52 is a whole number.
    return math.floor(x) if abs(x) >= 2**52 else int(math.copysign(math.floor(abs(x) + 0.5) if abs(x) != 0.49999999999999994 else 0, x))


MODES = {0: round, 1: math.trunc, 2: math.floor, 3: math.ceil, 4: away, 6: to_odd}


def whole(x, mode):
    if math.isnan(x) or math.isinf(x) or not -2**63 <= MODES[mode](x) < 2**63:
        return -2**63
    return MODES[mode](x)


class FloatingPoint(live.LiveTest):
    def values(self, expressions):
        """Each printed on a line of its own, by a few scripts."""
        found = []
        for i in range(0, len(expressions), 120):
            part = expressions[i:i + 120]
            found += self.lines(script("probe oneshot { " + " ".join(f"println({e})" for e in part) + " }"))
        self.assertEqual(len(found), len(expressions))
        return found

    def same(self, got, expected, what):
        got = number(got)
        if math.isnan(expected):
            self.assertTrue(math.isnan(got), what)
        else:
            self.assertEqual(bits(got), bits(expected), what)

    def test_two_numbers(self):
        random.seed(11)
        pairs = [(a, b) for a in NUMBERS for b in random.sample(NUMBERS, 4)]
        operations = {"fp_add": lambda a, b: a + b, "fp_sub": lambda a, b: a - b, "fp_mul": lambda a, b: a * b, "fp_div": divided, "fp_rem": remainder}
        cases = [(name, a, b) for name in operations for a, b in pairs]
        told = self.values([f"{name}({bits(a)}, {bits(b)})" for name, a, b in cases])
        for (name, a, b), got in zip(cases, told):
            self.same(got, operations[name](a, b), (name, a, b))
        comparisons = {"fp_eq": lambda a, b: a == b, "fp_le": lambda a, b: a <= b, "fp_lt": lambda a, b: a < b}
        cases = [(name, a, b) for name in comparisons for a, b in pairs]
        told = self.values([f"{name}({bits(a)}, {bits(b)})" for name, a, b in cases])
        self.assertEqual(told, [str(int(comparisons[name](a, b))) for name, a, b in cases])

    def test_one_number(self):
        told = self.values([f"fp_sqrt({bits(x)})" for x in NUMBERS])
        for x, got in zip(NUMBERS, told):
            self.same(got, math.sqrt(x) if x >= 0 else NAN, x)
        longs = [0, 1, -1, 2**53 + 1, 2**63 - 1, -2**63, 123456789]
        for n, got in zip(longs, self.values([f"long_to_fp({n})" if n > -2**63 else f"long_to_fp({n + 1} - 1)" for n in longs])):
            self.same(got, float(n), n)

    def test_floats(self):
        floats = [0.0, -0.0, 1.5, -0.1, 3.4e38, 1e-45, INFINITY, -INFINITY, NAN]
        packed = [struct.unpack("<I", struct.pack("<f", x))[0] for x in floats]
        told = self.values([f"fp32_to_fp64({n | 7 << 32})" for n in packed])
        for n, got in zip(packed, told):
            self.same(got, struct.unpack("<f", struct.pack("<I", n))[0], n)

    def test_rounding(self):
        cases = [(mode, x) for mode in MODES for x in [*NUMBERS, 0.5, 1.5, -0.5, -1.5, 2.4, -2.6, 0.49999999999999994]]
        told = self.values([f"fp_to_long({bits(x)}, {mode}, 1)" for mode, x in cases])
        self.assertEqual(told, [str(whole(x, mode)) for mode, x in cases])
        caught = self.lines(script("probe oneshot { try { println(fp_to_long(0, 5, 0)) } catch (e) { println(e) } }"))
        self.assertEqual(caught, ["fp_to_long: the rounding mode is 0 to 4 or 6, not 5"])

    def test_text(self):
        cases = [(x, digits) for x in (3.14159, 0.0, -0.0, 2.5, 0.125, 1e22, -1e-7, 2.0**63) for digits in (0, 1, 5, 20)]
        told = self.values([f"fp_to_string({bits(x)}, {digits})" for x, digits in cases])
        self.assertEqual(told, [f"{x:.{digits}f}" for x, digits in cases])
        self.assertEqual(self.values([f"fp_to_string({bits(x)}, 3)" for x in (INFINITY, -INFINITY)] + [f"fp_to_string({bits(2.5)}, -7)"]),
                         ["inf", "-inf", "2"])
        texts = ["3.14", "-1e-3", "0", "1e400", "7 apples", "", "apples", "0.1"]
        values = [3.14, -1e-3, 0.0, INFINITY, 7.0, 0.0, 0.0, 0.1]
        for value, got, text in zip(values, self.values([f'string_to_fp("{text}")' for text in texts]), texts):
            self.same(got, value, text)
        long = self.lines(script(f"probe oneshot {{ try {{ println(fp_to_string({bits(1e300)}, 400)) }} catch (e) {{ println(e) }} }}"))
        self.assertEqual(long, ["fp_to_string: the text has 702 characters, and a string at most 511"])

    def test_in_an_event(self):
        """A filter and a key in a probe of the kernel, whose call makes them continue in user space."""
        told = self.lines(script('global n probe syscall.sched_rr_get_interval { if (pid() != target()) next x = long_to_fp(pid) '
                                 f'if (fp_lt(x, {bits(2.5)})) n[fp_to_string(fp_div(x, {bits(2.0)}), 1)]++ }} '
                                 'probe end { foreach ([k+] in n) println(k, " ", n[k]) }',
                                 "-c", f"{sys.executable} -c 'import os; [os.sched_rr_get_interval(0) for _ in range(3)]'"))
        self.assertEqual(told, ["0.0 3"])


if __name__ == "__main__":
    live.main()
