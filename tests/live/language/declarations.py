"""Globals and functions: what a declaration says."""
from language.case import Case

CASES = [
    Case("globals", "globals_a++; globals_b = globals_a; num[0] = globals_b; num[1] = globals_c; if (0) globals_c = 1", [1, 1, 0][1:],
         globals="global globals_a, globals_b\nglobal globals_c"),
    Case("initialised", "num[0] = initialised_a; num[1] = initialised_b; initialised_a++; num[2] = initialised_a", [7, -5, 8],
         globals="global initialised_a = 7, initialised_b = -5"),
    Case("initialised_string", 'txt[0] = initialised_s . "!"; initialised_s = "new"; txt[1] = initialised_s', txt=["text!", "new"],
         globals='global initialised_s = "te" "xt"'),
    Case("unsized", "unsized_a[1] = 2; num[0] = unsized_a[1]; num[1] = unsized_a[2]", [2, 0], globals="global unsized_a[]"),
    Case("list", "list_a = list_b; list_c[1] = list_a; for (i = 0; i < 40; i++) list_d[i] = i; num[0] = list_d[39]; num[1] = 0 in list_d; "
         "list_e[1] = list_c[1] + 4; num[2] = list_e[1]", [39, 0, 5],
         globals="global list_a, list_b = 1, list_c[100], list_d%[10], list_e[]"),
    Case("private_global", "private_a += 3; num[0] = private_a", [3], globals="private global private_a"),
    Case("private_function", "num[0] = private_f(4)", [5], functions="private function private_f(x) { return x + 1 }"),
]
