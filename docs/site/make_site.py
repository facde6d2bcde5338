"""Makes the static site of README.md and the pages under docs/ and examples/: make_site.py FOLDER. The site is FOLDER/html.

The pages are plain Markdown as GitHub reads it. What mkdocs reads otherwise is written for it into FOLDER/pages:
- a block of code has one word that says what it is (tests/docs/run_page.py has more);
- a list within a list is indented by four;
- a list has an empty line before it.
A script, or another source that a page links to, becomes a page of its own, which the search finds as well.

A browser that has no server reads no search index and starts no worker from a file. search/offline.js has both as texts.
mkdocs ends with an error at a link to a page that is not there (--strict).
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGES = ["README.md", "docs/*.md", "examples/*/README.md"]
FILES = ["LICENSE", "docs/*.svg"]
SOURCES = ["examples/*.stp", "examples/*/*.stp", "examples/*/*.c", "examples/*/*.service", "docs/*.c", "docs/*.json", "tapsets/*.shapes"]
SOURCE_LINK = re.compile(r"(\]\((?!https?:)[^)#]+\.(?:stp|c|json|service|shapes))\)")
BLOCK = re.compile(r"(^```.*?^```$)", re.M | re.S)
OFFLINE = """// Made by docs/site/make_site.py: the search without a server.
window.__search = {index: new Promise(done => setTimeout(() => done(INDEX), 0))};
if (location.protocol === "file:") {
  const source = WORKER, FromFile = window.Worker;
  window.Worker = function () { return new FromFile(URL.createObjectURL(new Blob([source]))); };
}
"""


def for_mkdocs(text):
    """The page as mkdocs must have it."""
    parts = BLOCK.split(text)
    for number in range(0, len(parts), 2):
        part = SOURCE_LINK.sub(r"\1.md)", parts[number])
        part = re.sub(r"^ {2,3}(?=[-*] )", "    ", part, flags=re.M)
        parts[number] = re.sub(r"^(?!- | |\||#|<|$)(.*)\n(?=- )", r"\1\n\n", part, flags=re.M)
    for number in range(1, len(parts), 2):
        parts[number] = re.sub(r"^```(\w+) [^\n]*", r"```\1", parts[number])
    return "".join(parts)


def source_page(path):
    """A page that shows a source."""
    return f"# {path.name}\n\n```{path.suffix[1:]}\n{path.read_text().rstrip()}\n```\n"


def put(pages, file, text):
    place = pages / file
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    for old in ("pages", "html", "theme"):
        shutil.rmtree(folder / old, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    for kinds, text_of in ((PAGES, lambda path: for_mkdocs(path.read_text())), (FILES, pathlib.Path.read_text), (SOURCES, source_page)):
        for path in (path for kind in kinds for path in sorted(ROOT.glob(kind))):
            name = str(path.relative_to(ROOT)) + (".md" if kinds is SOURCES else "")
            put(folder / "pages", name, text_of(path))
    shutil.copytree(HERE / "theme", folder / "theme")
    shutil.copy(HERE / "mkdocs.yml", folder)
    # With --quiet it would see no warnings, and --strict would mean nothing.
    made = subprocess.run(["mkdocs", "build", "--strict", "--config-file", folder / "mkdocs.yml"], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"{made.stdout}{made.stderr}make_site.py: mkdocs made no site")
    html = folder / "html"
    worker = next(html.glob("assets/javascripts/workers/search.*.min.js"))
    index = json.loads((html / "search/search_index.json").read_text())
    # A text in a script ends at "</script"; this one is a file of its own, but nothing keeps it from being put into a page.
    texts = {"INDEX": json.dumps(index), "WORKER": json.dumps(worker.read_text())}
    (html / "search/offline.js").write_text(re.sub("INDEX|WORKER", lambda word: texts[word[0]].replace("</", "<\\/"), OFFLINE))
    print(f"{len(list(html.rglob('*.html')))} pages: {html / 'index.html'}")


main()
