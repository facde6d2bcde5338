"""The mechanisms that a script may probe here, and what is known in each: expressions of the event and their values.

The values are those that workload.c calls its functions with."""
import dataclasses
import pathlib
import subprocess

from tree import Context

HERE = pathlib.Path(__file__).resolve().parent
SECOND = "".join(chr(ord("a") + i % 26) for i in range(260))
EBADF, ESRCH = -9, -3


@dataclasses.dataclass
class Mechanism:
    """A probe point of which a handler runs once. `guard` is a condition for events that are not the workload's call."""
    name: str
    point: str
    contexts: tuple
    guard: str = ""
    burns: bool = False  # needs the workload's loop


def contexts(**known):
    return tuple(Context("$" + name, value) for name, value in known.items())


NUMBERS = contexts(a=-1234567890123, b=-42, c=4294967295, d=-32768, e=255, f=0xfedcba9876543210 - (1 << 64))
MANY = contexts(a=1, b=-2, c=3, d=-4, e=5, f=-6, g=7, h=8 << 32)
TEXTS = (Context("$n", 12), Context("user_string($a)", "first text"), Context("user_string($b)", SECOND),
         Context("user_string_n($b, 5)", SECOND[:5]), Context("$a[3]", ord("s")), Context("user_string($a + 6)", "text"))
MEMBERS = tuple(Context(source, value) for source, value in {
    "$p->i": -5, "$p->u": 4000000000, "$p->l": -(1 << 50), "$p->small": -128, "$p->half": 65000, "$p->bits": -16, "$p->more": 100,
    "$p->in->s": 7, "$p->in->c": 8, "$p->in->deep[2]": 11, "$p->out->s": -300, "$p->out->c": 200, "$p->out->deep[0]": 1 << 40,
    "$p->out->deep[1]": -5, "user_string($p->name)": "a name", "user_string($p->text)": SECOND, "$p->shade": 200, "$shade": 3,
    '@cast($p->out, "inner")->c': 200, "@defined($p->l)": 1, "@defined($p->none)": 0}.items())
# What needs code of its own and has a value that is known all the same.
ANYWHERE = (Context("(pid() == target())", 1), Context("(pid() - pid())", 0), Context("(execname() == \"\")", 0), Context("(tid() > 0)", 1),
            Context("(cpu() < 0)", 0), Context("(strlen(pp()) > 0)", 1), Context("(gettimeofday_ns() > 0)", 1), Context("(uid() < 0)", 0))
PRETTY = {"numbers": (Context("strlen($$parms) > 3", 1),), "many": (Context("strlen($$vars) > 3", 1),),
          "members": (Context('isinstr($p$, "l=-")', 1), Context('isinstr($p$$, "deep=")', 1)), "texts": (Context('isinstr($a$, "first")', 1),)}
PRETTY = {name: tuple(Context(f"({c.source})", c.known) for c in row) for name, row in PRETTY.items()}


def compile_workload(folder, flags):
    program = folder / f"workload{''.join(flags)}"
    subprocess.run(["gcc", "-g", *flags, "-o", program, HERE / "workload.c"], check=True)
    return program


def mechanisms(program):
    process = f'process("{program}")'
    entry = {"numbers": NUMBERS, "many": MANY, "texts": TEXTS, "members": MEMBERS, "nothing": ()}
    returns = {"numbers": -1234567890124, "many": -77, "texts": 250}
    found = [Mechanism("uprobe", f'{process}.function("{f}").call', known + ANYWHERE + PRETTY.get(f, ())) for f, known in entry.items()]
    for f, value in returns.items():
        saved = tuple(Context(f"@entry({c.source})", c.known) for c in entry[f][:3] if c.source.startswith("$") and "[" not in c.source)
        found.append(Mechanism("return", f'{process}.function("{f}").return', contexts(**{"return": value}) + saved + ANYWHERE))
    found.append(Mechanism("return", f'{process}.function("members").return', (Context("$return->u", 4000000000), Context("$return->out->c", 200),
                                                                              Context('isinstr($return$, "half=")', 1))))
    line = next(i for i, text in enumerate((HERE / "workload.c").read_text().splitlines(), 1) if "sink += a + b + c + d + e + (long)f" in text)
    found.append(Mechanism("statement", f'{process}.statement("numbers@workload.c:{line}")', NUMBERS + ANYWHERE))
    ours = "pid() != target()"
    lseek = tuple(Context(source, value) for source, value in
                  {"fildes": -1, "offset": 0x123456789a, "whence": 2, "name": "lseek", "whence_str": "SEEK_END"}.items())
    found += [Mechanism("syscall", "syscall.lseek", lseek + ANYWHERE, f"{ours} || fildes != -1"),
              Mechanism("syscall", "syscall.getpgid.return", (Context("retval", ESRCH), Context("name", "getpgid")) + ANYWHERE, ours),
              Mechanism("syscall", "syscall.ftruncate", (Context("fd", -3), Context("length", 1 << 33)) + ANYWHERE, f"{ours} || fd != -3"),
              Mechanism("tp_btf", 'kernel.trace("sys_enter")', contexts(id=8) + ANYWHERE, f"{ours} || $id != 8"),
              Mechanism("tp_btf", 'kernel.trace("sys_exit")', contexts(ret=ESRCH) + ANYWHERE, f"{ours} || $ret != {ESRCH}"),
              Mechanism("perf", "timer.profile", ANYWHERE, ours, burns=True),
              Mechanism("perf", 'perf.type(1).config(0).sample(1000000)', ANYWHERE, ours, burns=True)]
    return found
