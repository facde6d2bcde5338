"""Types found from uses, also from those that come later in the text."""
from language.case import Case

CASES = [
    Case("inferred", 'x = y + 1; y = 2; num[0] = x; s = t . "!"; t = "a"; txt[0] = s', [1], ["!"]),
    Case("of_arrays", 'of_a["x", 1] = "y"; txt[0] = of_a["x", 1]; of_b["k", "l"] += 2; num[0] = of_b["k", "l"]; '
         'txt[1] = of_a["none", 2] . "|"', [2], ["y", "|"], globals="global of_a, of_b"),
    Case("of_functions", 'txt[0] = of_f("a"); num[0] = of_g(2); txt[1] = of_h(1)', [3], ["a!", "one"],
         functions='function of_f(a) { return a . "!" }\nfunction of_g(a) { return a + 1 }\n'
                   'function of_h(n) { if (n == 1) return "one"; return "many" }'),
]
