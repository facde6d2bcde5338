"""The page of --explain in a browser: what its script marks is what the links say. Skipped without chromium."""
import shutil
import sys

import live
from live import TMP, LiveTest, build, run
from test_explain import SCRIPT, explain, Page


class Browser(LiveTest):
    def test_marks_are_what_the_links_say(self):
        path = TMP / "in_browser.stp"
        path.write_text(SCRIPT.replace("PROG", build("loop", "-O2")))
        page = explain(path)
        wanted = [next(item for item in page.origins if item.startswith(letter)) for letter in "tvygfkb"]
        for chosen in wanted:
            with self.subTest(chosen):
                result = run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--enable-logging=stderr",
                             f"--user-data-dir={TMP}/browser", f"file://{TMP}/page.html#{chosen}", timeout=120)
                self.assertNotIn("CONSOLE", result.stderr)
                shown = Page(result.stdout)
                marked = {kind: {item for item, element in shown.elements.items() if kind in element["class"]}
                          for kind in ("chosen", "origin", "result")}
                self.assertEqual(marked["chosen"], {chosen})
                self.assertEqual(marked["origin"], page.came_from(chosen))
                self.assertEqual(marked["result"], page.became(chosen))


if __name__ == "__main__":
    if not shutil.which("chromium"):
        print("SKIPPED: there is no chromium (apt-get install chromium)")
        sys.exit(77)
    live.main()
