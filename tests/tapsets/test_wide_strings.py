#!/usr/bin/env python3
"""Strings of UTF-16 and UTF-32 in a program's memory: what Python encoded. Exit 77: no BPF rights here."""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import live  # noqa: E402
from live import script  # noqa: E402

# Two of each length in UTF-8, at the ends of what has it.
TEXTS = ["hello", "", "\x01\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff", "\U00010000\U0010ffff a \U0001f600", 'quotes " and \\ and\ttabs\n',
         "x" * 511, "x" * 600, "é" * 300, "€" * 300, "ab" + "\U0001f600" * 200]
# What is neither: two halves of pairs in the wrong order, one alone at the end, one in UTF-32, and what is beyond Unicode.
WRONG = {16: [b"\x00\xdc\x00\xd8", b"a\x00\x00\xd8", b"\x00\xd8\x00\xd8\x00\xdc", b"a\x00\x00\xdc"],
         32: [b"\x00\xd8\x00\x00", b"\x00\xdc\x00\x00", b"\x00\x00\x11\x00", b"\xff\xff\xff\xff"]}
WORKLOAD = r'''
import ctypes, mmap, sys
call = ctypes.CDLL(None).syscall
def tell(address): call(ctypes.c_long(148), ctypes.c_long(0), ctypes.c_void_p(address))
kept = [ctypes.create_string_buffer(bytes.fromhex(line) + bytes(4)) for line in open(sys.argv[1])]
for each in kept: tell(ctypes.addressof(each))
# A string that ends with its memory.
page = mmap.mmap(-1, 8192)
page[4090:4096] = bytes.fromhex("6100620000000000")[:6]
start = ctypes.addressof(ctypes.c_char.from_buffer(page))
ctypes.CDLL(None).munmap(ctypes.c_void_p(start + 4096), ctypes.c_long(4096))
tell(start + 4090)
tell(8)
'''


def cut(text):
    """As much as a string of MAXSTRINGLEN holds, in whole characters."""
    data = text.encode("utf-8", "surrogatepass")[:511]
    return data.decode("utf-8", "ignore")


def quoted(text):
    """As string_quoted() gives it: bytes above ASCII in octal."""
    letters = {ord(a): "\\" + b for a, b in zip("\a\b\t\n\v\f\r\"\\", 'abtnvfr"\\')}
    return '"' + "".join(letters.get(b, chr(b) if 0x20 <= b < 0x7f else f"\\{b:03o}") for b in text.encode()) + '"'


class WideStrings(live.LiveTest):
    def told(self, bits, expressions, flavour):
        """What the expressions are for each of the strings of so many bits that the workload points to, in base64's stead: quoted."""
        encoded = [text.encode(f"utf-{bits}-le") for text in TEXTS] + WRONG[bits]
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "strings").write_text("".join(each.hex() + "\n" for each in encoded))
            (pathlib.Path(folder) / "workload.py").write_text(WORKLOAD)
            body = " ".join(f'printf("<%s>", {e})' for e in expressions)
            done = script("probe syscall.sched_rr_get_interval { if (pid() != target()) next a = tp_uaddr " + body + " }",
                          "-c", f"{sys.executable} {folder}/workload.py {folder}/strings", env={**os.environ, "CORETAP_FLAVOUR": flavour})
        self.ok(done)
        found = done.stdout[1:-1].split("><")
        return [found[i:i + len(expressions)] for i in range(0, len(found), len(expressions))]

    def check(self, bits, flavour):
        names = ("user_string_utf16", "user_string2_utf16") if bits == 16 else ("user_string_utf32", "user_string2_utf32")
        calls = [f'{name}(a, "not")' for name in names][:1 if flavour == "base" else 2]  # base takes one in a handler
        rows = self.told(bits, calls, flavour)
        expected = [cut(text) for text in TEXTS] + ["not"] * len(WRONG[bits]) + ["ab" if bits == 16 else "not", "not"]
        self.assertEqual(rows, [[text] * len(calls) for text in expected])

    def test_utf16(self):
        for flavour in "modern", "base":
            self.check(16, flavour)

    def test_utf32(self):
        for flavour in "modern", "base":
            self.check(32, flavour)

    def test_quoted(self):
        for bits in 16, 32:
            names = (("user_string_quoted_utf16", "kernel_or_user_string_quoted_utf16") if bits == 16 else
                     ("user_string_quoted_utf32", "kernel_or_user_string_quoted_utf32"))
            rows = self.told(bits, [f"{name}(a)" for name in names], "modern")
            for text, row in zip(TEXTS[:5], rows):
                self.assertEqual(row, [quoted(text)] * 2)
            for row in rows[len(TEXTS):len(TEXTS) + len(WRONG[bits])]:
                self.assertRegex(row[0], "^0x[0-9a-f]+$")
                self.assertEqual(row[0], row[1])
            self.assertEqual(rows[-1], ["0x8", "0x8"])

    def test_errors(self):
        body = " ".join(f"try {{ println({f}_string_utf{bits}(a)) }} catch (e) {{ println(e) }}"
                        for f, bits in (("user", 16), ("kernel", 16), ("user", 32)))
        text = f"probe syscall.sched_rr_get_interval {{ if (pid() != target()) next a = tp_uaddr {body} }}"
        call = "import ctypes; b = ctypes.create_string_buffer(bytes([0, 0xdc, 0, 0xdc])); call = ctypes.CDLL(None).syscall; " \
               "call(ctypes.c_long(148), ctypes.c_long(0), b); call(ctypes.c_long(148), ctypes.c_long(0), ctypes.c_void_p(8))"
        told = self.lines(script(text, "-c", f"{sys.executable} -c '{call}'"))
        self.assertEqual(told[0], "user_string_utf16: this is not a string of UTF-16")
        self.assertRegex(told[1], "^kernel read fault at 0x")
        self.assertEqual(told[2], "user_string_utf32: this is not a string of UTF-32")
        self.assertRegex(told[3], "^user read fault at 0x0+8 ")
        self.assertRegex(told[4], "^kernel read fault at 0x0+8 ")

    def test_kernel_memory(self):
        """A task's name of 16 bytes, as it lies in the kernel: a program whose name is a character of UTF-16, and so of UTF-32."""
        program = "import ctypes, os; ctypes.CDLL(None).prctl(15, bytes.fromhex(\"e900ac203dd800de\")); os.sched_rr_get_interval(0)"
        # prctl() takes the name up to the first zero byte, which is in the first character.
        text, in_quotes = "é", quoted("é")
        cases = [("kernel_string_utf16(comm)", text), ('kernel_string2_utf16(comm, "not")', text), ("kernel_string_quoted_utf16(comm)", in_quotes),
                 ("kernel_string_utf32(comm)", text), ('kernel_string2_utf32(comm, "not")', text), ("kernel_string_quoted_utf32(comm)", in_quotes),
                 ('kernel_string2_utf16(8, "not")', "not"), ("kernel_string_quoted_utf16(8)", "0x8"),
                 ('kernel_string2_utf32(8, "not")', "not"), ("kernel_string_quoted_utf32(8)", "0x8")]
        for part in cases[:5], cases[5:]:
            body = " ".join(f"println({expression})" for expression, _ in part)
            told = self.lines(script('probe syscall.sched_rr_get_interval { if (pid() != target()) next '
                                     'comm = &@cast(task_current(), "task_struct", "kernel")->comm ' + body + " }", "-c", f"{sys.executable} -c '{program}'"))
            self.assertEqual([(expression, line) for (expression, _), line in zip(part, told, strict=True)], part)


if __name__ == "__main__":
    live.main()
