"""a%[N] holds the N newest elements: when it is full, the one that was made first makes room for a new one.

The oracle is the order in which the workload makes its keys: known of one thread, and of each of several."""
import live
from live import LiveTest, build, script


class Wrapping(LiveTest):
    def pairs(self, text, count, rounds=1, threads=1, size=16, options=(), timeout=60):
        prog = build("pairs", "-O1")
        text = text.replace("PUT", f'process("{prog}").function("put")')
        return self.lines(script(text, *options, "-c", f"{prog} {size} {count} {rounds} {threads}", timeout=timeout))

    def test_exactly_the_newest(self):
        for size in (1, 8, 50, 100, 1000):
            out = self.pairs(f"""global a%[{size}]
                probe PUT {{ a[$n] = -$n }}
                probe end {{ foreach (n in a) println(n, a[n]) }}""", 2 * size + 1)
            self.assertEqual(out, [f"{n}{-n}" for n in range(size + 1, 2 * size + 1)], size)

    def test_reading_spares_nothing(self):
        out = self.pairs("""global a%[100], found
            probe PUT { a[$n] = $n; if (0 in a) found++; found += a[0] }
            probe end { foreach (n in a) print(n, " "); println(found) }""", 201)
        self.assertEqual(out, [" ".join(map(str, range(101, 201))) + " 100"])

    def test_adding_makes_nothing_new(self):
        """++ on what is there leaves its place; what went and comes again is new, and begins anew."""
        out = self.pairs("""global a%[3], b%[3]
            probe PUT { a[$n % 4]++; if ($n < 3) b[$n]++; else b[1]++ }
            probe end { foreach (n in a) print(n, ":", a[n], " "); foreach (n in b) print(n, ":", b[n], " ") println("") }""", 9)
        self.assertEqual(out, ["2:1 3:1 0:1 0:1 1:7 2:1 "])

    def test_strings_and_statistics(self):
        out = self.pairs("""global s%[20], t%[5], l%[4], own%[3]
            probe PUT {
              s[$n, "k"] <<< $n
              s[$n, "k"] <<< 2 * $n
              t[user_string($a)] = user_string($b)
              l[user_string($a), user_string($b)] <<< $n
              if (!($n in own)) own[$n] = 1
            }
            probe end {
              foreach ([n, k] in s) print(n, ":", @count(s[n, k]), ":", @sum(s[n, k]), " ")
              foreach (x in t) print(substr(x, 292, 8), substr(t[x], 292, 8), " ")
              foreach ([x, y] in l) print(strlen(x), strlen(y), @max(l[x, y]), " ")
              foreach (n in own) print(n, " ")
              println("")
            }""", 100, size=300)
        self.assertEqual(out, [" ".join([f"{n}:2:{3 * n}" for n in range(80, 100)] +
                                        [f"{n:08d}{n:08d}" for n in range(95, 100)] +
                                        [f"300300{n}" for n in range(96, 100)] + ["97", "98", "99"]) + " "])

    def test_deletions_free_their_place(self):
        """Before the oldest goes: with three of ten deleted, three more fit."""
        out = self.pairs("""global a%[10]
            probe PUT {
              a[$n] = $n
              if ($n == 9) { delete a[0]; delete a[4]; delete a[9] }
            }
            probe end { foreach (n in a) print(n, " ") println("") }""", 13)
        self.assertEqual(out, ["1 2 3 5 6 7 8 10 11 12 "])
        out = self.pairs("""global a%[10]
            probe PUT { a[$n] = $n; if ($n % 2) delete a[$n - 1] }
            probe end { foreach (n in a) print(n, " ") println("") }""", 500)
        model = []
        for n in range(500):
            model = (model + [n])[-10:]
            if n % 2:
                model.remove(n - 1)
        self.assertEqual(out, [" ".join(map(str, model)) + " "])

    def test_an_element_that_stays_while_many_come_and_go(self):
        """Thousands of deletions behind it: they fill its queue with places of elements that are gone."""
        out = self.pairs("""global a%[10], gone
            probe PUT { a[$n] = $n; if ($n > 2) { delete a[$n]; gone++ } }
            probe end { foreach (n in a) print(n, " "); println(gone) }""", 60000, threads=1)
        self.assertEqual(sorted(out[0].split()), ["0", "1", "2", "59997"])

    def test_the_user_side_is_one_more(self):
        out = self.pairs("""global a%[5], s%[5], before
            probe begin { for (i = -3; i < 0; i++) { a[i] = i; s[i] <<< i } }
            probe PUT { a[$n] = $n; s[$n] <<< $n; if (-1 in a) before++; if (!($n in s)) before = -1000 }
            probe end {
              foreach (n in a) print(n, " ")
              delete a[8]
              a[100] = 100
              a[101] = 101
              foreach (n in a) print(n, " ")
              s[9] <<< 1
              s[200] <<< 200
              foreach (n in s) print(n, ":", @count(s[n]), " ")
              delete a
              a[1]++
              foreach (n in a) print(n, ":", a[n], " ")
              println(before)
            }""", 10)
        self.assertEqual(out, ["5 6 7 8 9 6 7 9 100 101 6:1 7:1 8:1 9:2 200:1 1:1 4"])

    def test_user_side_alone(self):
        out = self.lines(script("""global a%[3], s%[2], d%
            probe begin {
              for (i = 0; i < 6; i++) { a[i] = i; s[i] <<< i; d[i] = i }
              a[4]++
              delete a[4]
              a[7] = a[8] = 1
              foreach (n in a) print(n, " ")
              foreach (n in s) print(n, " ")
              foreach (n in d) print(n, " ")
              println("")
              exit()
            }""", "-D", "MAXMAPENTRIES=4"))
        self.assertEqual(out, ["5 8 7 4 5 2 3 4 5 "])

    def test_many_threads(self):
        """Two CPUs make 20,000 keys in an array of 100: never more are seen, 100 are left, of each thread its last."""
        threads, count, size = 8, 20000, 100
        out = self.pairs(f"""global a%[{size}], s%[{size}], most, looks
            probe PUT {{ a[$n] = $n; s[$n] <<< $n }}
            probe timer.ms(2) {{
              n = m = 0
              foreach (k in a) n++
              foreach (k in s) m++
              if (n > most) most = n
              if (m > most) most = m
              looks++
            }}
            probe end {{
              println(most, " ", looks > 1)
              foreach (k in a) print(k, " ")
              println("")
              foreach (k in s) {{ print(k, " "); if (@count(s[k]) != 1 || @sum(s[k]) != k) println("wrong") }}
              println("")
            }}""", count, threads=threads)
        most, *lists = out
        self.assertLessEqual(int(most.split()[0]), size)
        for line in lists:
            kept = [int(n) for n in line.split()]
            self.assertEqual(len(kept), size)
            for thread in range(threads):
                mine = [n for n in kept if n % threads == thread]
                last = list(range(thread, count, threads))
                self.assertEqual(mine, last[len(last) - len(mine):], thread)

    def test_many_threads_that_delete(self):
        """Each makes three and deletes one of them: what is left are its last that were not deleted."""
        threads, count, size = 4, 4 * 7502, 64  # each thread's last two calls delete nothing
        out = self.pairs(f"""global a%[{size}], wrong
            probe PUT {{
              a[$n]++
              if (!($n in a)) wrong++
              if ($n / {threads} % 3 == 2) delete a[$n - {threads}]
            }}
            probe end {{ println(wrong); foreach (k in a) print(k, " ") println("") }}""", count, threads=threads)
        self.assertEqual(out[0], "0")
        kept = [int(n) for n in out[1].split()]
        self.assertEqual(len(kept), size)
        for thread in range(threads):
            stay = [n for n in range(thread, count, threads) if n // threads % 3 != 1 or n + threads >= count]
            mine = [n for n in kept if n % threads == thread]
            self.assertEqual(mine, stay[len(stay) - len(mine):], thread)

    def test_one_key_by_many_threads(self):
        """Threads that make, count and delete the same few keys: no place is lost, no count is wrong."""
        out = self.pairs("""global a%[8], n
            probe PUT { a[$n % 16]++; n++; if ($n % 5 == 0) delete a[$n % 16] }
            probe end {
              for (i = 0; i < 8; i++) a[100 + i] = 1
              foreach (k in a) print(k, " ")
              println(n)
            }""", 20000, threads=8)
        self.assertEqual(out, [" ".join(str(100 + i) for i in range(8)) + " 20000"])


if __name__ == "__main__":
    live.main()
