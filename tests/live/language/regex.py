"""Regular expressions; Python's `re` says what they must find (in patterns that it reads as POSIX does)."""
import re

from language.case import Case

TEXTS = ["", "abc", "xxabbbcxx", "/usr/lib", "key=42", "B2", "a.b"]
PLAIN = ["b+c", "^a", "c$", "^$", "a|k", "[0-9]", "(ab|ey)=?", "a\\\\.b"]
CLASSES = [("[[:digit:]]{2}", "[0-9]{2}"), ("^[[:upper:]]", "^[A-Z]"), ("[^[:alnum:]]", "[^A-Za-z0-9]"), ("^(.|b?)[a-z]*$", None)]
GLOBALS = "global " + ", ".join(f'regex_s{i} = "{text}"' for i, text in enumerate(TEXTS))
PAIRS = [(i, pattern) for pattern in PLAIN for i in range(len(TEXTS))]


def found(pattern, text):
    return int(re.search(pattern.replace("\\\\", "\\"), text) is not None)


CASES = [
    Case("match", "\n".join(f'num[{n}] = regex_s{i} =~ "{p}"' for n, (i, p) in enumerate(PAIRS)),
         [found(p, TEXTS[i]) for i, p in PAIRS], globals=GLOBALS),
    Case("not_match", "\n".join(f'num[{n}] = regex_s{i} !~ "{p}"' for n, (i, p) in enumerate(PAIRS)),
         [1 - found(p, TEXTS[i]) for i, p in PAIRS]),
    Case("patterns", "\n".join(f'num[{10 * n + i}] = regex_s{i} =~ "{ours}"' for n, (ours, _) in enumerate(CLASSES) for i in range(len(TEXTS))),
         {10 * n + i: found(pythons or ours, text) for n, (ours, pythons) in enumerate(CLASSES) for i, text in enumerate(TEXTS)}),
    Case("groups", 'if (groups_s =~ "([a-z]+)=([0-9]+)(x)?") { txt[0] = matched(0); txt[1] = matched(1); txt[2] = matched(2); num[0] = ngroups() }',
         [4], list(re.search("([a-z]+)=([0-9]+)(x)?", "key=42").group(0, 1, 2)), continued=True,
         globals='global groups_s = "key=42"'),
]
