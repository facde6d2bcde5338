"""Histograms: buckets by index, membership, foreach, the printed chart; the variance."""
from language.case import Case

VALUES = [3, 17, 5, 9, 9, 0, -4, 100, 64, 9]
LOW, HIGH, STEP = 0, 20, 5
LOG_BUCKETS, LOG_ZERO, LINEAR_BUCKETS = 128, 64, (HIGH - LOW) // STEP + 3


def log_bucket(value):
    """A bucket for each power of two of either sign around the one of 0: stap's numbering."""
    return LOG_ZERO + (1 if value > 0 else -1) * abs(value).bit_length()


def linear_bucket(value):
    """Number 0 takes what is below LOW, the last what is above HIGH."""
    return 0 if value < LOW else min((value - LOW) // STEP + 1, LINEAR_BUCKETS - 1)


def counts(bucket, buckets):
    found = [0] * buckets
    for value in VALUES:
        found[bucket(value)] += 1
    return found


LOG, LINEAR = counts(log_bucket, LOG_BUCKETS), counts(linear_bucket, LINEAR_BUCKETS)


def chart(labels, rows):
    """The chart of rows that need no scaling and are all shown."""
    width = max(5, *(len(label) for label in labels))
    count_width = len(str(max(rows)))
    lines = ["value".rjust(width) + " |" + "-" * 50 + " count"]
    for label, count in zip(labels, rows):
        lines.append(label.rjust(width) + " |" + "@" * count + str(count).rjust(51 - count + count_width))
    return "\n".join(lines) + "\n\n"


def shown_log():
    """Labels and counts of a log chart: two empty rows on each side, gaps of more than two elided."""
    used = [i for i, count in enumerate(LOG) if count]
    rows = range(used[0] - 2, used[-1] + 3)
    labels = {i: 0 if i == LOG_ZERO else (1 << (i - LOG_ZERO - 1)) if i > LOG_ZERO else -(1 << (LOG_ZERO - i - 1)) for i in rows}
    assert all(any(LOG[max(i - 2, rows[0]):i + 3]) for i in rows), "a row would be elided: give it a value"
    return [str(labels[i]) for i in rows], [LOG[i] for i in rows]


def variance(values):
    """Of a sample, rounded towards zero."""
    total, count = sum(values), len(values)
    return (count * sum(v * v for v in values) - total * total) // (count * (count - 1))


def fill(*names):
    return " ".join(f"{name} <<< {value};" for value in VALUES for name in names)


LINEAR_OF = f"@hist_linear({{}}, {LOW}, {HIGH}, {STEP})"
LINEAR_LABELS = [f"<{LOW}", *(str(LOW + i * STEP) for i in range(LINEAR_BUCKETS - 2)), f">{HIGH}"]

CASES = [
    Case("hist_log_index", fill("hli_g") + " for (i = 0; i < 128; i++) num[i] = @hist_log(hli_g)[i]",
         LOG, globals="global hli_g", continued=True),
    Case("hist_linear_index", fill("hni_a[1, \"x\"]") +
         f' for (i = 0; i < {LINEAR_BUCKETS}; i++) num[i] = {LINEAR_OF.format("hni_a[1, " + chr(34) + "x" + chr(34) + "]")}[i]',
         LINEAR, globals="global hni_a", continued=True),
    Case("hist_in", fill("hin_g") + f" for (i = 0; i < {LINEAR_BUCKETS}; i++) {{ if (i in {LINEAR_OF.format('hin_g')}) num[i] = 1 }} "
         f"num[50] = {log_bucket(9)} in @hist_log(hin_g); num[51] = 100 in @hist_log(hin_g)",
         {**{i: 1 for i, count in enumerate(LINEAR) if count}, 50: LOG[log_bucket(9)], 51: 0},
         globals="global hin_g", continued=True),
    Case("hist_bad_index", fill("hbi_g") + f" try {{ num[0] = @hist_log(hbi_g)[128] }} catch (m) {{ txt[0] = m }} "
         f"try {{ num[1] = -1 in {LINEAR_OF.format('hbi_g')} }} catch (m) {{ txt[1] = m }} "
         "delete hbi_g; try { num[2] = 3 in @hist_log(hbi_g) } catch (m) { txt[2] = m } try { num[3] = @hist_log(hbi_g)[3] } catch (m) { txt[3] = m }",
         (), ["histogram index out of range"] * 2 + ["empty aggregate"] * 2, globals="global hbi_g", continued=True),
    Case("unread_argument", 'try { if (ua_ignores(@max(ua_a["none"]))) num[0] = 1; num[1] = 1 } catch (m) { txt[0] = m } '
         'try { if (ua_ignores(@avg(ua_g))) num[0] = 1; num[1] = 1 } catch (m) { txt[1] = m } ua_a["one"] <<< 1; ua_g <<< 1',
         (), ["empty aggregate"] * 2, globals="global ua_a, ua_g, ua_calls", functions="function ua_ignores:long (p:long) { ua_calls++ }",
         continued=True),
    Case("unread_division", 'try { if (ud_ignores(7 / ud_zero)) num[0] = 1; num[1] = 1 } catch (m) { txt[0] = m } '
         'try { if (ud_ignores(7 % ud_zero)) num[0] = 1; num[1] = 1 } catch (m) { txt[1] = m } ud_zero = 1',
         (), ["division by 0"] * 2, globals="global ud_zero, ud_calls", functions="function ud_ignores:long (p:long) { ud_calls++ }"),
    Case("hist_foreach", fill("hfe_g") + f" foreach (v = i in {LINEAR_OF.format('hfe_g')}) num[i] = v; "
         f"foreach (i in @hist_log(hfe_g)) {{ if (@hist_log(hfe_g)[i]) num[100 + i] = @hist_log(hfe_g)[i] }}",
         {**dict(enumerate(LINEAR)), **{100 + i: count for i, count in enumerate(LOG) if count}}, globals="global hfe_g", continued=True),
    Case("hist_foreach_limit", fill("hfl_g") + f" n = 0; foreach (v = i in {LINEAR_OF.format('hfl_g')} limit 3) num[n++] = 10 * i + v; "
         f"foreach (i in {LINEAR_OF.format('hfl_g')} limit 0) num[n++] = i", [10 * i + LINEAR[i] for i in range(3)],
         globals="global hfl_g", continued=True),
    Case("hist_print_linear", fill("hpn_g") + f" print({LINEAR_OF.format('hpn_g')})", out=chart(LINEAR_LABELS, LINEAR),
         globals="global hpn_g", continued=True),
    Case("hist_print_log", fill("hpl_g") + " print(@hist_log(hpl_g))", out=chart(*shown_log()), globals="global hpl_g", continued=True),
    Case("variance", fill("var_g", "var_a[2]") + " num[0] = @variance(var_g); num[1] = @variance(var_a[2]); var_one <<< 7; num[2] = @variance(var_one)",
         [variance(VALUES)] * 2 + [0], globals="global var_g, var_a, var_one", continued=True),
    # stap scales by the shift against its own rounding; ours is exact, so every shift gives the exact value.
    Case("variance_shift", fill("vsh_g") + " num[0] = @variance(vsh_g, 4); num[1] = @variance(vsh_g, 20)", [variance(VALUES)] * 2,
         globals="global vsh_g", continued=True),
]
