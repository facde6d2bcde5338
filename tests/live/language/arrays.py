"""Arrays: elements, membership, deletion, foreach with sorting, limits and slices; statistics."""
from language.case import Case

FILL = " ".join(f"{{a}}[{i}] = {v};" for i, v in ((3, 30), (1, 50), (2, 10), (5, 20), (4, 40)))


def filled(name):
    return FILL.replace("{a}", name)


PAIRS = [("x", 1, 5), ("x", 2, 4), ("y", 1, 3), ("y", 2, 2), ("z", 3, 1)]


def fill_pairs(name):
    return " ".join(f'{name}["{k}", {n}] = {v};' for k, n, v in PAIRS)


SAMPLES = [5, 1, 9, 3, -2]
CASES = [
    Case("elements", "elements_a[1] = 5; num[0] = elements_a[1]; num[1] = elements_a[2]; num[2] = 2 in elements_a; "
         "num[3] = 1 in elements_a; elements_a[1]++; num[4] = elements_a[1]; elements_a[7]++; num[5] = elements_a[7]; "
         "elements_a[8] -= 2; num[6] = elements_a[8]; elements_a[-1] = -1; num[7] = elements_a[-1]; "
         "elements_a[elements_a[1]] = 66; num[8] = elements_a[6]; num[9] = (1 in elements_a) + !(9 in elements_a)",
         [5, 0, 0, 1, 6, 1, -2, -1, 66, 2], globals="global elements_a"),
    Case("many_keys", 'many_a[1, "two", 3, "four", 5, "six", 7, "eight", 9] = 10; num[0] = many_a[1, "two", 3, "four", 5, "six", 7, "eight", 9]; '
         'num[1] = many_a[1, "two", 3, "four", 5, "six", 7, "eight", 0]; num[2] = [1, "two", 3, "four", 5, "six", 7, "eight", 9] in many_a',
         [10, 0, 1], globals="global many_a"),
    Case("delete_element", "gone_a[1] = 1; gone_a[2] = 2; delete gone_a[1]; num[0] = 1 in gone_a; num[1] = 2 in gone_a; "
         "num[2] = gone_a[1]; delete gone_a[77]; num[3] = gone_a[2]", [0, 1, 0, 2], globals="global gone_a"),
    Case("delete_scalar", 'gone_n = 5; gone_s = "x"; delete gone_n; delete gone_s; num[0] = gone_n; txt[0] = gone_s . "|"',
         [0], ["|"], globals="global gone_n, gone_s"),
    Case("delete_array", "cleared_a[1] = 1; cleared_a[2] = 2; delete cleared_a; num[0] = 1 in cleared_a; cleared_a[3] = 3; "
         "num[1] = 3 in cleared_a; num[2] = 2 in cleared_a", [0, 1, 0], globals="global cleared_a", continued=True),
    Case("delete_slice", fill_pairs("cut_a") + ' delete cut_a["x", *]; num[0] = ["x", 1] in cut_a; num[1] = ["y", 1] in cut_a; '
         'delete cut_a[*, 1]; num[2] = ["y", 1] in cut_a; num[3] = ["y", 2] in cut_a; delete cut_a[*, *]; num[4] = ["z", 3] in cut_a',
         [0, 1, 0, 1, 0], globals="global cut_a", continued=True),
    Case("in_slice", fill_pairs("slice_a") + ' num[0] = ["x", *] in slice_a; num[1] = ["q", *] in slice_a; num[2] = [*, 3] in slice_a; '
         "num[3] = [*, 4] in slice_a; num[4] = [*, *] in slice_a", [1, 0, 1, 0, 1], globals="global slice_a", continued=True),
    Case("foreach_sum", filled("sum_a") + " foreach (k in sum_a) { s += sum_a[k]; n += k } num[0] = s; num[1] = n; "
         "foreach (v = k in sum_a) t += v * k; num[2] = t", [150, 15, 30 * 3 + 50 + 20 + 100 + 160],
         globals="global sum_a", continued=True),
    Case("foreach_keys_up", filled("up_a") + " i = 0; foreach (k+ in up_a) num[i++] = k", [1, 2, 3, 4, 5],
         globals="global up_a", continued=True),
    Case("foreach_keys_down", filled("down_a") + " i = 0; foreach (k- in down_a) num[i++] = k", [5, 4, 3, 2, 1],
         globals="global down_a", continued=True),
    Case("foreach_values_up", filled("vup_a") + " i = 0; foreach (k in vup_a+) num[i++] = k", [2, 5, 3, 4, 1],
         globals="global vup_a", continued=True),
    Case("foreach_values_down", filled("vdown_a") + " i = 0; foreach (v = k in vdown_a-) num[i++] = v", [50, 40, 30, 20, 10],
         globals="global vdown_a", continued=True),
    Case("foreach_limit", filled("limit_a") + " i = 0; foreach (k in limit_a- limit 2) num[i++] = k; n = 1; foreach (k+ in limit_a limit n + 2) num[10] = k; "
         "foreach (k in limit_a limit 0) num[11]++; foreach (k in limit_a limit -1) num[12]++; foreach (k in limit_a limit 99) num[13]++",
         {0: 1, 1: 4, 10: 3, 13: 5}, globals="global limit_a", continued=True),
    Case("foreach_break", filled("break_a") + " foreach (k+ in break_a) { if (k == 2) continue; if (k == 4) break; n += k } num[0] = n; "
         "foreach (k+ in break_a) { foreach (j+ in break_a) { if (j == 2) break; m++ } if (k == 3) break } num[1] = m",
         [4, 3], globals="global break_a", continued=True),
    Case("foreach_two_keys", fill_pairs("two_a") + ' i = 0; foreach ([s, n] in two_a+) { num[i] = n; txt[i] = s; i++ } '
         'foreach ([s-, n] in two_a limit 1) txt[9] = s; foreach (v = [s, n+] in two_a) { if (n > 2) num[9] = v }',
         {0: 3, 1: 2, 2: 1, 3: 2, 4: 1, 9: 1}, {0: "z", 1: "y", 2: "y", 3: "x", 4: "x", 9: "z"}, globals="global two_a", continued=True),
    Case("foreach_slice", fill_pairs("sl_a") + ' foreach ([s, n] in sl_a["x", *]) num[n] = sl_a[s, n]; foreach ([s, n+] in sl_a[*, 2]) txt[0] = txt[0] . s; '
         'k = "y"; foreach (v = [s, n-] in sl_a[k, *]) num[10] = num[10] * 10 + v',
         {1: 5, 2: 4, 10: 23}, None, globals="global sl_a", continued=True),
    Case("foreach_strings", 'fs_a["b"] = "1"; fs_a["a"] = "2"; fs_a["B"] = "3"; i = 0; foreach (k+ in fs_a) txt[i++] = k; foreach (k in fs_a-) txt[i++] = k',
         txt=["B", "a", "b", "B", "a", "b"], globals="global fs_a", continued=True),
    Case("foreach_stat", " ".join(f"st_a[{k}] <<< {v};" for k in (1, 2, 3) for v in range(k, 10, k)) +
         " i = 0; foreach (k in st_a @sum-) num[i++] = k; foreach (k in st_a @count+) num[i++] = k; foreach (k in st_a @min-) num[i++] = k; "
         "foreach (k in st_a @max+ limit 1) num[i++] = k; foreach (k in st_a @avg- limit 1) num[i++] = k; foreach (k+ in st_a) num[i++] = @count(st_a[k])",
         [1, 2, 3, 3, 2, 1, 3, 2, 1, 2, 3, 9, 4, 3], globals="global st_a", continued=True),
    Case("statistics", " ".join(f'stat_g <<< {v}; stat_a["k"] <<< {v * 10};' for v in SAMPLES) +
         " num[0] = @count(stat_g); num[1] = @sum(stat_g); num[2] = @min(stat_g); num[3] = @max(stat_g); num[4] = @avg(stat_g); "
         'num[5] = @count(stat_a["k"]); num[6] = @sum(stat_a["k"]); num[7] = @min(stat_a["k"]); num[8] = @max(stat_a["k"]); num[9] = @avg(stat_a["k"]); '
         'num[10] = @count(stat_a["none"]); num[11] = @sum(stat_a["none"]); delete stat_g; num[12] = @count(stat_g); num[13] = "k" in stat_a; '
         'delete stat_a["k"]; num[14] = "k" in stat_a',
         [5, 16, -2, 9, 3, 5, 160, -20, 90, 32, 0, 0, 0, 1, 0], globals="global stat_g, stat_a", continued=True),
    Case("empty_statistic", "try { num[0] = @avg(empty_g) } catch (m) { txt[0] = m } try { num[1] = @min(empty_g) } catch (m) { txt[1] = m } "
         "try { num[2] = @max(empty_g) } catch (m) { txt[2] = m } if (0) empty_g <<< 1; num[3] = @count(empty_g)",
         {3: 0}, ["empty aggregate"] * 3, globals="global empty_g", continued=True),
    Case("full_array", "full_a[1] = 1; full_a[2] = 2; full_a[2] = 3; num[2] = full_a[2]; try { full_a[3] = 3; num[0] = 1 } catch (m) { txt[0] = m } "
         "num[3] = 3 in full_a; delete full_a[1]; full_a[3] = 3; num[4] = full_a[3]",
         {2: 3, 3: 0, 4: 3}, ["Array overflow, check size limit (2)"], globals="global full_a[2]"),
    Case("full_array_of_many", "try { full_b[1] = 1; full_b[2] = 2 } catch (m) { txt[0] = m } try { full_s[1] <<< 1; full_s[2] <<< 2 } catch (m) { txt[1] = m } "
         "try { full_c[1] = 1; full_c[2] = 2; full_c[3] = 3 } catch (m) { txt[2] = m } num[0] = full_b[1] + full_c[2]",
         [3], [f"Array overflow, check size limit ({size})" for size in (1, 1, 2)], globals="global full_b[1], full_s[1], full_c[2]"),
    Case("wrapping_array", "for (i = 0; i < 100; i++) wrap_a[i] = i; num[0] = wrap_a[99]; num[1] = 0 in wrap_a", [99, 0],
         globals="global wrap_a%[4]"),
]
CASES[15].txt = {0: "xy"}
CASES += [
    Case("foreach_value_of_keys", fill_pairs("vk_a") + " foreach (v = [s, n] in vk_a) { t += v; m += v * n } num[0] = t; num[1] = m",
         [sum(v for _, _, v in PAIRS), sum(n * v for _, n, v in PAIRS)], globals="global vk_a", continued=True),
    Case("foreach_second_key", fill_pairs("sk_a") + " foreach ([s, n-] in sk_a) order = order * 10 + n; num[0] = order; "
         "foreach ([s+, n] in sk_a) keys .= s; txt[0] = keys", [32211], ["xxyyz"], globals="global sk_a", continued=True),
    Case("statistics_grow", "grow_s <<< 5; grow_a[1] <<< 6; grow_a[1] <<< 7; num[0] = 1 in grow_a; num[1] = 2 in grow_a", [1, 0],
         globals="global grow_s, grow_a"),
    Case("foreach_value_name", filled("vn_a") + " i = 0; foreach (v- = k in vn_a) num[i++] = v; foreach (v+ = k in vn_a) num[i++] = k",
         [50, 40, 30, 20, 10, 2, 5, 3, 4, 1], globals="global vn_a", continued=True),
]
