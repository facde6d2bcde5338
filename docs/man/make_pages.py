#!/usr/bin/env python3
"""Makes the manual pages of what the pages under docs/ and the compiler's table of options say.

usage: make_pages.py CORETAP VERSION FOLDER     writes FOLDER/man1/coretap.1.gz and so on
       make_pages.py --list                     prints the names of the files that it writes

Nothing is said twice: coretap(1) is docs/man/coretap.1.md with the options of `coretap --dump-options`, the pages of section 5 are
docs/probes.md, docs/language.md and docs/functions.md, and error::pass1(7) to error::pass5(7) are the tables of docs/diagnostics.md.
lowdown turns Markdown into a manual page. What is done here is to make pages for a screen of 80 columns of pages for a browser:

- tables become lists of definitions, without the columns that name tests;
- links become references to other manual pages, or just their text;
- what is between <!-- repository --> and <!-- end --> is left out: it is for those who have the sources;
- so is a line whose only subject is the test that proves what is said.
"""
import gzip
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

PAGES_OF = {"probes.md": "coretap-probes(5)", "language.md": "coretap-language(5)", "functions.md": "coretap-functions(5)",
            "diagnostics.md": "error::pass2(7)"}
SECTION_5 = {
    "coretap-probes": ("probes.md", "probe points of coretap"),
    "coretap-language": ("language.md", "the script language of coretap"),
    "coretap-functions": ("functions.md", "tapset functions and probe aliases of coretap"),
}
# What each pass does, and which sections of docs/diagnostics.md have what can stop it.
PASSES = {
    1: ("the script is read and parsed", ["Text and preprocessor", "Grammar"]),
    2: ("probe points, names and types are looked up",
        ["Probe points and what they name", "Names, types and sides", "Unused code", "Target variables"]),
    3: ("the script is translated to C and C++", ["Names, types and sides", "Target variables"]),
    4: ("what was generated is compiled", ["Command line, files, compiler"]),
    5: ("the script runs", ["While the script runs"]),
}
FILES = ["man1/coretap.1", *(f"man5/{name}.5" for name in SECTION_5), *(f"man7/error::pass{number}.7" for number in PASSES)]

FOR_TESTS = {"Golden", "Kernel test", "User test", "Live test", "Test"}
LEFT_OUT = re.compile(r"<!-- repository -->\n.*?<!-- end -->\n|<!--(?!.*repository).*?-->\n?", re.S)
# A sentence has its own line. This one only names a test.
ABOUT_A_TEST = re.compile(r"The tests? (?:is|are) .*|`test_\w+` .*")
NAMED_TEST = re.compile(r" ?\(`test_[^)]*\)|(?:,| in) `test_[\w.]+`")
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
CELL = re.compile(r"(?<!\\)\|")


def flat(lines):
    """Links and what is code: for text outside of blocks."""
    def reference(match):
        page = PAGES_OF.get(match[2].split("#")[0].split("/")[-1])
        return page if page and match[1].strip("`").endswith(".md") else f"{match[1]}, {page}" if page else match[1]

    def outside_of_code(text):
        return "".join(part if part.startswith("`") else part.replace("<", "\\<") for part in re.split(r"(`[^`]*`)", text))
    return [outside_of_code(LINK.sub(reference, NAMED_TEST.sub("", line))) for line in lines]


def cells(row):
    return [cell.strip().replace("\\|", "|") for cell in CELL.split(row.strip().strip("|"))]


def definitions(rows):
    """A table as a list of definitions: the first column is what is defined."""
    header = cells(rows[0])
    kept = [i for i, title in enumerate(header) if i > 0 and title not in FOR_TESTS]
    titles = [header[i] for i in kept]
    made = []
    for row in rows[2:]:
        row = cells(row)
        values = [row[i] if i < len(row) else "" for i in kept]
        if titles == ["Kernel side", "User side"]:
            words = [f"both sides: {values[0]}" if values[0] == values[1] else f"kernel side: {values[0]}; user side: {values[1]}"]
        else:
            words = [value if i == 0 else f"*{title}*: {value}" for i, (title, value) in enumerate(zip(titles, values)) if value]
        made += [row[0], ": " + (". ".join(words) or "none"), ""]
    return made


def functions(text):
    """The items of docs/functions.md as a list of definitions."""
    def definition(match):
        head, words = " ".join(match[1].split()), " ".join(match[2].split())
        return f"{head}\n: {words}\n\n"
    return re.sub(r"^- ((?:`[^`]+`(?:,\s+)?)+(?:\s\(\w+\))?):\s(.+?)\n(?=- |\n|\Z)", definition, text, flags=re.M | re.S)


def converted(text):
    """Markdown of docs/ as that of a manual page."""
    made, table, in_code = [], [], False
    for line in LEFT_OUT.sub("", text).split("\n"):
        if line.startswith("|") and not in_code:
            table.append(line)
            continue
        if table:
            made += flat(definitions(table))
            table = []
        if line.startswith("```"):
            in_code = not in_code
            line = "```"  # without the language
        elif not in_code:
            if line.startswith("# ") or ABOUT_A_TEST.match(line):
                continue
            (line,) = flat([re.sub(r"^#(#+ )", r"\1", line)])
        made.append(line)
    return "\n".join(made)


def sections(text):
    """The sections of a page by their titles."""
    parts = re.split(r"^## (.*)\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def options(coretap):
    """The options as a list of definitions."""
    table = subprocess.run([coretap, "--dump-options"], capture_output=True, text=True, check=True).stdout
    made, last = [], None
    for row in table.splitlines():
        group, letter, name, value, _, _, text = row.split("\t")
        if group != last:
            made.append(f"## {group}\n")
            last = group
        spelled = [f"**{each.replace('--', chr(92) + '--')}**" for each in (letter, name) if each]
        head = ", ".join(spelled)
        if value.startswith("["):
            head += f"[=*{value[1:-1]}*]"
        elif value != "-":
            head += ("=" if name else " ") + f"*{value}*"
        made.append(f"{head}\n: {' '.join(flat([text]))}\n")
    return "\n".join(made)


def see_also(own):
    names = [re.sub(r"man\d/(.*)\.(\d)$", r"\1(\2)", name) for name in FILES]
    others = [name for name in names if name != own and not name.startswith("error::")] + ["error::pass1(7)", "stap(1)"]
    return "\n# SEE ALSO\n\n" + ", ".join(f"**{name.split('(')[0]}**({name.split('(')[1]}" for name in others) + "\n"


def page_texts(coretap):
    """The Markdown of each page."""
    yield FILES[0], (DOCS / "man/coretap.1.md").read_text().replace("@OPTIONS@", options(coretap))
    for name, (source, title) in SECTION_5.items():
        text = (DOCS / source).read_text()
        body = functions(converted(text)) if source == "functions.md" else converted(text)
        yield f"man5/{name}.5", f"# NAME\n\n{name} - {title}\n\n# DESCRIPTION\n\n{body}"
    parts = sections((DOCS / "diagnostics.md").read_text())
    unused = set(parts) - {title for _, titles in PASSES.values() for title in titles}
    assert not unused, f"docs/diagnostics.md: no pass has {unused}"
    for number, (does, titles) in PASSES.items():
        body = "".join(converted(f"## {title}\n{parts[title]}") for title in titles)
        yield f"man7/error::pass{number}.7", (
            f"# NAME\n\nerror::pass{number} - what stops pass {number} of coretap\n\n# DESCRIPTION\n\n"
            f"In pass {number} {does}.\nWhat can stop it is below, by the id that each message has in brackets.\n"
            f"A run tells the errors that a pass finds, but what depends on something wrong is not looked at: names and variables, where a probe point is wrong.\n\n{body}")


def with_emphasis(text):
    """lowdown does not see emphasis directly behind one of these characters, and shows the asterisks. Behind their escapes it does."""
    parts = re.split(r"(```.*?```|`[^`\n]*`)", text, flags=re.S)  # each second one is code
    return "".join(part if i % 2 else re.sub(r'(?<!\\)([=\["|])(?=\*+[^*\s])', r"\\\1", part) for i, part in enumerate(parts))


def render(path, version, text):
    name, section = path.split("/")[1].rsplit(".", 1)
    text += see_also(f"{name}({section})")
    text = with_emphasis(text).replace("…", "...")  # a terminal without UTF-8 would show nothing
    # Without a date: the page is that of the version, whenever it was made.
    return subprocess.run(["lowdown", "-s", "-Tman", "--out-no-smarty", "--nroff-nolinks", "--parse-no-metadata",
                           "--parse-no-intraemph", "--parse-no-super", "-M", f"title={name}", "-M", f"section={section}",
                           "-M", f"source=coretap {version}", "-M", "volume=coretap"],
                          input=text, capture_output=True, text=True, check=True).stdout


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(FILES))
        return
    coretap, version, folder = sys.argv[1:]
    for path, text in page_texts(coretap):
        target = pathlib.Path(folder) / f"{path}.gz"
        target.parent.mkdir(parents=True, exist_ok=True)
        # Without a time and a name in it, as Debian wants it: the same page is the same file.
        target.write_bytes(gzip.compress(render(path, version, text).encode(), mtime=0))


if __name__ == "__main__":
    main()
