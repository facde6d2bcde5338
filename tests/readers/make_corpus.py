#!/usr/bin/env python3
"""Makes the undamaged files of the corpus, corpus/*/whole-*: make_corpus.py

They are checked in, because other compilers make other files, and because some need what the tests do not (gcc -m32). A change of
programs/ is a reason to run this. What fuzzing found (corpus/*/found-*) is not touched.
"""

import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LARGEST = 10240  # bytes of an object: what is small is changed in more ways in the same time
LINK = "-shared -nostdlib -fPIC -Wl,-z,noseparate-code -Wl,--build-id -Wl,--hash-style=gnu -Wl,-z,norelro"

# The reader's corpus, the file's name, and how it is made of what {c}, {cpp}, {marks} and {rules} are.
FILES = [
    ("elf", "library", "gcc -O1 {link} -o out {c} && strip out"),
    ("elf", "lazy", "gcc -O1 {link} -Wl,-z,lazy -fcf-protection -o out {c} && strip out"),
    ("elf", "program", "gcc -O1 -nostdlib -no-pie -Wl,-e,main -Wl,--unresolved-symbols=ignore-all {program} -o out {c}"),
    ("elf", "i386", "gcc -m32 -O1 {link} -o out {c} && strip out"),
    ("elf", "separate", "gcc -g -O1 {link} -o all {c} && objcopy --only-keep-debug --compress-debug-sections all apart && "
     "strip -o object all && objcopy --add-gnu-debuglink=apart object && cat object apart >out"),
    ("dwarf", "gcc-2", "gcc -gdwarf-2 -gno-variable-location-views -O1 {link} -o out {c}"),
    ("dwarf", "gcc-4-types", "gcc -gdwarf-4 -fdebug-types-section -O2 {link} -o out {c}"),
    ("dwarf", "gcc-5", "gcc -gdwarf-5 -O2 {link} -o out {c}"),
    ("dwarf", "gcc-unoptimised", "gcc -gdwarf-5 -O0 {link} -o out {c}"),
    ("dwarf", "gcc-compressed", "gcc -gdwarf-5 -O2 -gz {link} -o out {c}"),
    ("dwarf", "without-dwo", "gcc -gdwarf-5 -gsplit-dwarf -O2 {link} -o out {c}"),
    ("dwarf", "gcc-i386", "gcc -m32 -gdwarf-4 -O1 {link} -o out {c}"),
    ("dwarf", "gcc-c++", "g++ -gdwarf-5 -O1 {link} -o out {cpp}"),
    ("dwarf", "clang-5", "clang -gdwarf-5 -O1 {link} -o out {c}"),
    ("dwarf", "clang-4", "clang -gdwarf-4 -O2 {link} -o out {c}"),
    ("dwarf", "clang-c++", "clang++ -gdwarf-5 -O1 {link} -o out {cpp}"),
    ("dwarf", "dwz", "gcc -gdwarf-4 -O1 {link} -o one {c} && gcc -gdwarf-4 -O2 {link} -o two {c} && dwz -m shared one two && "
     "objcopy --only-keep-debug shared && cat one shared >out"),
    ("sdt", "gcc", "gcc -O1 {link} -o out {marks} && strip out"),
    ("sdt", "clang", "clang -O2 {link} -o out {marks} && strip out"),
    ("sdt", "i386", "gcc -m32 -idirafter /usr/include/x86_64-linux-gnu -O1 {link} -o out {marks32} && strip out"),
    ("eh_frame", "rules", "gcc {link} -o out {rules}"),
    ("eh_frame", "debug-frame", "(echo .cfi_sections .debug_frame; cat {rules}) >rules.s && gcc {link} -o out rules.s"),
    ("eh_frame", "c", "gcc -g1 -O2 -fomit-frame-pointer {link} -o out {c}"),
    ("eh_frame", "c++", "g++ -O1 {link} -o out {cpp} && strip out"),
    ("eh_frame", "clang", "clang++ -O1 {link} -o out {cpp} && strip out"),
]


def main() -> None:
    programs = HERE / "programs"
    with tempfile.TemporaryDirectory() as folder:
        # For i386, the marks without the operands that are written for x86-64.
        marks = (programs / "marks.c").read_text()
        pathlib.Path(folder, "marks32.c").write_text(
            "\n".join(line for line in marks.splitlines() if "WRITTEN(forms" not in line and "WRITTEN(more" not in line))
        for reader, name, command in FILES:
            words = {"link": LINK, "c": programs / "small.c", "cpp": programs / "small.cpp", "marks": programs / "marks.c",
                     "rules": programs / "rules.s", "marks32": "marks32.c",
                     "program": "-Wl,-z,noseparate-code -Wl,--build-id"}
            subprocess.run(["bash", "-e", "-c", command.format(**words)], cwd=folder, check=True)
            made = pathlib.Path(folder, "out").read_bytes()
            # The .dwo file that belongs to the object is not in the corpus.
            kept = name if name.startswith("without") else f"whole-{name}"
            print(f"{reader}/{kept}: {len(made)} bytes")
            assert len(made) <= LARGEST * made.count(b"\x7fELF"), "too large for the corpus"
            target = HERE / "corpus" / reader / kept
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(made)


main()
