"""--output=json: each line is an object of the schema, and its values are those that the workload and arithmetic know
(docs/json-output.md)."""
import collections
import json
import pathlib
import statistics
import subprocess
import time

import jsonschema
import live
from live import LiveTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = jsonschema.Draft7Validator(json.loads((ROOT / "docs/json-output.schema.json").read_text()))

# Of each number that storm.c passes to lseek(): all from 0 to THREADS * CALLS - 1 occur once.
STORM = """global calls, by_parity, who, sizes, plain
probe begin { who = "storm \\303\\244 \\377\\"" plain[3, "x\\ty"] = -7 }
probe syscall.lseek { if (pid() == target()) { calls++ by_parity[offset & 1] += offset sizes <<< offset } }
probe end {
  if (calls < 0) { print(@hist_log(sizes)) print(@hist_linear(sizes, 100, 300, 50)) println(@variance(sizes), @min(sizes)) }
  printf("%d calls\\n", calls)
}"""
THREADS, CALLS = 4, 100
NUMBERS = range(THREADS * CALLS)


def log_buckets(numbers):
    """Powers of two, by arithmetic of our own: [low, high] of the bucket that a number is in."""
    of = collections.Counter((0, 0) if n == 0 else (1 << n.bit_length() - 1, (1 << n.bit_length()) - 1) for n in numbers)
    return [{"low": low, "high": high, "count": count} for (low, high), count in sorted(of.items())]


class Json(LiveTest):
    def objects(self, text):
        objects = []
        for line in text.splitlines(keepends=True):
            self.assertTrue(line.endswith("\n"), line)
            objects.append(json.loads(line))
            SCHEMA.validate(objects[-1])
        return objects

    def of_type(self, objects, kind):
        return [each for each in objects if each["type"] == kind]

    def check_storm(self, objects):
        values = {each["name"]: each for each in self.of_type(objects, "global")}
        self.assertEqual(set(values), {"calls", "by_parity", "who", "sizes", "plain"})
        self.assertEqual(values["calls"]["value"], len(NUMBERS))
        self.assertEqual(values["who"]["value"], "storm ä \ufffd\"")
        self.assertEqual(values["plain"]["elements"], [{"key": [3, "x\ty"], "value": -7}])
        self.assertEqual({each["key"][0]: each["value"] for each in values["by_parity"]["elements"]},
                         {parity: sum(n for n in NUMBERS if n % 2 == parity) for parity in (0, 1)})
        sizes = dict(values["sizes"]["value"])
        linear, log = sorted(sizes.pop("histograms"), key=lambda each: each["scale"])
        self.assertEqual(sizes, {"count": len(NUMBERS), "sum": sum(NUMBERS), "avg": sum(NUMBERS) // len(NUMBERS), "min": 0,
                                 "max": max(NUMBERS), "variance": int(statistics.variance(NUMBERS))})
        self.assertEqual((linear["scale"], log["scale"]), ("linear", "log"))
        self.assertEqual(log["buckets"], log_buckets(NUMBERS))
        self.assertEqual((linear["low"], linear["high"], linear["step"]), (100, 300, 50))
        limits = [(None, 99), (100, 149), (150, 199), (200, 249), (250, 299), (300, 349), (350, None)]
        self.assertEqual([(each["low"], each["high"]) for each in linear["buckets"]], limits)
        for bucket in linear["buckets"]:
            low, high = bucket["low"] or 0, bucket["high"] or max(NUMBERS)
            self.assertEqual(bucket["count"], sum(low <= n <= high for n in NUMBERS), bucket)
        [accounts] = self.of_type(objects, "accounts")
        self.assertEqual(objects[-1], accounts)
        self.assertEqual((accounts["errors"], accounts["skipped"], accounts["lost_records"]), (0, 0, 0))
        self.assertGreaterEqual(sum(each["handled"] for each in accounts["handlers"]), len(NUMBERS))
        self.assertEqual("".join(each["text"] for each in self.of_type(objects, "print")), f"{len(NUMBERS)} calls\n")

    def test_a_run_and_a_built_binary_have_the_workloads_values(self):
        command = f"{live.build('storm')} {THREADS} {CALLS}"
        told = f"{len(NUMBERS)} {sum(NUMBERS)} "
        result = live.script(STORM, "--output=json", "-c", command)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(result.stderr.startswith(told), "the command prints to standard error: " + result.stderr)
        self.check_storm(self.objects(result.stdout))
        binary = live.TMP / "storm.bin"
        self.ok(live.script(STORM, f"--build={binary}"))
        result = live.run(binary, "--output=json", "-c", command)
        self.assertTrue(result.stderr.startswith(told), result.stderr)
        self.check_storm(self.objects(result.stdout))
        # With -o the command keeps standard output.
        into = live.TMP / "storm.jsonl"
        result = live.run(binary, "--output=json", "-o", into, "-c", command)
        self.assertEqual(result.stderr, "")
        self.assertTrue(result.stdout.startswith(told), result.stdout)
        self.check_storm(self.objects(into.read_text()))
        count = subprocess.run(["jq", "-r", 'select(.type == "global" and .name == "sizes").value.count', into], text=True,
                               capture_output=True, check=True)
        self.assertEqual(count.stdout, f"{len(NUMBERS)}\n")
        result = live.run(binary, "--output=xml")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("ERROR: --output: 'xml' is not a valid value\n", result.stderr)

    def test_prints_have_their_probe_and_the_time_of_the_event(self):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        result = live.script('probe begin { print("a") print("b\\n") system("echo other; echo") } '
                             'probe begin(1) { s = "\\303\\244x\\303\\244x" for (i = 0; i < 4000; i++) print(s . s . s . s . s . s) } '
                             'probe process.function("sum") { printf("%d\\n", $n) } '
                             'probe end { warn("late") print("\\355\\240\\200\\300\\200\\302\\233") }', "--output=json", "-c", live.build("loop"))
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        self.assertEqual(result.returncode, 0, result.stderr)
        objects = self.objects(result.stdout)
        prints = self.of_type(objects, "print")
        self.assertEqual([prints[0]["probe"], prints[0]["text"]], ["begin", "ab\n"])
        times = [each["time_ns"] for each in prints]
        self.assertEqual(times, sorted(times))
        self.assertTrue(before < times[0] and times[-1] < after, (before, times, after))
        long = [each for each in prints if each["probe"] == "begin(1)"]
        self.assertGreater(len(long), 8, "144,000 bytes are more than an object and more than a buffer")
        self.assertEqual("".join(each["text"] for each in long), "äx" * 48000, "no character is cut")
        calls = [each for each in prints if "sum@" in each["probe"]]
        self.assertEqual([each["text"] for each in calls], ["6\n"] * 3)
        self.assertEqual(prints[-1]["text"], "\ufffd" * 5 + "\x9b", "a surrogate and an overlong form are not UTF-8")
        self.assertNotIn("\x9b", result.stdout, "a terminal may take it for the beginning of a sequence")
        self.assertEqual(self.of_type(objects, "warning"),
                         [{"type": "warning", "from": "script", "message": "late", "probe": "end"}])
        self.assertIn("other\n", result.stderr)

    def test_run_time_errors(self):
        script = live.TMP / "errors.stp"
        script.write_text('global zero probe begin { println(1 / zero) }\n'
                          'probe process.function("sum") {\n  if ($n / zero) next\n}\n')
        result = live.coretap("--output=json", "-D", "MAXERRORS=9", script, "-c", live.build("loop"))
        self.assertEqual(result.returncode, 1)
        errors = self.of_type(self.objects(result.stdout), "error")
        self.assertEqual({(each["from"], each["message"]) for each in errors}, {("handler", "division by 0")})
        self.assertEqual(errors[0]["probe"], "begin")
        self.assertIn(f"{script}:1:", errors[0]["near"])
        self.assertEqual([(each["file"], each["line"]) for each in errors[1:]], [(str(script), 3)] * 3)
        accounts = self.objects(result.stdout)[-1]
        self.assertEqual(accounts["errors"], 4)
        self.assertIn("Pass 5: run failed.", result.stderr)

    def test_what_the_compiler_says(self):
        script = live.TMP / "wrong.stp"
        script.write_text('probe begin {\n\tunknwn = prnt("x")\n}\n')
        result = live.coretap("--output=json", script)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr.splitlines()[0].split(":")[0], "Pass 2")
        [error] = self.of_type(self.objects(result.stdout), "error")
        self.assertEqual((error["from"], error["id"], error["kind"], error["file"], error["line"], error["column"], error["end_column"]),
                         ("compiler", "unknown-function", "semantic", str(script), 2, 11, 15))
        self.assertIn("similar: print", " ".join(error["hints"]))
        built = live.coretap("--output=json", f"--build={live.TMP / 'wrong'}", script)
        self.assertEqual((built.returncode, built.stdout), (1, result.stdout))
        # Warnings come back from the cache.
        text = 'global a, b probe begin { exit() } probe end { if (0) a = b }'
        first, second = (live.script(text, "--output=json") for _ in range(2))
        warnings = [self.of_type(self.objects(each.stdout), "warning") for each in (first, second)]
        self.assertTrue(warnings[0] and all(each["id"] and each["line"] == 1 for each in warnings[0]), warnings)
        self.assertEqual(warnings[0], warnings[1])
        self.assertEqual((first.stderr, second.stderr), ("", ""))

    def test_hits_with_t(self):
        objects = self.objects(self.ok(live.script("global n probe timer.ms(1) { if (++n == 5) exit() }", "--output=json", "-t")))
        [timing] = self.of_type(objects, "timing")
        self.assertEqual((timing["probe"], timing["hits"]), ("timer.ms(1)", 5))
        self.assertTrue(timing["min_ns"] <= timing["avg_ns"] <= timing["max_ns"])

    def test_bad_input(self):
        for arguments, words in ((["--output=xml"], "--output takes text or json, not 'xml'"),
                                 (["--output=json", "-p2"], "--output=json is about a run and --build")):
            result = live.script("probe begin { exit() }", *arguments)
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertIn("ERROR [usage]: " + words, result.stderr)
        self.assertEqual(self.ok(live.script('probe begin { println("as ever") exit() }', "--output=text")), "as ever\n")

    def test_a_closed_pipe_ends_the_run_without_a_word(self):
        with subprocess.Popen([live.CORETAP, "--output=json", "-e", 'probe timer.ms(1) { println("x") }'], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            self.assertEqual(json.loads(process.stdout.readline())["text"], "x\n")
            process.stdout.close()
            self.assertEqual(process.stderr.read(), "")
            self.assertEqual(process.wait(60), 1)


if __name__ == "__main__":
    live.main()
