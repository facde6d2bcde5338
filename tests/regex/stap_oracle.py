"""Makes stap_groups.txt: what Debian's stap says that groups hold, for patterns and texts of random choice.

    stap_oracle.py > stap_groups.txt

`stap -p3` writes a C function for each pattern. It is taken out of its module, compiled as it is and run.
Some patterns make stap 4.8 crash: they are left out. So are a few that it matches strangely: `(a)|(ab)` in "ab"
leaves the shorter alternative's group set, and `(ab|a)(bc|c)?` in "abc" prefers the second alternative.
A line is PATTERN, TEXT, and <what each group matched>, or "no match", with tabs between.
"""
import pathlib
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "syntax"))
import agreement  # noqa: E402

HEAD = """
#include <stdio.h>
#include <string.h>
#define MAXSTRINGLEN 512
#define STAPREGEX_MAX_TAG 256
#define STAPREGEX_MAX_MAP 256
#define __restrict__
static void bounded_copy(char *to, const char *from, int size) { strncpy(to, from, size - 1); }
#define strlcpy bounded_copy
struct context {
  struct {
    char matched_str[MAXSTRINGLEN];
    int result, num_final_tags;
    int tag_states[STAPREGEX_MAX_TAG][STAPREGEX_MAX_MAP], tag_vals[STAPREGEX_MAX_TAG];
  } last_match;
} context;
"""
MAIN = """
int main() {
  for (int p = 0; p < sizeof matchers / sizeof *matchers; p++)
    for (int t = 0; t < sizeof texts / sizeof *texts; t++) {
      int found = matchers[p](&context, texts[t]);
      for (int i = 0; found && i < context.last_match.num_final_tags; i++)
        printf("%d ", context.last_match.tag_vals[i]);
      printf("\\n");
    }
}
"""
CHOSEN = ["a|(b)", "(a|ab)(c|bcd)(d*)", "((a)|b)*", "(a*)*", "(a*)+", "(a|ab)*", "(a*|b)*", "(a?)(ab)?",
          "(a){0}b", "(.*)b(.*)", "([^b]*)b", "(a{1,2})(a*)"]


def random_pattern(depth=2):
    def atom():
        if depth and random.random() < 0.45:
            return "(" + random_pattern(depth - 1) + ")"
        return random.choice(["a", "b", "c", ".", "[ab]", "[^a]", "ab"])
    def piece():
        return atom() + random.choice(["", "", "", "*", "+", "?", "{1,2}"])
    def sequence():
        return "".join(piece() for _ in range(random.randint(1, 3)))
    return "|".join(sequence() for _ in range(random.choice([1, 1, 2])))


def ask(folder, kernel, patterns, texts):
    """For each pattern and text the places of the groups; None if stap itself crashes on the patterns."""
    script = "".join(f'probe timer.s({n}) {{ if ("x" =~ {quoted(p)}) println(matched(0)) }}\n'
                     for n, p in enumerate(patterns, 1))
    done = subprocess.run(["stap", "-w", "-r", str(kernel), "-p3", "-e", script], capture_output=True,
                          text=True, timeout=300)
    if done.returncode != 0:
        return None
    matchers = re.findall(r"^int __stp_dfa\d+ .*?\n\}\n", done.stdout, re.S | re.M)
    order = re.findall(r"probe_\d+ \(struct context.*?(__stp_dfa\d+)\(c", done.stdout, re.S)
    assert len(order) == len(patterns), (len(order), len(patterns))
    tables = (f"int (*matchers[])(struct context *, const char *) = {{{', '.join(order)}}};\n"
              f"const char *texts[] = {{{', '.join(map(quoted, texts))}}};\n")
    (folder / "oracle.c").write_text(HEAD + "\n".join(matchers) + tables + MAIN)
    subprocess.run(["gcc", "-w", "-o", str(folder / "oracle"), str(folder / "oracle.c")], check=True)
    lines = iter(subprocess.run([str(folder / "oracle")], check=True, capture_output=True, text=True,
                                timeout=60).stdout.splitlines())
    return [[list(map(int, next(lines).split())) for _ in texts] for _ in patterns]


def quoted(text):
    return '"' + text.replace("\\", "\\\\") + '"'


def main():
    random.seed(7)
    patterns = CHOSEN + [p for p in (random_pattern() for _ in range(400)) if "(" in p][:150]
    texts = ["", "a", "b", "ab", "aab", "abc", "abab", "cabcb", "abcdab", "bbaacc"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "kernel").mkdir()
        kernel = agreement.fake_kernel(folder / "kernel")
        for pattern in patterns:
            answer = ask(folder, kernel, [pattern], texts)
            for text, places in zip(texts, answer[0] if answer else []):
                groups = [f"<{text[b:e] if min(b, e) >= 0 else ''}>" for b, e in zip(places[::2], places[1::2])]
                print("\t".join([pattern, text, *(groups or ["no match"])]))


if __name__ == "__main__":
    main()
