"""Strings: literals, concatenation, comparison, truncation, and the string functions."""
from language.case import Case

TEXTS = ["", "a", "b", "ab", "abc", "B", "0", "é", " "]
GLOBALS = "global " + ", ".join(f'text{i} = "{t}"' for i, t in enumerate(TEXTS))
PAIRS = [(i, j) for i in range(len(TEXTS)) for j in range(len(TEXTS))]


def comparison(name, op, function):
    """Every pair, in handlers so small that the verifier of 6.1 takes them."""
    for part in range(3):
        pairs = PAIRS[part::3]
        body = "\n".join(f"num[{k}] = text{i} {op} text{j}" for k, (i, j) in enumerate(pairs))
        expected = [int(function(TEXTS[i].encode(), TEXTS[j].encode())) for i, j in pairs]
        yield Case(f"{name}{part}", body, expected)


CASES = [
    *comparison("streq", "==", lambda a, b: a == b),
    *comparison("strne", "!=", lambda a, b: a != b),
    *comparison("strlt", "<", lambda a, b: a < b),
    *comparison("strle", "<=", lambda a, b: a <= b),
    *comparison("strgt", ">", lambda a, b: a > b),
    *comparison("strge", ">=", lambda a, b: a >= b),
]
CASES[0].globals = GLOBALS
LONG = "0123456789" * 60
CASES += [
    Case("concat", 'txt[0] = text3 . text4; txt[1] = text0 . text0; txt[2] = "x" . text1 . "y" . text2\n'
         's = "a"; s .= text4; s .= s; txt[3] = s; concat_g = "g"; concat_g .= text2; txt[4] = concat_g\n'
         'concat_a["k"] = "e"; concat_a["k"] .= "f" . text1; txt[5] = concat_a["k"]; concat_a["new"] .= "n"; '
         'txt[6] = concat_a["new"]; txt[7] = (t = "v") . t; txt[8] = "one" " " "two"',
         txt=["ababc", "", "xayb", "aabcaabc", "gb", "efa", "n", "vv", "one two"],
         globals="global concat_g, concat_a"),
    Case("literals", r'num[0] = strlen("\n\t\\\"\a\b\f\r\v"); num[1] = stringat("\x41", 0); num[2] = stringat("\101", 0)'
         r'; num[3] = strlen("é"); num[4] = stringat("\033", 0); txt[0] = "\x41\102C\q"; num[5] = strlen(""); '
         r'num[6] = stringat("\377", 0)',
         [9, 65, 65, 2, 27, 0, -1], ["ABCq"]),
    # A NUL ends a string, as C's.
    Case("nul", r's = "a\0b"; num[0] = strlen(s); num[1] = s == "a"; num[2] = "m\0n" == "m"; num[3] = "m\0n" < "m\0o"; txt[0] = "q\0r" . "s"'
         r'; nul_a["i\0j"] = 1; num[4] = "i" in nul_a; num[5] = "i\0k" in nul_a; num[6] = nul_g == "g"; num[7] = strlen("k\0l"); txt[1] = s . "c"',
         [1, 1, 1, 0, 1, 1, 1, 1], ["qs", "ac"], globals='global nul_a, nul_g = "g\\0h"'),
    # A string holds MAXSTRINGLEN - 1 = 511 bytes; what is longer is cut, as in stap.
    Case("truncation", f's = "{LONG[:300]}"; s = s . s; num[0] = strlen(s); txt[0] = substr(s, 505, 10); '
         's .= "more"; num[1] = strlen(s); num[2] = strlen(sprintf("%s%s", s, s))',
         [511, 511, 511], [(LONG[:300] * 2)[505:511]]),
    Case("comparison_of_long", f's = "{LONG[:200]}"; t = s; num[0] = s == t; t .= "x"; num[1] = s == t; num[2] = s < t; '
         f'num[3] = t > s; t = "{LONG[:199]}x"; num[4] = s == t; num[5] = t > s',
         [1, 0, 1, 1, 0, 1]),
    Case("in_arrays", 'in_arrays_a["x"] = "one"; in_arrays_a["y"] = in_arrays_a["x"] . "!"; txt[0] = in_arrays_a["y"]; '
         'txt[1] = in_arrays_a["none"]; num[0] = "x" in in_arrays_a; num[1] = "none" in in_arrays_a; '
         'in_arrays_a["x"] = ""; num[2] = "x" in in_arrays_a; txt[2] = in_arrays_a["x"]\n'
         'in_arrays_b["a", "b"] = 1; in_arrays_b["ab", ""] = 2; num[3] = in_arrays_b["a", "b"]; '
         'num[4] = in_arrays_b["ab", ""]; num[5] = ["", "ab"] in in_arrays_b',
         [1, 0, 1, 1, 2, 0], ["one!", "", ""], globals="global in_arrays_a, in_arrays_b"),
    Case("string_functions",
         'num[0] = strlen(text4); num[1] = strlen(text7); txt[0] = substr(text4, 1, 1); txt[1] = substr(text4, 2, 99); '
         'txt[2] = substr(text4, 3, 1); txt[3] = substr(text4, -1, 1); txt[4] = substr(text4, 0, 0); txt[5] = substr(text4, 0, -1)\n'
         'num[2] = stringat(text4, 2); num[3] = isinstr(text4, text2); num[4] = isinstr(text4, "ac"); num[5] = strpos(text4, "c"); '
         'num[6] = strpos(text4, "d"); num[7] = strtol("-12", 10); num[8] = strtol("ff", 16); num[9] = strtol("0x1F", 0); '
         'num[10] = strtol("017", 0); num[11] = strtol("9223372036854775807", 10); num[12] = strtol("x", 10)\n'
         'num[13] = isdigit("5x"); num[14] = isdigit("x5"); num[15] = strpos(text4, "")',
         [3, 2, 99, 1, 0, 2, -1, -12, 255, 31, 15, (1 << 63) - 1, 0, 1, 0, 0],
         ["b", "c", "", "", "", ""]),
    Case("numbers_in_texts",
         'num[0] = strtol("9223372036854775808", 10); num[1] = strtol("18446744073709551617", 10); num[2] = strtol("-18446744073709551617", 10); '
         'num[3] = strtol("123456789abcdef012", 16); num[4] = strtol("-9223372036854775809", 10); num[5] = strtol("Zz", 36); '
         'num[6] = strtol(" 1", 10); num[7] = strtol("0x", 0); num[8] = strtol("+0XfFg", 0); num[9] = strtol("08", 0); num[10] = strtol("-", 10)\n'
         'num[11] = strtol("1112", 2); num[12] = strtol("0x10", 10); num[13] = strtol("1e3", 10); num[14] = strtol("777777777777777777777777", 8)',
         [-1 << 63, 1, -1, 0x3456789abcdef012, (1 << 63) - 1, 35 * 36 + 35, 0, 0, 255, 0, 0, 7, 0, 1, -1]),
    Case("string_replace", 'txt[0] = str_replace("abcabc", "bc", "X"); txt[1] = str_replace("aaa", "a", "aa"); '
         'txt[2] = str_replace("abc", "", "X"); txt[3] = str_replace("abc", "d", "X"); txt[4] = tokenize("a,b", ","); '
         'txt[5] = tokenize("", ","); txt[6] = tokenize("", ",")',
         txt=["aXaX", "aaaaaa", "abc", "abc", "a", "b", ""], continued=True),
    Case("quoted", r'txt[0] = string_quoted("a\"b\n"); txt[1] = text_str("a\tb"); txt[2] = text_strn("abcdef", 20, 1)',
         txt=[r'"a\"b\n"', r"a\tb", '"abcdef"']),
    Case("stringat_outside", 'try { num[0] = stringat("abc", 3) } catch (m) { txt[0] = "error" }\n'
         'try { num[1] = stringat("abc", -1) } catch (m) { txt[1] = "error" }', txt=["error"] * 2),
    Case("sprint_family", 'txt[0] = sprint(1, "a", -2); txt[1] = sprintln("x", 3); txt[2] = sprintd(",", 1, "b", 3); '
         'txt[3] = sprintdln("::", "a", "b"); txt[4] = sprintf("%d-%s-%x", -5, text4, 255); num[0] = strlen(sprint(""))',
         [0], ["1a-2", "x3\n", "1,b,3", "a::b\n", "-5-abc-ff"]),
    Case("sprintf_wide", 'txt[0] = sprintf("[%5d|%-5d|%05d|%+d|% d]", 42, 42, 42, 42, 42); txt[1] = sprintf("%*d|%-*s|%.*s", 4, 7, 4, "a", 2, "xyz"); '
         'txt[2] = sprintf("%#x %#o %p %c%c %%", 255, 8, 4096, 72, 105)',
         txt=["[   42|42   |00042|+42| 42]", "   7|a   |xy", "0xff 010 0x1000 Hi %"], continued=True),
]
