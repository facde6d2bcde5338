"""Conditions and macros of the preprocessor, decided as this machine and its kernel say."""
import os
import platform

from language.case import Case
from live import TMP

RELEASE = os.uname().release
VERSION = RELEASE.split("-")[0]
ARGUMENTS = ["x", "5"]


def build_tree():
    """A kernel build tree that says how the running kernel would be configured."""
    tree = TMP / "configured"
    (tree / "include/config").mkdir(parents=True, exist_ok=True)
    (tree / "include/config/kernel.release").write_text(RELEASE + "\n")
    (tree / ".config").write_text('CONFIG_A=y\nCONFIG_N=12\nCONFIG_S="text"\n# CONFIG_U is not set\n')
    return tree


OPTIONS = ["-r", str(build_tree())]


def choices(conditions):
    """An assignment for each condition: 1 where it holds."""
    return "; ".join(f"num[{i}] = %( {condition} %? 1 %: 0 %)" for i, condition in enumerate(conditions))


def chosen(name, *conditions):
    """A case of conditions, each with what it must come to."""
    return Case(name, choices(text for text, _ in conditions), [int(holds) for _, holds in conditions])


CASES = [
    chosen("numbers", ("1 < 2", True), ("2 < 1", False), ("2 <= 2", True), ("1 > 2", False), ("2 >= 3", False), ("3 == 3", True),
           ("3 != 3", False), ("0x10 == 16", True)),
    chosen("strings", ('"abc" == "abc"', True), ('"abc" == "a*"', False), ('"abc" != "abd"', True), ('"abc" != "abc"', False),
           ('"abc" < "abd"', True), ('"b" >= "abc"', True)),
    Case("without_else", "x = 1 %( 1 == 2 %? + 1 %); num[0] = x; x = 1 %( 1 == 1 %? + 1 %); num[1] = x", [1, 2]),
    Case("nested", "num[0] = %( 1 == 1 %? %( 1 == 2 %? 3 %: 4 %) %: %( 1 == 1 %? 5 %: 6 %) %)", [4]),
    Case("unbalanced", "%( 1 == 1 %? if (1) { %: while (0) { %) num[0] = 1 } %( 1 == 2 %? if (0) { %: { %) num[1] = 1 }", [1, 1]),
    Case("anywhere", "num[0] = anywhere_f(%( 1 == 1 %? 1, %) 2) %( 1 == 1 %? + %: - %) 3", [15],
         functions="function anywhere_f(%( 1 == 1 %? a, %) b) %( 1 == 1 %? { return a * 10 + b } %: { return 0 } %)"),
    chosen("kernel_version", (f'kernel_v == "{VERSION}"', True), ('kernel_v >= "3.0"', True), ('kernel_v < "3.0"', False),
           (f'kernel_vr > "{VERSION}.9999"', False), (f'kernel_vr == "{RELEASE}"', True), (f'kernel_vr == "{VERSION[:3]}*"', True),
           (f'kernel_vr != "{VERSION[:3]}*"', False), ('kernel_vr == "[0-9]*.nonsense"', False), ('kernel_vr > "3"', True)),
    chosen("architecture", (f'arch == "{platform.machine()}"', True), (f'arch != "{platform.machine()}"', False),
           (f'arch == "{platform.machine()[:2]}*"', True)),
    chosen("translator", ('systemtap_v >= "4.0"', True), ('systemtap_v < "2.0"', False), ('systemtap_privilege == "stapdev"', True),
           ('systemtap_privilege == "stapusr"', False), ("guru_mode == 1", True), ("guru_mode == 0", False), ('runtime == "bpf"', True),
           ('runtime == "kernel"', False)),
    chosen("configuration", ('CONFIG_A == "y"', True), ('CONFIG_A == "m"', False), ('CONFIG_N == "12"', True), (r'CONFIG_S == "\"t*"', True),
           ('CONFIG_U == "y"', False), ('CONFIG_U != "y"', True), ("CONFIG_N > 9", True), ("CONFIG_N == 13", False),
           ("CONFIG_U == 0", True), ('CONFIG_U == ""', True), ("CONFIG_U < CONFIG_N", True)),
    chosen("logic", ("1 == 1 && 2 == 2", True), ("1 == 1 && 2 == 1", False), ("1 == 2 || 2 == 2", True), ("1 == 2 || 2 == 1", False),
           ("1 == 1 || 1 == 2 && 1 == 3", True), ("1 == 2 && 1 == 1 || 3 == 3", True)),
    chosen("arguments", ('@1 == "x" && $2 > 3 && $# == 2', True), ('@1 == "y"', False), ("$2 == 5", True), ("$# > 2", False)),
    Case("macro", "num[0] = @macro_three * 2; num[1] = (@macro_three) * 2", [1 + 2 * 2, 6], globals="@define macro_three %( 1 + 2 %)"),
    Case("macro_parameters", "num[0] = @macro_sum(1, @macro_sum(2, 3)) * 2; txt[0] = @macro_join(\"a\", \"b\")", [12], ["a-b"],
         globals="@define macro_sum(a, b) %( (@a + @b) %)\n@define macro_join(a, b) %( @a . \"-\" . @b %)"),
]
