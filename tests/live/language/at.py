"""Operators with `@`; once(&{-7, 1 << 40, "a name"}, 42, "some text") is the kernel side's event."""
import errno

from language.case import Case

CASES = [
    Case("defined", "num[0] = @defined($nothing); num[1] = @defined($nothing) ? $nothing : 5", [0, 5]),
    Case("defined_target", "num[0] = @defined($number); num[1] = @defined($p->second); num[2] = @defined($p->third)", [1, 1, 0], sides=("kernel",)),
    Case("choose_defined", "num[0] = @choose_defined($nothing, 5); num[1] = @choose_defined($nothing, @choose_defined($none, 6))", [5, 6]),
    Case("choose_defined_target", "num[0] = @choose_defined($number, 5)", [42], sides=("kernel",)),
    Case("cast_user", 'x = $p; num[0] = @cast(x, "pair")->first; num[1] = @cast(x, "pair")->second; num[2] = &@cast(x, "pair")->second - x',
         [-7, 1 << 40, 8], sides=("kernel",)),
    Case("cast_kernel", 'num[0] = @cast(task_current(), "task_struct", "kernel")->tgid == pid()', [1], sides=("kernel",)),
    Case("enum", 'num[0] = @enum("PIDTYPE_PGID"); num[1] = @enum("PIDTYPE_TGID") + 1', [2, 2]),
    Case("enumname", 'txt[0] = @enumname("pid_type", 1, "kernel"); x = 2; txt[1] = @enumname("pid_type", x, "kernel"); '
         'txt[2] = @enumname("pid_type", 77, "kernel") . "|"', txt=["PIDTYPE_TGID", "PIDTYPE_PGID", "|"]),
    Case("const", 'num[0] = @const("EAGAIN"); num[1] = @const("ENOENT") - 1', [errno.EAGAIN, errno.ENOENT - 1]),
]
