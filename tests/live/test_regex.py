"""Regular expressions on both sides, with Python's `re` as the oracle (for patterns that it reads as POSIX does)."""
import collections
import re

import live
from live import LiveTest, build, script

TEXTS = ["", "a", "/usr/bin/env", "/usr/local/bin", "/lib64/ld.so", "key=value", "n=42", "n=", "x1y22z333",
         "Hello, World", "tab\tand space", "ends.", "aaaaab", "\u00e9t\u00e9", "z" * 200 + "k=9",
         "y" * 507 + "=1"]
# ours, and Python's where that is written differently
PATTERNS = [(r"^/usr/(local/)?bin", None), (r"[0-9]{2,}", None), (r"=$", None), (r"(lib|lib64)/ld\\.so$", r"(lib|lib64)/ld\.so$"),
            (r"[[:upper:]][[:lower:]]+,", r"[A-Z][a-z]+,"), (r"[^[:print:]]", rb"[^ -~]"), (r"^a+b$", None),
            (r"^$", None), (r"(z|y){200}", None), (r"\t", "\t")]


def says_re(ours, pythons, text):
    pattern = pythons or ours
    pattern = pattern if isinstance(pattern, bytes) else pattern.encode()
    return re.search(pattern, text.encode()) is not None


class Regex(LiveTest):
    def test_kernel_counts_as_re_does(self):
        prog = build("strings", "-O0")
        tests = "".join(f'if (s =~ "{p}") hits[{i}]++; if (s !~ "{p}") misses[{i}]++\n'
                        for i, (p, _) in enumerate(PATTERNS))
        got = self.lines(script(f'''
            global hits, misses, calls
            probe process("{prog}").function("say").call {{
              calls++
              s = user_string($text)
              {tests}
            }}
            probe end {{
              println(calls)
              for (i = 0; i < {len(PATTERNS)}; i++) printf("%d %d\\n", hits[i], misses[i])
            }}''', "-c", " ".join([prog] + [f"'{t}'" for t in TEXTS])))
        wanted = [str(len(TEXTS))]
        for ours, pythons in PATTERNS:
            hits = sum(says_re(ours, pythons, t) for t in TEXTS)
            self.assertGreater(hits, 0, ours)
            wanted.append(f"{hits} {len(TEXTS) - hits}")
        self.assertEqual(got, wanted)

    def test_user_side_says_the_same(self):
        texts = [t for t in TEXTS if "\t" not in t]
        asks = "".join(f'printf("%d", "{t}" =~ "{p}")\n' for t in texts for p, _ in PATTERNS)
        got = self.ok(script(f"probe begin {{ {asks} exit() }}"))
        self.assertEqual(got, "".join(str(int(says_re(p, q, t))) for t in texts for p, q in PATTERNS))

    def test_groups_of_kernel_matches(self):
        """Found in user space, each for the text and the pattern of its own event."""
        prog = build("strings", "-O0")
        got = self.lines(script(f'''
            global by
            function split(s) {{ return s =~ "^([^=]*)=(.*)$" ? matched(2) . "|" . matched(1) : "-" }}
            probe process("{prog}").function("say").call {{
              s = user_string($text)
              if (s =~ "([a-z]+)=([0-9]*)") {{
                printf("%s %s %d\\n", matched(1), matched(2), ngroups())
                by[matched(1)]++
              }} else if (s =~ "(lib)|(bin)")
                printf("<%s> <%s> %s\\n", matched(1), matched(2), matched_str())
              if (s =~ "^.{{0,5}}$") println(split(s))
            }}
            probe end {{ foreach (k+ in by) printf("%s %d\\n", k, by[k]) }}''',
                                "-c", " ".join([prog] + [f"'{t}'" for t in TEXTS])))
        wanted, by = [], collections.Counter()
        for text in TEXTS:
            if found := re.search("([a-z]+)=([0-9]*)", text):
                wanted.append(f"{found[1]} {found[2]} 3")
                by[found[1]] += 1
            elif found := re.search("(lib)|(bin)", text):
                wanted.append(f"<{found[1] or ''}> <{found[2] or ''}> {found[0]}")
            if re.search(b"^.{0,5}$", text.encode()):
                found = re.search("^([^=]*)=(.*)$", text)
                wanted.append(f"{found[2]}|{found[1]}" if found else "-")
        self.assertEqual(got, wanted + [f"{k} {n}" for k, n in sorted(by.items())])

    def test_errors_are_staps(self):
        got = self.lines(script('''
            function ask(n) { try { return matched(n) } catch (e) { return e } }
            probe begin {
              println(ask(0))
              println("abc" =~ "b(c)", ask(0), ask(1), ask(2), ask(-1))
              println("abc" =~ "x", ask(1))
              try { println(ngroups()) } catch (e) { println(e) }
              println("abc" !~ "b", ask(0), ngroups())
              exit()
            }'''))
        self.assertEqual(got, [
            "Attempted to get subexpression 0 from failed match",
            "1bccAttempted to get nonexistent subexpression 2Attempted to get nonexistent subexpression -1",
            "0Attempted to get subexpression 1 from failed match",
            "Attempted to get subexpression count from failed match",
            "0b1"])

    def test_kernel_errors_of_groups(self):
        """In a continuation as in begin: the error ends the handler, try catches it."""
        prog = build("strings", "-O0")
        got = self.lines(script(f'''
            probe process("{prog}").function("say").call {{
              s = user_string($text)
              if (s =~ "b(.)") {{}}
              try {{ println(matched(1)) }} catch (e) {{ println(e) }}
            }}''', "-c", f"{prog} abc xyz"))
        self.assertEqual(got, ["c", "Attempted to get subexpression 1 from failed match"])


if __name__ == "__main__":
    live.main()
