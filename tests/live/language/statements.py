"""Statements: if, loops, break and continue, next, return, blocks, functions, locals."""
from language.case import Case

CASES = [
    Case("if_else", "x = 5; if (x > 3) num[0] = 1; else num[0] = 2\n if (x < 3) num[1] = 1; else if (x == 5) num[1] = 2; else num[1] = 3\n"
         "if (x) { if (!x) num[2] = 1; else num[2] = 2 }\n if (x) ; else num[3] = 1\n if (x - 5) num[4] = 1\n"
         "if (x == 5) { num[5] = 1 num[6] = 2 }", {0: 1, 1: 2, 2: 2, 5: 1, 6: 2}),
    Case("while_loop", "i = 0; s = 0; while (i < 10) { i++; if (i == 3) continue; if (i == 8) break; s += i }\n"
         "num[0] = i; num[1] = s; while (0) num[2] = 1; j = 3; while (j--) num[3]++; num[4] = j",
         {0: 8, 1: sum(range(1, 8)) - 3, 3: 3, 4: -1}),
    Case("for_loop", "s = 0; for (i = 0; i < 10; i++) { if (i == 3) continue; if (i == 8) break; s += i }\n"
         "num[0] = i; num[1] = s; for (;;) { if (++k > 5) break } num[2] = k\n"
         "for (a = 0; a < 4; a++) for (b = 0; b < 4; b++) { if (b > a) break; if (b == 1) continue; n++ } num[3] = n\n"
         "for (c = 10; c > 0; c -= 3) m++; num[4] = m; num[5] = c",
         [8, sum(range(8)) - 3, 6, sum(1 for a in range(4) for b in range(a + 1) if b != 1), 4, -2]),
    Case("nested_break", "for (i = 0; i < 3; i++) { j = 0; while (1) { if (j++ == i) break; num[i]++ } } num[9] = i",
         {1: 1, 2: 2, 9: 3}),
    Case("many_rounds", "for (i = 0; i < 900; i++) s += i; num[0] = s", [sum(range(900))]),
    Case("next_statement", "num[0] = 1; if (num[0]) next; num[1] = 2", [1]),
    Case("next_in_loop", "for (i = 0; i < 5; i++) { num[0] = i; if (i == 2) next } num[1] = 1", [2]),
    Case("next_in_function", 'num[0] = next_in_function_f(0); try { num[1] = next_in_function_f(1) } catch (m) { txt[0] = m }',
         [5], ["all functions exhausted"], functions="function next_in_function_f(x) { if (x) next; return 5 }"),
    Case("locals_start_empty", 'num[0] = x; txt[0] = s . "|"; x = 3; num[1] = x; if (0) s = "x"', [0, 3], ["|"]),
    Case("blocks", "{ { num[0] = 1; } ;; { x = 2 } } num[1] = x; {}", [1, 2]),
    Case("comma_free_statements", "a = 1 b = 2 c = a + b num[0] = c", [3]),
    Case("functions", "num[0] = functions_add(2, 3); txt[0] = functions_say(\"x\", 2); functions_set(7); num[1] = functions_g; "
         "num[2] = functions_default(); num[3] = functions_early(5); num[4] = functions_early(-5); num[5] = functions_loop(4); "
         "x = 1; num[8] = functions_change(x); num[6] = x; num[7] = functions_nested(2)",
         [5, 7, 0, 1, -1, 4, 1, 25, 9], ["xx2"], globals="global functions_g",
         functions="function functions_add(a, b) { return a + b }\n"
                   'function functions_say:string(s:string, n:long) { return s . s . sprint(n) }\n'
                   "function functions_set(v) { functions_g = v }\n"
                   "function functions_default:long() { if (0) return 1 }\n"
                   "function functions_early(v) { if (v > 0) return 1; if (v == 0) return 0; return -1 }\n"
                   "function functions_loop(v) { for (i = 0; i < 100; i++) { if (i == v) return i } return 99 }\n"
                   "function functions_change(v) { v = 9; return v }\n"
                   "function functions_nested(n) { return functions_add(functions_early(n) * 10, functions_add(n, 13)) }"),
    Case("plain_return", "plain_f(1); num[0] = plain_n; plain_f(0); num[1] = plain_n", [1, 2], globals="global plain_n",
         functions="function plain_f(x) { if (x) { plain_n = 1; return; } plain_n = 2 }"),
    Case("function_results_in_loops", "for (i = 0; i < 5; i++) num[i] = results_f(i)", [0, 10, 20, 99, 99],
         functions="function results_f(n) { while (1) { if (n >= 3) break; return n * 10 } return 99 }"),
    Case("return_from_foreach", "found_a[1] = 10; found_a[2] = 20; num[0] = found_f(20); num[1] = found_f(5)", [2, -1],
         globals="global found_a", continued=True,
         functions="function found_f(v) { foreach (k in found_a) if (found_a[k] == v) return k; return -1 }"),
    Case("recursion", "num[0] = recursion_f(5)", [120], sides=("user",),
         functions="function recursion_f(n) { if (n < 2) return 1; return n * recursion_f(n - 1) }"),
]
