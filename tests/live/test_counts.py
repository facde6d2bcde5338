"""Counts are exact, whatever happens side by side."""
import json

import live
from live import LiveTest, build, script


class Counts(LiveTest):
    def test_hundred_thousand_calls_of_eight_threads(self):
        prog = build("threads", "-O1")
        out = self.lines(script(f'''
            global plain, keyed, stat, stats
            probe process("{prog}").function("called").call {{
              plain++
              keyed[pid()]++
              stat <<< $argument
              stats[execname()] <<< $argument
            }}
            probe end {{
              printf("%d\\n", plain)
              foreach (p in keyed) printf("%d %d\\n", p == target(), keyed[p])
              printf("%d %d %d %d %d\\n", @count(stat), @sum(stat), @min(stat), @max(stat), @avg(stat))
              foreach (n in stats) printf("%s %d %d\\n", n, @count(stats[n]), @sum(stats[n]))
            }}''', "-c", prog))
        total = sum(range(100000))
        name = prog.rsplit("/", 1)[1][:15]
        self.assertEqual(out, ["100000", "100000", "1 100000",
                               f"100000 {total} 0 99999 {total // 100000}",
                               f"{name} 100000 {total}"])

    def test_intervals_add_up(self):
        """foreach and delete in a timer: no count falls between the read and the delete."""
        prog = build("threads", "-O1")
        out = self.lines(script(f'''
            global calls, total, stats, stat_total
            probe process("{prog}").function("called").call {{ calls[tid()]++; stats[tid()] <<< 1 }}
            function report() {{
              foreach (t in calls) total += calls[t]
              delete calls
              foreach (t in stats) stat_total += @count(stats[t])
              delete stats
            }}
            probe timer.ms(5) {{ report() }}
            probe end {{ report(); printf("%d %d\\n", total, stat_total) }}''', "-c", prog))
        self.assertEqual(out, ["100000", "100000 100000"])

    def test_suppressed_errors_are_counted(self):
        """--suppress-handler-errors: 1,416 keys of 113 calls each, room for 500 of them."""
        accounts = live.TMP / "accounts"
        done = script("""global a probe syscall.lseek { if (pid() != target()) next; a[offset % 1416]++ }
                         probe timer.s(1000) { error("never") }
                         probe end { n = 0 foreach (k in a) n += a[k]; println(n) error("at the end") }""",
                      "-D", "MAXMAPENTRIES=500", "--suppress-handler-errors", f"--accounts={accounts}",
                      "-c", build("storm", "-O1") + " 8 20001")
        fired, counted = 8 * 20001, 500 * 113
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{counted}\n", done.stdout)
        self.assertEqual(done.stderr, f"WARNING: Number of errors: 0 and {fired - counted + 1} suppressed, skipped probes: 0\n")
        told = json.loads(accounts.read_text())
        probe = told["handlers"][0]
        self.assertEqual((told["errors"], told["suppressed_errors"]), (0, fired - counted + 1))
        self.assertEqual((probe["errors"], probe["array_full"]), (fired - counted, fired - counted))
        self.assertGreaterEqual(probe["handled"], counted)  # those of other processes too, by `next`
        self.assertEqual(probe["no_scratch"], 0)

    def test_the_first_error_still_ends_a_run_without_the_option(self):
        done = script("""global a probe syscall.lseek { if (pid() == target()) a[offset % 1416]++ }""",
                      "-D", "MAXMAPENTRIES=500", "-c", build("storm", "-O1") + " 2 2000")
        self.assertEqual(done.returncode, 1)
        self.assertIn("ERROR: Array overflow, check MAXMAPENTRIES", done.stderr)

    def test_processes_that_die_inside_a_function_leave_room(self):
        """More of them than there is room for (8,192) saved something at its entry: the calls after them are handled."""
        prog, most = build("dying", "-O1"), 8192
        done = script(f"""global n, sum, wrong
            probe process("{prog}").function("down").return {{ v = @entry($n); n++; sum += v; if (v != $return) wrong++ }}
            probe end {{ println(n, " ", sum, " ", wrong) }}""", "-c", f"{prog} {most + 100} 100", timeout=120)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"100 {sum(range(101))} 0\n", ""))

    def test_more_calls_at_once_than_there_is_room_for(self):
        """Some of their values make room for others: then the return is not handled and counted, never a wrong value."""
        prog, depth = build("dying", "-O1"), 9000
        accounts = live.TMP / "accounts"
        done = script(f"""global n, wrong
            probe process("{prog}").function("down").return {{ n++; if (@entry($n) != $return) wrong++ }}
            probe end {{ println(n, " ", wrong) }}""", f"--accounts={accounts}", "-c", f"{prog} 0 {depth}")
        probe = next(h for h in json.loads(accounts.read_text())["handlers"] if h["entry_unseen"])
        self.assertEqual(done.stdout, f"{probe['handled']} 0\n")
        self.assertEqual(probe["handled"] + probe["entry_unseen"], depth)
        self.assertIn(f"WARNING: {probe['entry_unseen']} returns were not handled", done.stderr)


if __name__ == "__main__":
    live.main()
