"""A variable that is changed by its own value is changed in one step: what two CPUs do at once is all there.

The workload's threads pass each number once and say what they add up to."""
import functools
import operator
import os
import unittest

import live
from live import LiveTest, build, script

THREADS, CALLS = 8, 20001
TOTAL = THREADS * CALLS
NUMBERS = range(TOTAL)
IS_BASE = os.environ.get("CORETAP_FLAVOUR") == "base"


def storm():
    return f"{build('storm', '-O1')} {THREADS} {CALLS}"


class Updates(LiveTest):
    def counted(self, body, end, more="", warnings=0):
        """Lines that `end` prints when `body` has run for each number `v` of the workload."""
        result = script(f'''{more}
            probe syscall.lseek {{ if (pid() == target()) {{ v = offset; {body} }} }}
            probe end {{ {end} }}''', "-c", storm())
        self.assertEqual(result.returncode, 0, result.stderr)
        said = result.stderr.splitlines()
        self.assertEqual(len(said), warnings, result.stderr)
        for line in said:
            self.assertIn("may be lost when probes run on several CPUs: without fetching atomics (Linux 5.12)", line)
        lines = result.stdout.splitlines()
        told = f"{TOTAL} {sum(NUMBERS)} {functools.reduce(operator.xor, NUMBERS)} {max(NUMBERS)}"
        self.assertIn(told, lines)
        lines.remove(told)
        return lines

    def test_sums_in_any_spelling(self):
        out = self.counted('''n = n + 1; m = 1 + m; down = (down - v) - 0; two = (two + v) + v
                              a[1] = a[1] + 1; k[v % 10, "x"] = v + k[v % 10, "x"]''',
                           '''println(n, " ", m, " ", down, " ", two, " ", a[1])
                              foreach ([x, y] in k+) print(k[x, y], " ")
                              println("")''', "global n, m, down, two, a, k")
        by_digit = sorted(sum(n for n in NUMBERS if n % 10 == d) for d in range(10))
        self.assertEqual(out, [f"{TOTAL} {TOTAL} {-sum(NUMBERS)} {2 * sum(NUMBERS)} {TOTAL}",
                               " ".join(map(str, by_digit)) + " "])

    @unittest.skipIf(IS_BASE, "the base flavour says that these may be lost; see below")
    def test_other_operators(self):
        out = self.counted('''bits = v ^ bits; mask |= v & 1023; all &= v | ~1023; ring = (ring + 1) % 1000
                              turned = 1 - turned; odd *= 3; e[v % 3] ^= v; product[v % 2] = 3 * (product[v % 2] + 1)''',
                           '''println(bits, " ", mask, " ", all, " ", ring, " ", turned, " ", odd)
                              println(e[0], " ", e[1], " ", e[2], " ", product[0], " ", product[1])''',
                           "global bits, mask, all = -1, ring, turned, odd = 1, e, product")
        wrap = lambda n: (n + 2**63) % 2**64 - 2**63
        product = {}
        for n in NUMBERS:
            product[n % 2] = wrap(3 * (product.get(n % 2, 0) + 1))
        xor = lambda rest: functools.reduce(operator.xor, [n for n in NUMBERS if n % 3 == rest])
        self.assertEqual(out, [f"{xor(0) ^ xor(1) ^ xor(2)} 1023 {-1024} {TOTAL % 1000} {TOTAL % 2} {wrap(pow(3, TOTAL, 2**64))}",
                               f"{xor(0)} {xor(1)} {xor(2)} {product[0]} {product[1]}"])

    @unittest.skipIf(IS_BASE, "the base flavour says that these may be lost; see below")
    def test_extremes(self):
        out = self.counted('''if (v > larger) larger = v; if (smaller >= v) { smaller = v } t = t < v ? v : t
                              u = u < v ? u : v; if (v > by[v % 7]) by[v % 7] = v; if (-v > none[v % 5]) none[v % 5] = -v''',
                           '''println(larger, " ", smaller, " ", t, " ", u)
                              for (i = 0; i < 7; i++) print(by[i], " ")
                              n = 0
                              foreach (k in none) n++
                              println(n)''', "global larger, smaller = 99999999, t, u = 99999999, by, none")
        largest = [max(n for n in NUMBERS if n % 7 == rest) for rest in range(7)]
        # A value that is not larger makes no element.
        self.assertEqual(out, [f"{max(NUMBERS)} 0 {max(NUMBERS)} 0", " ".join(map(str, largest)) + " 0"])

    @unittest.skipUnless(IS_BASE, "about the base flavour")
    def test_base_names_what_it_may_lose(self):
        out = self.counted("bits ^= v; most[1] = most[1] < v ? v : most[1]", 'println(bits >= 0, " ", most[1] > 0)',
                           "global bits, most", warnings=2)
        self.assertEqual(out, ["1 1"])

    def test_an_interval_that_kernel_code_looks_at(self):
        """t += n; n = 0 in a timer takes what it has seen, although probes read n."""
        out = self.counted("n++; if (n > 1000000000) m++; s += v; if (s < 0) m++",
                           'println(t + n, " ", st + s, " ", m, " ", reports > 1)',
                           '''global n, m, t, s, st, reports
                              probe timer.ms(5) { t += n; n = 0; st = s + st; s = 0; reports++ }''')
        self.assertEqual(out, [f"{TOTAL} {sum(NUMBERS)} 0 1"])

    def test_both_sides_change_one_variable(self):
        out = self.counted("n = n + (v - v + 1)", 'println(n - ticks * 1000, " ", ticks > 0)',
                           '''global n, ticks
                              probe timer.ms(2) { n = n + 1000; ticks++ }''')
        self.assertEqual(out, [f"{TOTAL} 1"])

    def test_the_user_side_computes_the_same(self):
        out = self.lines(script('''global n = 7, a, m = -3, s, l, r
            probe begin {
              n = 3 * (n - 2) + 1
              a["k"] = (a["k"] + 5) << 2
              a["k"] = 1 - a["k"]
              m = -m / 2 % 7
              l = l > 5 ? l : 5
              if (r >= -4) r = -4
              if (a["none"] < -1) a["none"] = -1
              s = (n = n + 1)
              printf("%d %d %d %d %d %d %d\\n", n, a["k"], m, l, r, "none" in a, s)
              try { n = n / (s - s) } catch (e) { println(e, " ", n) }
              exit()
            }'''))
        self.assertEqual(out, ["17 -19 1 5 -4 0 17", "division by 0 17"])

    def test_a_variable_added_to_itself(self):
        """The value of the assignment too: g++ took the operand for the memory, which the addition had changed by then."""
        body = """println(n += n, " ", n) println(m += m + 1, " ", m) println(k -= k, " ", k) println(x = (y += y), " ", x, " ", y)
                  println(a["q"] += a["q"], " ", a["q"]) println(r -= r - 1, " ", r) println(n++ + n, " ", n)"""
        init = "n = 256 m = 5 k = 9 y = 7 a[\"q\"] = 3 r = 4"
        want = ["512 512", "11 11", "0 0", "14 14 14", "6 6", "1 1", "1025 513"]
        here = script(f"global n, m, k, x, y, a, r probe begin {{ {init} {body} exit() }}")
        self.assertEqual(self.lines(here), want)
        both = script(f"""global n, m, k, x, y, a, r
            probe begin {{ {init} }}
            probe process.begin {{ {body} exit() }}""", "-c", "/bin/true")
        self.assertEqual(self.lines(both), want)

    def test_a_division_by_nothing_is_an_error_of_the_probe(self):
        done = script(f'''global n = 12
            probe syscall.lseek {{ if (pid() == target()) {{ try {{ n = n / (offset - offset) }} catch (e) {{ println(e) exit() }} }} }}''',
                      "-c", storm())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("division by 0", done.stdout.splitlines())


if __name__ == "__main__":
    live.main()
