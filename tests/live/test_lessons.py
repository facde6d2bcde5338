"""--lesson: every model answer is right, and every wrong answer gets the hint that its first line names (`# hint: CONDITION`).

What is true of a workload is asked of the workload itself, which is compiled and run here without coretap.
"""
import html
import os
import pty
import re
import subprocess
import tempfile

import live
from live import LiveTest, coretap, run

LESSONS = sorted((live.ROOT / "docs/lessons").glob("[0-9]*"))


def truth_of(lesson):
    """The numbers that the lesson's workload says of itself."""
    if not (lesson / "workload.c").exists():
        return {}
    prog, file = live.TMP / lesson.name, live.TMP / (lesson.name + ".truth")
    subprocess.run(["gcc", "-static", "-o", prog, lesson / "workload.c"], check=True)
    subprocess.run([prog], check=True, env={"CORETAP_TRUTH": str(file)}, stdout=subprocess.DEVNULL)
    return dict(line.split("=") for line in file.read_text().splitlines())


def rows_of(lesson):
    """The rows before the text: by condition the hints, and the title."""
    head = (lesson / "lesson.txt").read_text().split("\n---\n")[0]
    return dict(re.findall(r"^hint (.*?) => (.*)$", head, re.M)), re.search(r"^title: (.*)$", head, re.M)[1]


class Lessons(LiveTest):
    def test_list(self):
        shown = self.lines(coretap("--lesson"))
        self.assertEqual([line.split(None, 1) for line in shown[:-1]],
                         [[str(int(lesson.name[:2])), rows_of(lesson)[1]] for lesson in LESSONS])
        self.assertGreaterEqual(len(LESSONS), 16)

    def test_text(self):
        for lesson in LESSONS:
            number = str(int(lesson.name[:2]))
            shown = self.ok(coretap("--lesson", number))
            self.assertTrue(shown.startswith(f"Lesson {number}: {rows_of(lesson)[1]}\n"))
            self.assertIn((lesson / "lesson.txt").read_text().split("\n---\n")[1], shown)
            self.assertRegex(shown, r"\nTask: ")

    def test_answers(self):
        for lesson in LESSONS:
            number = str(int(lesson.name[:2]))
            truth, (hints, _) = truth_of(lesson), rows_of(lesson)
            answers = sorted((lesson / "answers").glob("*.stp"))
            self.assertGreaterEqual(len(answers), 3, lesson)
            for answer in answers:
                with self.subTest(lesson=lesson.name, answer=answer.name):
                    result = coretap("--lesson", number, answer)
                    # What races on purpose is warned of.
                    if "less {calls}" in answer.read_text():
                        self.assertRegex(result.stderr, r"\AWARNING \[racing-update\]: updates of 'n' may be lost .*\n( .*\n)+\Z")
                    else:
                        # A probe of all processes meets calls that began before it was there.
                        self.assertRegex(result.stderr, r"\A(WARNING: \d+ returns were not handled, .*\n)?\Z")
                    if answer.name == "model.stp":
                        self.assertEqual((result.returncode, result.stdout), (0, f"Right. Lesson {number} is done.\n"))
                        continue
                    condition = re.match(r"# hint: (.*)\n", answer.read_text())[1]
                    hint = re.sub(r"\{(\w+)\}", lambda name: truth[name[1]], hints[condition])
                    self.assertEqual((result.returncode, result.stdout.splitlines()[-1]), (1, "Hint: " + hint))

    def test_other_answers(self):
        """Those that are not answers at all."""
        for text, words in (('probe begin { println("hell") exit() }', "one word hello"),
                            ('probe begin { println("hello") println("hello") exit() }', "one word hello"),
                            ('probe begin { for (i = 0; i < 3000; i++) println("' + "long" * 100 + '") exit() }', "which is not an answer"),
                            ('probe begin { error("no") }', "It did not run to its end")):
            result = coretap("--lesson", "1", "-e", text)
            self.assertEqual(result.returncode, 1, text)
            self.assertIn(words, result.stdout)
        result = coretap("--lesson", "1", "-e", "probe begin { nonesuch() }")
        self.assertEqual(result.returncode, 1)
        self.assertIn("[unknown-function]", result.stderr)
        self.assertIn("Hint: It did not run to its end", result.stdout)
        # Blanks and empty lines do not matter.
        self.assertEqual(coretap("--lesson", "1", "-e", 'probe begin { print("\\n  hello \\n\\n") exit() }').returncode, 0)

    def test_what_is_shown(self):
        """A histogram is shown in its lines, as the script printed it; what would change the terminal is written out."""
        rows = ["value |--- count", "    0 |@@@@   4"]
        result = coretap("--lesson", "1", "-e", "probe begin { println(%s) println(%s) exit() }" % tuple(f'"{row}"' for row in rows))
        self.assertEqual(result.stdout.splitlines()[:3], ["Not yet. Your script printed:", *rows])
        result = coretap("--lesson", "1", "-e", 'probe begin { println("a\\033[2J") exit() }')
        self.assertEqual(result.stdout.splitlines()[0], "Not yet. Your script printed: a\\033[2J")

    def test_endless(self):
        """An answer that does not end is refused by the limit of its handler or of the run."""
        result = coretap("--lesson", "1", "-e", "probe begin { while (1) n++ }", timeout=90)
        self.assertEqual(result.returncode, 1)
        self.assertIn("Hint: It did not run to its end", result.stdout)
        self.assertIn("MAXACTION", result.stderr)

    def test_without_root(self):
        """Lesson 1 needs no rights; the others say that they need root, and what works without."""
        for folder in (live.TMP, live.TMP / "cache"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o777)
        nobody = {"user": 65534, "group": 65534, "extra_groups": [], "env": {**live.os.environ, "HOME": "/nonexistent", "CORETAP_CACHE_DIR": str(live.TMP / "of_nobody")}}
        result = coretap("--lesson", "1", "-e", 'probe begin { println("hello") exit() }', **nobody)
        self.assertEqual((result.returncode, result.stdout), (0, "Right. Lesson 1 is done.\n"), result.stderr)
        result = coretap("--lesson", "6", "-e", (LESSONS[5] / "answers/model.stp").read_text(), **nobody)
        self.assertEqual(result.returncode, 1)
        self.assertIn("This lesson needs root; lesson 1 does not.", result.stdout)

    def test_editor(self):
        """On a terminal the answer is written in $EDITOR until it is right: here a wrong and then a right one. The file stays."""
        with tempfile.TemporaryDirectory() as folder:
            editor = live.TMP / "editor.sh"
            # Both halves begin with the task, which is a comment.
            editor.write_text('grep -q "^# Task: " "$2" || exit 1\nif grep -q help "$2"; then sed -i s/help/hello/ "$2"\n'
                              'else echo \'probe begin { println("help") exit() }\' >> "$2"; fi\n')
            leader, follower = pty.openpty()
            try:
                with subprocess.Popen([live.CORETAP, "--lesson", "1"], stdin=follower, stdout=follower, stderr=subprocess.PIPE, cwd=folder,
                                      env={**os.environ, "EDITOR": f"sh {editor} -option", "VISUAL": ""}) as process:
                    os.write(leader, b"\n\n")
                    self.assertEqual((process.wait(60), process.stderr.read()), (0, b""))
                shown = os.read(leader, 65536).decode()
            finally:
                os.close(leader)
                os.close(follower)
            self.assertLess(shown.index("Task: "), shown.index("Not yet. Your script printed: help"))
            self.assertEqual(shown.split("\r\n")[-2], "Right. Lesson 1 is done.")
            self.assertEqual(os.listdir(folder), ["lesson-1.stp"])
            text = (live.pathlib.Path(folder) / "lesson-1.stp").read_text()
            self.assertTrue(text.startswith("# Lesson 1: ") and text.endswith('probe begin { println("hello") exit() }\n'), text)

    def test_editor_that_fails_and_no_terminal(self):
        leader, follower = pty.openpty()
        try:
            with subprocess.Popen([live.CORETAP, "--lesson", "1"], stdin=follower, stdout=follower, stderr=subprocess.PIPE, cwd=live.TMP,
                                  env={**os.environ, "EDITOR": "false"}) as process:
                os.write(leader, b"\n")
                self.assertEqual(process.wait(60), 1)
                self.assertIn(b"[lesson-run]: the lesson cannot be run: the editor 'false' failed", process.stderr.read())
        finally:
            os.close(leader)
            os.close(follower)
        result = coretap("--lesson", "1", env={**os.environ, "EDITOR": "false"})
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_pages(self):
        """Each lesson is a page, which a program for Markdown turns into a page with the text, its code as code, and the workload."""
        folder = live.TMP / "pages"
        self.assertEqual(self.ok(coretap("--lesson", "export", folder)), "")
        self.assertEqual({path.stem for path in folder.iterdir()}, {lesson.name for lesson in LESSONS} | {"README"})
        index = (folder / "README.md").read_text()
        for lesson in LESSONS:
            self.assertIn(f"]({lesson.name}.md)", index)
            made = subprocess.run(["lowdown", "-thtml", "--out-no-smarty", folder / f"{lesson.name}.md"],
                                  stdout=subprocess.PIPE, check=True, text=True).stdout
            words = " ".join(html.unescape(re.sub(r"<[^>]*>", "", made)).split())
            text = (lesson / "lesson.txt").read_text().split("\n---\n")[1]
            for part in text.split("\n\n") + ([(lesson / "workload.c").read_text()] if (lesson / "workload.c").exists() else []):
                self.assertIn(" ".join(part.split()), words)
            self.assertNotIn(" ".join((lesson / "answers/model.stp").read_text().split()), words)
        again = coretap("--lesson", "export", folder)
        self.assertEqual((again.returncode, again.stdout), (1, ""))
        self.assertIn("[lesson-pages]: the pages cannot be written: ", again.stderr)
        self.assertIn("File exists", again.stderr)
        self.assertIn("takes a folder", coretap("--lesson", "export").stderr)

    def test_refused(self):
        for arguments, words in ((["99"], "[no-such-lesson]: there is no lesson '99'"), (["x"], "[no-such-lesson]"),
                                 (["1", "a.stp", "b.stp"], "--lesson takes a number and one script")):
            result = coretap("--lesson", *arguments)
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertIn(words, result.stderr)
        without_gcc = live.TMP / "bin"
        without_gcc.mkdir()
        result = coretap("--lesson", "2", LESSONS[1] / "answers/model.stp", env={**live.os.environ, "PATH": str(without_gcc)})
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("[lesson-run]: the lesson cannot be run: gcc", result.stderr)


if __name__ == "__main__":
    live.main()
