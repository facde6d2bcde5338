"""print and its family; every conversion of printf with flags, widths and precisions.

Expected texts are the C library's, with 64-bit integers, where SystemTap's rules are C's; the
others (%p, %b, %m, %M, %c of any width) are spelled out, from stapfuncs and langref.
"""
import ctypes

from language.case import Case

libc = ctypes.CDLL(None)
NUMBERS = [0, 1, -1, 42, -42, 255, (1 << 63) - 1, -(1 << 63)]


def c_printf(conversion, value):
    """What the C library makes of one conversion of a 64-bit number or a string."""
    buffer = ctypes.create_string_buffer(9000)
    if isinstance(value, str):
        libc.snprintf(buffer, len(buffer), conversion.encode(), value.encode())
    else:
        wide = conversion[:-1] + "ll" + conversion[-1]
        libc.snprintf(buffer, len(buffer), wide.encode(), ctypes.c_longlong(value))
    return buffer.value.decode()


def numbers(name, conversions, values=NUMBERS):
    body = "\n".join(f'printf("{c}|", print_n{NUMBERS.index(v)})' for c in conversions for v in values)
    return Case(name, body, out="".join(c_printf(c, v) + "|" for c in conversions for v in values))


def strings(name, conversions):
    values = ["", "x", "hello", "é"]
    body = "\n".join(f'printf("{c}|", "{v}")' for c in conversions for v in values)
    return Case(name, body, out="".join(c_printf(c, v) + "|" for c in conversions for v in values))


CASES = [
    numbers("decimal", ["%d", "%i", "%5d", "%-5d", "%05d", "%+d", "% d", "%.3d", "%8.3d", "%-8.3d", "%25d"]),
    numbers("unsigned", ["%u", "%6u", "%-6u", "%06u", "%.4u"]),
    numbers("hex", ["%x", "%X", "%20x", "%-20X", "%020x", "%.8x"]),
    numbers("octal", ["%o", "%24o", "%-24o", "%024o"]),
    numbers("alternate", ["%#x", "%#X", "%#20x", "%-#20x", "%#020x", "%#o"], [n for n in NUMBERS if n]),
    strings("text", ["%s", "%5s", "%-5s", "%.2s", "%7.3s", "%-7.3s", "%10s"]),
    Case("length_letters", 'printf("%ld %lx %lld %lu|", -1, 255, print_n6, print_n2)',
         out="-1 ff 9223372036854775807 18446744073709551615|"),
    Case("percent", 'printf("100%% %d%%%s|", 5, "x")', out="100% 5%x|"),
    Case("pointer", 'printf("%p|%p|%20p|%-8p|", 0, 4096, print_n5, 16)', out="0x0|0x1000|" + "0xff".rjust(20) + "|0x10    |"),
    Case("alternate_zero", 'printf("%#x %#o %#X|", 0, 0, 0)', out="0x0 00 0X0|"),
    Case("character", r'printf("%c%c%c|%3c|%-3c|%#c|%#c|%#c|", 72, 105, 33, 65, 66, 10, 67, 1)', out=r"Hi!|  A|B  |\n|C|\001|"),
    Case("dynamic_width", 'w = 8; printf("%*d|%-*d|%*s|%.*s|%*.*s|%*d|", w, 5, w, 5, w, "abc", 2, "xyz", 6, 2, "pqr", -4, 7)',
         out="       5|5       |     abc|xy|    pq|7|"),
    Case("binary", 'printf("%1b%2b|%4b|%8b|%b|", 65, 0x4241, 0x44434241, 0x4847464544434241, 0x4847464544434241)',
         out="AAB|ABCD|ABCDEFGH|ABCDEFGH|"),
    Case("order_of_directives", 'printf("%s=%d %s=%x%s", "a", 1, "b", 255, "\\n")', out="a=1 b=ff\n"),
    Case("no_arguments", 'printf("just text\\n")', out="just text\n"),
    Case("print_forms", 'print(1); print("a", 2, "b"); println(3); println("c", -4); println(); '
         'printd(":", 1, "d", 2); printdln(", ", "e", 5); print_char_of(65)',
         out="1a2b3\nc-4\n\n1:d:2e, 5\nA", functions='function print_char_of(c) { printf("%c", c) }'),
    Case("of_expressions", 'x = 3; printf("%d %d %s %d", x++, x, "t" . sprint(x), x == 4 ? 10 : 20); print(x + 1, "k" == "k")',
         out="3 4 t4 1051"),
    Case("in_loop", 'for (i = 0; i < 4; i++) { if (i == 2) continue; printf("%d,", i) }', out="0,1,3,"),
    Case("in_branch", 'x = 5; if (x > 3) println("big"); else println("small"); try { print("t"); error("no") } catch (m) { print(m) }',
         out="big\ntno"),
    Case("logging", 'log("logged"); print("x")', out="logged\nx"),
    Case("long_output", 'for (i = 0; i < 300; i++) printf("%03d ", i)', out="".join(f"{i:03} " for i in range(300))),
]
CASES[0].globals = "global " + ", ".join(f"print_n{i} = {n}" for i, n in enumerate(NUMBERS))
