"""Embedded C: a body for each side, and the macros that it has."""
from language.case import Case


def two(header, body):
    """The same C for both sides."""
    return "\n".join(f"function {header} %{{ /* {side} */ {body} %}}" for side in ("bpf", "harness"))


IN_EXPRESSIONS = """
function ea_SIDE(n:long, s:string) { n++; return %{ /* SIDE */ STAP_ARG_n + STAP_ARG_s[2] - 1 %} }
function es_SIDE(s:string) { return %{ /* SIDE */ /* string 16 */ STAP_ARG_s + 1 %} }
function ec_SIDE(n:long) { try { %{ /* SIDE */ if (STAP_ARG_n) STAP_ERROR("one"); %} return 7 } catch { return 8 } }"""

CASES = [
    Case("sides", "num[0] = sides_f()", [5], functions=two("sides_f:long ()", "STAP_RETVALUE = 5;")),
    Case("arguments", 'num[0] = arguments_f(40, "!x")', [73], functions=two("arguments_f:long (n:long, s:string)", "STAP_RETVALUE = STAP_ARG_n + STAP_ARG_s[0];")),
    *[Case(f"expression_arguments_{side}", f'num[0] = ea_{side}(20, "xyz"); txt[0] = es_{side}("abc"); num[1] = ec_{side}(1); num[2] = ec_{side}(0)',
           [20 + ord("z"), 8, 7], ["bc"], sides=(where,), functions=IN_EXPRESSIONS.replace("SIDE", side))
      for side, where in (("bpf", "kernel"), ("harness", "user"))],
    Case("expression_printing", "ep_f(5, \"x\")", out="<6 x>",
         functions='function ep_f(n:long, s:string) { n = 6; %{ /* harness */ STAP_PRINTF("<%lld %s>", (long long)STAP_ARG_n, STAP_ARG_s); %} }'),
    Case("results", 'txt[0] = results_f("abc"); num[0] = results_g(3)', [9], ["bc"],
         functions=two("results_f:string (s:string)", "STAP_RETVALUE[0] = STAP_ARG_s[1]; STAP_RETVALUE[1] = STAP_ARG_s[2];") + "\n" +
         two("results_g:long (n:long)", "STAP_RETVALUE = STAP_ARG_n; STAP_RETVALUE *= 3;")),
    Case("returns", "num[0] = returns_f(1); num[1] = returns_f(0)", [7, 8],
         functions=two("returns_f:long (n:long)", "if (STAP_ARG_n) STAP_RETURN(7); STAP_RETURN(8);")),
    Case("error", "try { num[0] = error_f(0); num[1] = error_f(1) } catch (m) { txt[0] = m }", [3], ["told so"],
         functions=two("error_f:long (n:long)", 'if (STAP_ARG_n) STAP_ERROR("told so"); STAP_RETURN(3);')),
    Case("next_overload", "num[0] = next_f(0); num[1] = next_f(1)", [7, 8],
         functions=two("next_f:long (n:long)", "if (STAP_ARG_n) STAP_NEXT; STAP_RETURN(7);") + "\nfunction next_f:long (n:long) { return 8 }"),
    Case("markers", "num[0] = markers_f(); num[1] = markers_f()", [5, 5],
         functions=two("markers_f:long ()", "/* pure */ /* stable */ /* unprivileged */ /* unmodified-fnargs */ /* guru */ STAP_RETVALUE = 5;")),
    Case("printing", "printing_f(5); print_text_f(\"x\")", out="<5>(x)",
         functions='function printing_f (n:long) %{ /* harness */ STAP_PRINTF("<%lld>", (long long)STAP_ARG_n); %}\n'
                   'function print_text_f (s:string) %{ /* harness */ STAP_PRINTF("(%s)", STAP_ARG_s); %}'),
]
