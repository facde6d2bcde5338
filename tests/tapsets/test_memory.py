#!/usr/bin/env python3
"""Values that are read from user and kernel memory, where it can be read and where it cannot. Exit 77: no BPF rights here."""
import pathlib
import re
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import live  # noqa: E402
from live import TMP, script  # noqa: E402

BYTES = bytes((0x85, 0xff, 0x01, 0xfe, 0x80, 0x7f, 0x00, 0x9c, 0x11, 0x22))
TEXT = 'say "hi"\n\\ä'
PROGRAM = r'''
#include <sys/mman.h>
const unsigned char bytes[] = {%s, 0};
const char text[] = %s;
char long_text[1000];
__attribute__((noinline)) void look(const void* numbers, const void* string, const void* longer, const void* nothing) {
  __asm__ volatile("" : : "r"(numbers), "r"(string), "r"(longer), "r"(nothing) : "memory");
}
int main(void) {
  for (int i = 0; i < 999; i++) long_text[i] = 'a' + i %% 26;
  char* nothing = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  volatile char touched = bytes[0] + text[0];
  (void)touched;
  look(bytes, text, long_text, nothing);
}
'''
# Each name with the code of struct for its number.
NUMBERS = {
    "user_char": "b", "user_short": "h", "user_ushort": "H", "user_int": "i", "user_long": "q", "user_ulong": "q",
    "user_int8": "b", "user_uint8": "B", "user_int16": "h", "user_uint16": "H", "user_int32": "i", "user_uint32": "I", "user_int64": "q", "user_uint64": "q",
    "user_char_error": "b", "user_short_error": "h", "user_ushort_error": "H", "user_int_error": "i", "user_long_error": "q", "user_ulong_error": "q",
    "user_int8_error": "b", "user_uint8_error": "B", "user_int16_error": "h", "user_uint16_error": "H", "user_int32_error": "i",
    "user_uint32_error": "I", "user_int64_error": "q", "user_uint64_error": "q",
    "user_char_warn": "b", "user_short_warn": "h", "user_ushort_warn": "H", "user_int_warn": "i", "user_long_warn": "q", "user_ulong_warn": "q",
}
LONG = "".join(chr(ord("a") + i % 26) for i in range(999))


def quoted(text):
    """As C writes it: SystemTap's escapes of string_quoted()."""
    out = ""
    for byte in text.encode():
        out += {34: '\\"', 92: "\\\\", 10: "\\n"}.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")
    return f'"{out}"'


class UserMemory(live.LiveTest):
    @classmethod
    def setUpClass(cls):
        source, cls.program = TMP / "memory.c", TMP / "memory"
        source.write_text(PROGRAM % (", ".join(map(str, BYTES)), quoted(TEXT)))
        subprocess.run(["gcc", "-g", "-O1", "-o", cls.program, source], check=True)

    def told(self, *statements):
        """What the statements print at look(); the lines and the warnings."""
        done = script(f'probe process("{self.program}").function("look") {{ ' + " ".join(statements) + " }", "-c", str(self.program))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines(), done.stderr.splitlines()

    def told_once(self, warnings):
        """The same warning is shown once."""
        self.assertEqual(len(warnings), 1, warnings)
        self.assertRegex(warnings[0], r"^WARNING: user read fault at 0x[0-9a-f]{16} \(addr\)$")

    def test_numbers(self):
        cases = [(name, offset, struct.unpack_from(code, BYTES, offset)[0]) for name, code in NUMBERS.items() for offset in (0, 1, 2)
                 if offset + struct.calcsize(code) <= len(BYTES)]
        for at in range(0, len(cases), 40):
            part = cases[at:at + 40]
            lines, warnings = self.told(*(f"println({name}($numbers + {offset}))" for name, offset, _ in part))
            self.assertEqual([(name, offset, int(line)) for (name, offset, _), line in zip(part, lines, strict=True)], part)
            self.assertEqual(warnings, [])

    def test_numbers_that_cannot_be_read(self):
        for where in "$nothing", "0", "0xffff800000000000":
            plain = [name for name in NUMBERS if not name.endswith(("_error", "_warn"))]
            lines, warnings = self.told(*(f"println({name}({where}))" for name in plain))
            self.assertEqual((lines, warnings), (["0"] * len(plain), []), where)
            warning = [name for name in NUMBERS if name.endswith("_warn")]
            lines, warnings = self.told(*(f"println({name}({where}))" for name in warning))
            self.assertEqual(lines, ["0"] * len(warning))
            self.told_once(warnings)
            failing = [name for name in NUMBERS if name.endswith("_error")]
            lines, warnings = self.told(*(f'try {{ println({name}({where})) }} catch (why) {{ println("caught ", why) }}' for name in failing))
            self.assertEqual(len(lines), len(failing))
            self.assertTrue(all(re.match(r"caught .*(?:fault|address)", line) for line in lines), lines)
            self.assertEqual(warnings, [])

    def test_strings(self):
        cases = [
            ('user_string($string)', TEXT), ('user_string2($string, "no")', TEXT), ('user_string_nofault($string)', TEXT),
            ('user_string_warn($string)', TEXT), ('user_string2_warn($string, "no")', TEXT),
            ('user_string_n($longer, 5)', LONG[:5]), ('user_string_n2($longer, 6, "no")', LONG[:6]), ('user_string_n_nofault($longer, 7)', LONG[:7]),
            ('user_string_n_warn($longer, 8)', LONG[:8]), ('user_string2_n_warn($longer, 9, "no")', LONG[:9]),
            ('user_string_quoted($string)', quoted(TEXT)), ('user_string_n_quoted($string, 5)', quoted(TEXT[:5])),
            ('user_string_n2_quoted($longer, 20, 0)', quoted(LONG[:20])), ('user_string_n2_quoted($longer, 20, 12)', f'"{LONG[:7]}"...'),
            ('user_buffer_quoted_error($longer, 4, 20)', quoted(LONG[:4])), ('user_buffer_quoted($longer, 4, 20)', quoted(LONG[:4])),
        ]
        lines, warnings = self.told(*(f'printf("%s|", {e})' for e, _ in cases))
        self.assertEqual(warnings, [])
        self.assertEqual(list(zip((e for e, _ in cases), "\n".join(lines).split("|"))), cases)

    def test_strings_that_cannot_be_read(self):
        cases = [
            ('user_string2({}, "no")', "no"), ('user_string_nofault({})', ""), ('user_string_n2({}, 6, "no")', "no"), ('user_string_n_nofault({}, 7)', ""),
            ('user_string_n2_quoted({}, 20, 12)', "0x"), ('user_string_quoted({})', "0x"), ('user_buffer_quoted({}, 4, 20)', "0x"),
        ]
        warning = [('user_string_warn({})', ""), ('user_string2_warn({}, "no")', "no"), ('user_string_n_warn({}, 8)', ""), ('user_string2_n_warn({}, 9, "no")', "no")]
        failing = "user_string({})", "user_string_n({}, 4)", "user_buffer_quoted_error({}, 4, 20)"
        for where in "$nothing", "0", "0xffff800000000000":
            lines, warnings = self.told(*(f"println({e.format(where)})" for e, _ in cases))
            self.assertEqual(warnings, [])
            for (expression, expected), line in zip(cases, lines, strict=True):
                self.assertEqual(line[:2] if expected == "0x" else line, expected, expression)
            lines, warnings = self.told(*(f"println({e.format(where)})" for e, _ in warning))
            self.assertEqual(lines, [value for _, value in warning])
            self.told_once(warnings)
            lines, warnings = self.told(*(f'try {{ println({e.format(where)}) }} catch (why) {{ println("caught ", why) }}' for e in failing))
            self.assertTrue(len(lines) == len(failing) and all(line.startswith("caught ") for line in lines), lines)


class KernelMemory(live.LiveTest):
    def test_strings(self):
        """The current task's name and numbers of its task_struct."""
        done = script('''
            probe kernel.trace("sys_enter") {
              if (pid() != target() || $id != 148) next
              name = &@cast(task_current(), "task_struct")->comm
              printf("%s|%s|%s|%s\\n", kernel_string2(name, "no"), kernel_string_quoted(name), kernel_or_user_string_quoted(name), kernel_string_n(name, 3))
              printf("%s|%s\\n", kernel_string2(8, "no"), kernel_string_quoted(8))
              try { println(kernel_or_user_string_quoted(8)) } catch (why) { println("caught") }
              usage = &@cast(task_current(), "task_struct")->usage->refs
              printf("%d %d\\n", atomic_read(usage) == kernel_int(usage), atomic_read(usage) > 0)
              printf("%d\\n", atomic_long_read(name) == kernel_long(name))
              try { println(atomic_read(8)) } catch (why) { println("caught") }
              try { println(atomic_long_read(8)) } catch (why) { println("caught") }
              exit() }''', "-c", f"{sys.executable} -c 'import os; os.sched_rr_get_interval(0)'")
        name = pathlib.Path(sys.executable).name[:15]
        self.assertEqual(self.lines(done), [f'{name}|"{name}"|"{name}"|{name[:3]}', "no|0x8", "caught", "1 1", "1", "caught", "caught"])


if __name__ == "__main__":
    live.main()
