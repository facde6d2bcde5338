#!/usr/bin/env python3
"""Compiles every embedded-C body of the tapsets on its own, and loads the kernel-side ones.

The translator compiles a body only when a script uses it; this test finds a broken one first. Each
function becomes a C function as docs/generated-code.md describes, called from one BPF program
with arguments that the verifier knows nothing about, in strings of 16 and of 512 bytes.

usage: check_embedded.py [--load] [--out DIR] FILE.stp...
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FUNCTION = re.compile(
    r"^(?:private )?function\s+(\w+)\s*(?::\s*(\w+))?\s*\(([^)]*)\)\s*%\{(.*?)%\}", re.M | re.S)
BLOCK = re.compile(r"^%\{(.*?)%\}", re.M | re.S)
CAPACITIES = (16, 512)

BPF_HEAD = r"""
#define CT_HANDLERS 1
#define CT_SITES 1
#define CT_FRAME_BYTES 8
#define CT_FRAME_SLACK 0
#define CT_MAX_ACTION 1000
#define CT_MAXSTRINGLEN 512
#include "coretap.bpf.h"
#define STAP_ERROR(message) do { ct_rc = CT_FAIL_LITERAL(message); goto ct_out; } while (0)
#define STAP_RETURN(...) do { __VA_OPT__(STAP_RETVALUE = (__VA_ARGS__);) goto ct_out; } while (0)
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, u32);
         __type(value, char[512]); } ct_test_strings SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, u32);
         __type(value, s64); } ct_test_longs SEC(".maps");
"""


def functions(text):
    for name, result, args, body in FUNCTION.findall(text):
        args = [a.strip().split(":") for a in args.split(",") if a.strip()]
        yield name, result or "void", [(a[0], a[1] if len(a) > 1 else "long") for a in args], body


def kind_of(body):
    """Registers need a probe that has some."""
    return "CT_KPROBE" if re.search(r"CT_REG|ct_reg|ct_argument|CT_RETURN", body) else "CT_TRACEPOINT"


def section_of(body):
    return "kprobe/x" if kind_of(body) == "CT_KPROBE" else "tracepoint/x"


def kernel_side(path, text, capacity):
    out = [BPF_HEAD]
    programs = []
    for block in BLOCK.findall(text):
        if "/* bpf */" in block:
            out.append(block)
    for name, result, args, body in functions(text):
        if "/* bpf */" not in body or "/* site" in body or "/* op" in body:
            continue
        width = re.search(r"/\* string (\d+) \*/", body)
        ret_cap = int(width.group(1)) if width else 512
        index = len(programs)
        params = "".join(f", {'const char *' if t == 'string' else 's64 '}arg_{a}" for a, t in args)
        ret = {"string": "char *ret", "long": "s64 *ret", "void": "s64 *ret"}[result]
        out.append("#define STAP_RETVALUE " + ("ret" if result == "string" else "(*ret)"))
        out.append(f"#define STAP_RETLEN {ret_cap}\n#define STAP_RETCAP {ret_cap}")
        for a, t in args:
            out.append(f"#define STAP_ARG_{a} arg_{a}\n#define STAP_CAP_{a} {capacity}")
        out.append(f"static __always_inline int fn_{index}(struct ct_ctx *c, {ret}{params}) "
                   f"{{\n  int ct_rc = 0;\n{body}\nct_out: __attribute__((unused));\n  return ct_rc;\n}}")
        out.append("#undef STAP_RETVALUE\n#undef STAP_RETLEN\n#undef STAP_RETCAP")
        for a, t in args:
            out.append(f"#undef STAP_ARG_{a}\n#undef STAP_CAP_{a}")
        call = ["&c", "buffer" if result == "string" else "&number"]
        code = [f'SEC("{section_of(body)}") int program_{index}(void *ctx) {{ /* {name} */',
                f"  struct ct_ctx c = {{.ctx = ctx, .kind = {kind_of(body)}}}; u32 at = 7; s64 number = 0;",
                "  char *buffer = bpf_map_lookup_elem(&ct_test_strings, &at);",
                "  if (!buffer) return 0;"]
        for i, (a, t) in enumerate(args):
            kind = "strings" if t == "string" else "longs"
            code.append(f"  at = {i}; {'char' if t == 'string' else 's64'} *a{i} = "
                        f"bpf_map_lookup_elem(&ct_test_{kind}, &at); if (!a{i}) return 0;")
            # syscall arguments are numbered by literals
            call.append("1" if "CT_SYSCALL_ARG" in body or a in ("argnum", "n") and "ct_argument" in body
                        else f"a{i}" if t == "string" else f"*a{i}")
        code.append(f"  int rc = fn_{index}({', '.join(call)});")
        code.append("  *(volatile s64 *)buffer = number + rc; return 0; }" if result != "string"
                    else "  *(volatile s64 *)buffer |= rc; return 0; }")
        out.append("\n".join(code))
        programs.append(name)
    return "\n".join(out), programs


def user_side(path, text):
    out = ['#include "harness.h"',
           "#define CT_MAXSTRINGLEN 512",
           "#define STAP_RETURN(...) do { __VA_OPT__(STAP_RETVALUE = (__VA_ARGS__);) return; } while (0)",
           "#define STAP_ERROR(...) ct::failf(__VA_ARGS__)",
           "#define STAP_PRINTF(...) ct::printf(__VA_ARGS__)"]
    for block in BLOCK.findall(text):
        if "/* harness */" in block:
            out.append(block)
    index = 0
    for name, result, args, body in functions(text):
        if "/* harness */" not in body:
            continue
        params = ", ".join(
            f"{'const char *' if t == 'string' else 's64 '}STAP_ARG_{a}" for a, t in args)
        ret = {"string": "char *STAP_RETVALUE", "long": "s64 &STAP_RETVALUE", "void": ""}[result]
        width = re.search(r"/\* string (\d+) \*/", body)
        out.append(f"#define STAP_RETLEN {width.group(1) if width else 512}")
        out.append(f"void fn_{index}({', '.join(x for x in (ret, params) if x)}) {{\n{body}\n}}")
        out.append("#undef STAP_RETLEN")
        index += 1
    return "\n".join(out), index


def run(command, what):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"FAILED: {what}\n$ {' '.join(command)}\n{done.stdout[-6000:]}{done.stderr[-6000:]}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--load", action="store_true", help="load the BPF objects (root)")
    parser.add_argument("--loader", help="program that loads an object, default: bpftool")
    parser.add_argument("--out")
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    files = [pathlib.Path(f) for f in args.files] or sorted((ROOT / "tapsets").rglob("*.stp"))
    folder = pathlib.Path(args.out or tempfile.mkdtemp(prefix="ct-embedded-"))
    folder.mkdir(parents=True, exist_ok=True)
    include = [f"-iquote{ROOT}/runtime/{d}" for d in ("bpf", "shared", "user/harness")]
    kernel = user = 0
    for path in files:
        text = path.read_text()
        for capacity in CAPACITIES:
            code, programs = kernel_side(path, text, capacity)
            if not programs:
                break
            source = folder / f"{path.stem}.{capacity}.bpf.c"
            source.write_text(code)
            target = source.with_suffix(".o")
            run(["clang", "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-Wall", "-Werror",
                 "-D__TARGET_ARCH_x86", "-Wno-unused-function", "-Wno-unused-variable",
                 "-Wno-unused-const-variable", "-Wno-unused-label",
                 *include, "-I/usr/include/x86_64-linux-gnu", "-c",
                 str(source), "-o", str(target)], f"{path.name}, kernel side")
            if args.load:
                pin = f"/sys/fs/bpf/ct-embedded-{path.stem}"
                run(["bpftool", "prog", "loadall", str(target), pin],
                    f"{path.name}, loading with strings of {capacity}: "
                    + ", ".join(f"program_{i} {n}" for i, n in enumerate(programs)))
                subprocess.run(["rm", "-r", pin], check=True)
            kernel += capacity == CAPACITIES[0] and len(programs)
        code, count = user_side(path, text)
        if count:
            source = folder / f"{path.stem}.cpp"
            source.write_text(code)
            run(["g++", "-std=c++20", "-O0", "-Wall", "-Werror", "-Wno-unused-function",
                 "-Wno-unused-variable", *include, "-c", str(source), "-o",
                 str(source.with_suffix(".o"))], f"{path.name}, user side")
            user += count
    print(f"{len(files)} files: {kernel} kernel-side bodies, {user} user-side bodies")


if __name__ == "__main__":
    main()
