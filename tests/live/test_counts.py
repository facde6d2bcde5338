"""Counts are exact, whatever happens side by side."""
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


if __name__ == "__main__":
    live.main()
