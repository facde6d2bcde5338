"""Keys of any length are whole: two texts of MAXSTRINGLEN bytes that differ in one are two keys."""
import os

import live
from live import LiveTest, build, script

DELETED = 7


class Keys(LiveTest):
    def pairs(self, text, size, count, rounds=1, threads=1, options=(), timeout=60):
        prog = build("pairs", "-O1")
        point = f'process("{prog}").function("put")'
        return self.lines(script(text.replace("PUT", point), "-D", "MAXMAPENTRIES=5000", *options,
                                 "-c", f"{prog} {size} {count} {rounds} {threads}", timeout=timeout))

    def test_pairs_of_long_texts(self):
        """As the fault was reported: 999 pairs of which the map's key cut the ends."""
        out = self.pairs("""global a
            probe PUT { a[user_string($a), user_string($b)]++ }
            probe end {
              foreach ([x, y] in a) {
                n++; t += a[x, y]
                if (substr(x, strlen(x) - 8, 8) != substr(y, strlen(y) - 8, 8)) println("mixed up")
                if (strlen(x) != 400 || strlen(y) != 400) println("cut")
              }
              println(n, " ", t)
            }""", 400, 999, rounds=3)
        self.assertEqual(out, ["999 2997"])

    def test_texts_of_a_thousand_bytes(self):
        out = self.pairs("""global a
            probe PUT { a[user_string($a)] += $n }
            probe end { foreach (x in a) { n++; t += a[x]; l += strlen(x) } println(n, " ", t, " ", l) }""",
                         1000, 500, rounds=2, options=("-D", "MAXSTRINGLEN=1024"))
        self.assertEqual(out, [f"500 {2 * sum(range(500))} {500 * 1000}"])

    def test_statistics_of_both_kinds(self):
        """One that kernel code only counts in, with generations, and one that it asks about."""
        out = self.pairs("""global s, asked, total
            probe PUT {
              s[user_string($a), $n % 2] <<< $n
              if (!([user_string($b), 1] in asked)) asked[user_string($b), 1] <<< $n
            }
            probe timer.ms(10) {
              foreach ([x, y] in s) total += @sum(s[x, y])
              delete s
            }
            probe end {
              foreach ([x, y] in s) total += @sum(s[x, y])
              foreach ([x, y] in asked) { n += @count(asked[x, y]); t += @sum(asked[x, y]) }
              println(total, " ", n, " ", t)
            }""", 300, 700, rounds=3, threads=1)
        self.assertEqual(out, [f"{3 * sum(range(700))} 700 {sum(range(700))}"])

    def test_reading_and_deleting_in_the_kernel(self):
        out = self.pairs("""global seen, again, gone, texts, wrong
            probe PUT {
              if ([user_string($a), user_string($b)] in seen) again++
              seen[user_string($a), user_string($b)] = $n
              if (seen[user_string($a), user_string($b)] != $n) wrong++
              texts[user_string($b), "t"] = user_string($a)
              if (texts[user_string($b), "t"] != user_string($a)) wrong++
              if ($n % 7 == 0) { delete seen[user_string($a), user_string($b)]; gone++ }
            }
            probe end {
              foreach ([x, y] in seen) n++
              foreach ([x, y] in texts) { if (strlen(texts[x, y]) != 300) wrong++; m++ }
              println(n, " ", again, " ", gone, " ", m, " ", wrong)
            }""", 300, 500, rounds=2)
        multiples = len(range(0, 500, DELETED))
        self.assertEqual(out, [f"{500 - multiples} {500 - multiples} {2 * multiples} 500 0"])

    def test_loops_with_long_keys(self):
        """In base the verifier walks each turn, the hash of a key again and again: the loops turn as often as it affords."""
        bodies = ("a[1, x, s] += l < 5", "b[x, y]++", "if (x in c) have++; c[x] = i", "d[y] <<< i", "try { e[x] ^= i + 1 } catch { bad++ }",
                  "f[x] = s", 'g[y] = (y =~ "xy+"); delete g[x]')
        head = 'x = user_string($a); y = user_string($b); s = "short"; if (x == y) s = "other"; try { if ($n > 1) error(x) } catch { l++ }'
        probes = "".join(f"probe PUT {{ {head}; for (i = 0; i < 3; i++) {{ {body} }} }}\n" for body in bodies)
        out = self.pairs(f"""global a, b, c, d, e, f, g, have, bad
            {probes} probe end {{
              foreach ([n, x, y] in a) {{ i++; t += a[n, x, y] * (y == "short") }}
              foreach ([x, y] in b) u += b[x, y]
              foreach (x in c) v += c[x]
              foreach (y in d) w += @count(d[y]) + 100 * @sum(d[y])
              foreach (x in e) z += e[x]
              foreach (x in f) k += f[x] == "short"
              foreach (x in g) m++
              println(i, " ", t, " ", u, " ", v, " ", have, " ", w, " ", z, " ", k, " ", m, " ", bad) }}""", 300, 4, options=("-w",))
        # Of four elements each: 3 turns, the last value 2, the sum 3, and 1 ^ 2 ^ 3 = 0.
        self.assertEqual(out, ["4 12 12 8 8 1212 0 4 4 0"])

    def test_the_user_side_reaches_every_element(self):
        out = self.pairs("""global a, s, gone
            probe begin { a["set before", sprintf("%0300d", 5)] = 70 }
            probe PUT { a[user_string($a), user_string($b)]++; if (a["set before", sprintf("%0300d", 5)] == 70) s <<< 1 }
            probe end {
              println(@count(s), " ", a["set before", sprintf("%0300d", 5)], " ", ["set before", "x"] in a)
              foreach ([x, y] in a) if (x == "set before") println(y == sprintf("%0300d", 5))
              foreach ([x+, y] in a limit 2) println(substr(x, 292, 8), " ", a[x, y])
              foreach ([x, y] in a[*, sprintf("%0300d", 5)]) println(x)
              foreach ([x, y] in a) if (isinstr(x, "00000003")) gone[x, y] = 1
              foreach ([x, y] in gone) delete a[x, y]
              foreach ([x, y] in a) n++
              delete a
              foreach ([x, y] in a) m++
              println(n, " ", m)
            }""", 300, 20, rounds=4)
        self.assertEqual(out, ["80 70 0", "1", "00000000 4", "00000001 4", "set before", "20 0"])

    def test_shown_at_the_end(self):
        out = self.pairs("global a probe PUT { a[user_string($a), $n] = $n + 1 }", 260, 3)
        self.assertEqual(out, [f'a["{"a" * 252}{n:08d}",{n}]={n + 1}' for n in (2, 1, 0)])

    def test_threads_that_make_the_same_elements(self):
        """Four threads on two CPUs over one set of keys, in one array and in one that is deleted from meanwhile."""
        out = self.pairs("""global a, b, n, deleted
            probe PUT {
              a[user_string($a), user_string($b)]++
              a[user_string($a), "x"]++
              b[user_string($b), $n % 10] <<< 1
              n++
              if ($n % 3 == 0) { delete b[user_string($b), $n % 10]; deleted++ }
            }
            probe end {
              foreach ([x, y] in a) { elements++; t += a[x, y] }
              foreach ([p, q] in b) { k++; if (strlen(p) != 280) println("cut") }
              println(elements, " ", t - 2 * n, " ", k > 0, " ", deleted)
            }""", 280, 400, rounds=10, threads=4)
        self.assertEqual(out, [f"800 0 1 {10 * len(range(0, 400, 3))}"])

    def test_backtraces_do_not_merge(self):
        """Stacks of the kernel with another key, which left them too little room; also deeper than MAXSTRINGLEN was."""
        prog = build("pairs", "-O1")
        for options in ((), ("-D", "MAXSTRINGLEN=1024")):
            out = self.lines(script(f"""global stacks, paths, n
                probe kernel.trace("sys_enter") {{
                  if (pid() != target()) next
                  stacks[backtrace(), execname(), pid()]++
                  n++
                }}
                probe end {{
                  foreach ([s, e, p] in stacks) {{ t += stacks[s, e, p]; if (s == "") println("empty") }}
                  println(t - n, " ", n > 0)
                }}""", *options, "-c", f"{prog} 16 10 1 1"))
            self.assertEqual(out, ["0 1"])

    def test_no_limit_is_told(self):
        out = self.pairs("""global a
            probe PUT { a[user_string($a), user_string($b), user_string($a), $n]++ }
            probe end { foreach ([x, y, z, n] in a) k += x == z && strlen(y) == 511; println(k) }""", 511, 50)
        self.assertEqual(out, ["50"])


if __name__ == "__main__":
    live.main()
