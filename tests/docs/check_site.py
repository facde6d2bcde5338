"""The site of the pages (./dev site) is whole: check_site.py.

- Every link of every page leads to a file of the site, and to a heading that is there; nothing is loaded from elsewhere.
- A link to a page that is not there ends the making of the site.
- In Chromium, without a server: no page tells the console of an error, loads anything from the net, or is wider than a phone; the search finds
  a word of the cookbook.

Exit 77: mkdocs or Chromium is not installed.
"""
import html.parser
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
PHONE = 360
LOADED = {("link", "href"), ("script", "src"), ("img", "src")}
# The theme loses its index if somebody types before the search is ready, so that nobody does here.
READY = "document.querySelector('.md-search-result__meta').textContent.trim() == 'Type to start searching'"
# A key that is released makes the search look.
SEARCH = """document.querySelector('.md-search__input').dispatchEvent(new KeyboardEvent('keyup', {bubbles: true})),
[...document.querySelectorAll('.md-search-result__item a')].map(link => link.href).join(' ')"""


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.names = [], {""}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") and (tag, name) != ("link", "canonical"):
                self.links.append((tag, name, value or ""))
            if name in ("id", "name"):
                self.names.add(value)


def check_links(site):
    """What is wrong with the links of the site, and how many there are."""
    pages = {path: Page(path.read_text()) for path in sorted(site.rglob("*.html"))}
    faults, count = [], 0
    for path, page in pages.items():
        if path.name == "404.html":
            continue  # a server shows it wherever it likes; its links begin with "/"
        for tag, name, link in page.links:
            count += 1
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                if (tag, name) in LOADED:
                    faults.append(f"{path.relative_to(site)} loads {link}")
                continue
            target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                faults.append(f"{path.relative_to(site)}: there is no {link}")
            elif target in pages and urllib.parse.unquote(parts.fragment) not in pages[target].names:
                faults.append(f"{path.relative_to(site)}: {link} has no such heading")
    return faults, count


def check_browser(site):
    """What a browser says of the site."""
    faults = []
    pages = [path for path in sorted(site.rglob("*.html")) if path.name != "404.html"]
    with browser.Browser() as chromium:
        chromium.set_width(PHONE)
        for path in pages:
            chromium.open(path.as_uri())
            wide = chromium.value("document.documentElement.scrollWidth")
            if wide > PHONE:
                faults.append(f"{path.relative_to(site)} is {wide} pixels wide, and a phone {PHONE}")
            if not chromium.value("document.querySelector('article h1').innerText.length"):
                faults.append(f"{path.relative_to(site)} has no heading")
        chromium.set_width(1200)
        chromium.open((site / "index.html").as_uri())
        chromium.value("document.querySelector('.md-search__input').focus()")
        if not chromium.wait(READY):
            faults.append("the search does not become ready")
        chromium.ask("Input.insertText", text="rename")
        found = chromium.wait(SEARCH) or ""
        if "docs/cookbook.html" not in found:
            faults.append(f"the search finds: {found}")
        faults += [f"the console is told: {text}" for text in sorted(set(chromium.said))]
        faults += [f"{address} is loaded" for address in sorted(set(chromium.asked)) if urllib.parse.urlsplit(address).scheme not in ("file", "data", "blob")]
    assert len(pages) > 60 and chromium.asked, "nothing was looked at"
    return faults


def main():
    for tool in ("mkdocs", "chromium"):
        if not shutil.which(tool):
            print(f"*** SKIPPED: {tool} is not installed ***", file=sys.stderr)
            sys.exit(77)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-site-"))
    make = [sys.executable, ROOT / "docs/site/make_site.py", folder]
    subprocess.run(make, check=True)
    faults, count = check_links(folder / "html")
    faults += check_browser(folder / "html")
    page = folder / "pages/docs/tutorial.md"
    page.write_text(page.read_text() + "\n[nowhere](nowhere.md)\n")
    broken = subprocess.run(["mkdocs", "build", "--strict", "--config-file", folder / "mkdocs.yml"], capture_output=True, text=True)
    if broken.returncode == 0 or "nowhere.md" not in broken.stdout + broken.stderr:
        faults.append("a link to a page that is not there is not noticed")
    shutil.rmtree(folder)
    print("\n".join(faults) or f"{count} links")
    sys.exit(1 if faults else 0)


main()
