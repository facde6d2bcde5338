"""`coretap --language-server`, driven by a client: test_language_server.py CORETAP.

Answers are compared with what the compiler prints on the command line, with the texts of scripts and tapsets, and with gcc's program.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from lsp_client import Client

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORETAP = pathlib.Path(sys.argv[1]).resolve()
PROGRAM = """struct point { int x, y; };
struct line { struct point *from, *to; long width; };
int length(struct line *l, int scale) { return (l->to->x - l->from->x) * scale; }
int main(int argc, char **argv) {
  struct point a = {1, 2}, b = {3, 4};
  struct line l = {&a, &b, 7};
  return length(&l, argc);
}
"""


def coretap(*arguments):
    return subprocess.run([CORETAP, *arguments], capture_output=True, text=True, timeout=300)


class LanguageServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        (cls.folder / "prog.c").write_text(PROGRAM)
        cls.program = cls.folder / "prog"
        subprocess.run(["gcc", "-g", "-O0", "-o", cls.program, "prog.c"], cwd=cls.folder, check=True)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def client(self, text=None, name="script.stp", **more):
        client = Client(CORETAP, **more)
        self.addCleanup(client.__exit__)
        if text is not None:
            client.open(self.folder / name, text)
        return client

    # ---------------------------------------------------------------- the life of a server

    def test_it_starts_and_ends_as_the_protocol_says(self):
        client = self.client(initialize=False)
        self.assertEqual(client.request("textDocument/hover", {})["error"]["code"], -32002)
        answer = client.ask("initialize", {"capabilities": {}})
        self.assertEqual(answer["capabilities"]["positionEncoding"], "utf-16")
        self.assertEqual(client.request("initialize", {"capabilities": {}})["error"]["code"], -32600)
        self.assertIsNone(client.ask("shutdown", None))
        self.assertEqual(client.request("textDocument/hover", {})["error"]["code"], -32600)
        client.tell("exit", None)
        self.assertEqual((client.run.wait(60), client.run.stderr.read()), (0, b""))

    def test_without_shutdown_the_exit_status_is_1(self):
        client = self.client()
        client.tell("exit", None)
        self.assertEqual(client.run.wait(60), 1)
        client = self.client()
        client.run.stdin.close()
        self.assertEqual(client.run.wait(60), 1)

    # ---------------------------------------------------------------- diagnostics

    def test_diagnostics_are_those_of_the_compiler(self):
        for text in ("probe begin { if ( }\n", "probe begin { prinln(1) }\n", "probe begin { a = 1; a = \"s\"; println(a) }\n",
                     'probe process("%s").function("lenth") { }\n' % self.program,
                     'probe process("%s").function("length") { println($scal) }\n' % self.program,
                     "probe begin { nothing = 1 println(2) }\n", "probe begin { println(\"\u00e4\U0001f600\", nothing()) }\n"):
            path = self.folder / "wrong.stp"
            path.write_text(text)
            printed = coretap("-p2", path)
            told = re.findall(r"^(?:parse error|semantic error|WARNING|ERROR) \[([a-z-]+)\]: (.*?)(?:: at \S+:(\d+):(\d+))?$",
                              printed.stderr, re.M)
            self.assertTrue(told, printed.stderr)
            for encodings in (["utf-8", "utf-16"], None):
                client = self.client(text, "wrong.stp", encodings=encodings)
                found = []
                for each in client.diagnostics():
                    start = each["range"]["start"]
                    line = text.split("\n")[start["line"]]
                    # Columns of the command line count bytes.
                    before = (line.encode()[: start["character"]] if encodings
                              else line.encode("utf-16-le")[: 2 * start["character"]].decode("utf-16-le").encode())
                    found.append((each["code"], each["message"].split("\n")[0], str(start["line"] + 1), str(len(before) + 1)))
                    self.assertEqual(each["source"], "coretap")
                said = [one for one in told if one[0] not in ("pass-failed",)]
                self.assertEqual(sorted(found), sorted(said), printed.stderr)

    def test_a_change_is_followed_and_a_closed_document_has_none(self):
        client = self.client("probe begin { prinln(1) }\n")
        self.assertEqual([each["code"] for each in client.diagnostics()], ["unknown-function"])
        client.change({"range": {"start": {"line": 0, "character": 18}, "end": {"line": 0, "character": 18}}, "text": "t"})
        self.assertEqual(client.diagnostics(), [])
        # Several in one message, each in the text that the one before left; then the whole text.
        client.change({"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "# \u00e4\U0001f600\n"},
                      {"range": {"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 5}}, "text": "x\nglobal g = nothing"})
        self.assertEqual([each["range"]["start"]["line"] for each in client.diagnostics()], [1])
        client.change({"text": "probe end { exit() }\n"})
        self.assertEqual(client.diagnostics(), [])
        client.tell("textDocument/didClose", client.document())
        client.version = None
        self.assertEqual(client.diagnostics(), [])
        self.assertEqual(client.request("textDocument/hover", {**client.document(), "position": {"line": 0, "character": 0}})["error"]["code"],
                         -32602)

    def test_every_example_is_without_errors(self):
        client = self.client()
        for path in sorted((ROOT / "examples/tools").glob("*snoop.stp")):
            text = path.read_text()
            client.open(path, text)
            if "process(" not in text:
                self.assertEqual([each for each in client.diagnostics() if each["severity"] == 1], [], path)

    # ---------------------------------------------------------------- completion

    def test_completion_of_probe_points_is_that_of_the_shells(self):
        for written in ("", "ker", "kernel.", "timer.", "syscall.open", 'process("%s").' % self.program,
                        'process("%s").function("' % self.program, 'begin, process("%s").function("le' % self.program):
            shown = coretap("--complete", "-l", written).stdout.splitlines()[1:]
            self.assertTrue(shown, written)
            client = self.client("probe " + written)
            items = client.ask("textDocument/completion", client.at("probe " + written))["items"]
            made = []
            for item in items:
                start = item["textEdit"]["range"]["start"]["character"]
                made.append(("probe " + written)[:start][len("probe "):] + item["textEdit"]["newText"])
            self.assertEqual(sorted(made), sorted(shown), written)

    def test_completion_between_what_the_editor_closed(self):
        """An editor writes the end of a pair with its beginning: what is completed has it once."""
        written = 'probe process("%s").function("le' % self.program
        for behind in ('', '")', '"', ')', '") { println($l) }', ' { }'):
            client = self.client(written + behind)
            items = client.ask("textDocument/completion", client.at(written))["items"]
            edit = next(item["textEdit"] for item in items if item["label"].startswith("length"))
            begin, end = (edit["range"][each]["character"] for each in ("start", "end"))
            made = (written + behind)[:begin] + edit["newText"] + (written + behind)[end:]
            unclosed = behind if behind.startswith(' ') else behind.lstrip('")')
            self.assertEqual(made, 'probe process("%s").function("length")' % self.program + unclosed, behind)

    def test_completion_in_handlers(self):
        text = ('global counted\n@define mine(x) %%( @x + 1 %%)\nfunction mine_too(a) { return a }\n'
                'probe process("%s").function("length")\n{\n  strl\n  $\n  $l->\n  $l->to->\n  @mi\n  cou\n  fore\n}\n' % self.program)
        client = self.client(text)
        found = client.labels("  strl")
        self.assertEqual(set(found), {"strlen"})
        self.assertEqual(found["strlen"]["detail"], "strlen:long (s:string)")
        self.assertIn("length of a string", found["strlen"]["documentation"])
        # What -L says of the same point.
        listed = dict(word.split(":", 1) for word in re.findall(r"\$\w+:[^$\n]*[^$\s]", coretap(
            "-L", 'process("%s").function("length")' % self.program).stdout))
        offered = {label: item["detail"] for label, item in client.labels("  $").items() if not label.startswith("$$")}
        self.assertEqual(offered, listed)
        self.assertEqual(set(listed), {"$l", "$scale"})
        self.assertEqual({label: item["detail"] for label, item in client.labels("  $l->").items()},
                         {"from": "struct point*", "to": "struct point*", "width": "long int"})
        self.assertEqual(set(client.labels("  $l->to->")), {"x", "y"})
        self.assertEqual(set(client.labels("  @mi")), {"@min", "@mine"})
        self.assertEqual(set(client.labels("  cou")), {"counted"})
        self.assertEqual(set(client.labels("  fore")), {"foreach"})
        self.assertIn("mine_too", client.labels("\n  ", 0))

    def test_nothing_is_offered_in_comments_and_strings(self):
        client = self.client('# strl\nprobe begin { println("strl") /* strl */ }\n')
        for mark in ("# strl", '("strl', "/* strl"):
            self.assertEqual(client.labels(mark), {}, mark)

    # ---------------------------------------------------------------- hover and definition

    def test_hover(self):
        text = ('/** Adds.\n */\nfunction add(a, b) { return a + b }\n'
                'probe process("%s").function("length") { println(add($scale, strlen("x")), $l->to->x) }\n'
                "probe kernel.trace(\"sched_switch\") { println($next->pid, execname()) }\n" % self.program)
        client = self.client(text)
        hover = lambda mark: (client.ask("textDocument/hover", client.at(mark, 1)) or {}).get("contents", {}).get("value")
        self.assertIn("add (a, b)", hover("println(add"))
        self.assertIn("Adds.", hover("println(add"))
        self.assertIn("strlen:long (s:string)", hover("strlen"))
        self.assertIn("length of a string", hover("strlen"))
        self.assertIn("$scale: int", hover("$scale"))
        self.assertIn("$l->to: struct point*", hover("$l->to"))
        self.assertIn("$l->to->x: int", hover("$l->to->x"))
        self.assertIn("$next->pid: ", hover("$next->pid"))
        self.assertIsNone(hover("Adds"))

    def test_definitions(self):
        text = ('global counted\n@define twice(x) %%( 2 * @x %%)\nfunction add(a, b) { return a + b }\n'
                'probe mine = begin { }\nprobe mine { counted = add(1, @twice(2)) println(strlen("x"), @offsetof("task_struct", pid)) }\n'
                'probe process("%s").function("length"), syscall.open { println(counted) }\n' % self.program)
        client = self.client(text)

        def target(mark, back=1):
            found = client.ask("textDocument/definition", client.at(mark, back))
            found = found[0] if isinstance(found, list) else found
            path = pathlib.Path(found["uri"].removeprefix("file://"))
            lines = (text if path.name == "script.stp" else path.read_text()).split("\n")
            start, end = found["range"]["start"], found["range"]["end"]
            return path.name, lines[start["line"]], lines[start["line"]][start["character"]:end["character"]]

        self.assertEqual(target("= add"), ("script.stp", text.split("\n")[2], "add"))
        self.assertEqual(target("println(counted"), ("script.stp", "global counted", "counted"))
        self.assertEqual(target("@twice(2", 3), ("script.stp", text.split("\n")[1], "twice"))
        self.assertEqual(target("\nprobe mine", 2)[:2], ("script.stp", "probe mine = begin { }"))
        name, line, word = target("strlen")
        self.assertEqual((name, word), ("string.stp", "strlen"))
        self.assertTrue(line.startswith("function strlen:long (s:string)"))
        self.assertEqual(target("@offsetof")[::2], ("macros.stpm", "offsetof"))
        name, line, _ = target('function("length', 2)
        self.assertEqual((name, line), ("prog.c", PROGRAM.split("\n")[2]))
        name, line, _ = target("syscall.open", 1)
        self.assertTrue(line.startswith("probe syscall.open ="), line)

    # ---------------------------------------------------------------- symbols and formatting

    def test_symbols(self):
        text = "global a, b\nfunction f(x)\n{\n  return x\n}\nprobe n = begin { }\nprobe n, end\n{\n  a = f(b)\n}\n"
        client = self.client(text)
        found = client.ask("textDocument/documentSymbol", client.document())
        self.assertEqual([(each["detail"], each["name"], each["range"]["start"]["line"], each["range"]["end"]["line"]) for each in found],
                         [("global", "a", 0, 0), ("global", "b", 0, 0), ("function", "f", 1, 4), ("probe alias", "n", 5, 5),
                          ("probe", "n, end", 6, 9)])

    def test_formatting_is_that_of_the_command(self):
        text = "probe begin{println( 1 )}# \u00e4\n"
        client = self.client(text)
        edit, = client.ask("textDocument/formatting", {**client.document(), "options": {"tabSize": 2, "insertSpaces": True}})
        self.assertEqual(edit["range"], {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}})
        self.assertEqual(edit["newText"], coretap("--format", "-e", text.rstrip("\n")).stdout)
        client.change({"text": edit["newText"]})
        self.assertEqual(client.ask("textDocument/formatting", client.document()), [])
        client.change({"text": "probe begin {\n"})
        self.assertIsNone(client.ask("textDocument/formatting", client.document()))

    # ---------------------------------------------------------------- what is wrong

    def test_a_bad_message_is_answered_and_the_server_goes_on(self):
        client = self.client("probe begin { println(1) }\n")
        for text, code in ((b"{", -32700), (b"\xff\xfe", -32700), (b"[" * 5000, -32700), (b"[" * 100 + b"]" * 100, -32700), (b"[]", -32600),
                           (b"3", -32600), (b"{}", -32600), (b'{"method": 7}', -32600), (b"", -32700)):
            client.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
            message = client.read()
            while "error" not in message:
                message = client.read()
            self.assertEqual((message["error"]["code"], message["id"]), (code, None), text[:50])
        self.assertEqual(client.request("no/such", {})["error"]["code"], -32601)
        uri = client.uri
        for method in ("completion", "hover", "definition", "documentSymbol", "formatting"):
            for params in ({}, [], None, {"textDocument": 3}, {"textDocument": {"uri": [uri]}},
                           {"textDocument": {"uri": "file:///none"}, "position": {"line": 0, "character": 0}}):
                self.assertEqual(client.request("textDocument/" + method, params)["error"]["code"], -32602, (method, params))
        for position in ({"line": -1, "character": 0}, {"line": 2 ** 40, "character": 2 ** 40}, {"line": 0, "character": 10 ** 30}):
            client.request("textDocument/completion", {"textDocument": {"uri": uri}, "position": position})
        client.tell("textDocument/didChange", {"textDocument": {"uri": uri}, "contentChanges": [{"range": 3, "text": "x"}]})
        client.tell("textDocument/didOpen", {"textDocument": {"uri": 3}})
        self.assertEqual(client.labels("pri"), client.labels("pri"))
        self.assertIsNone(client.run.poll())

    def test_a_stream_that_is_none_ends_it_with_one_message(self):
        for data, said in ((b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"the head of a message has no Content-Length"),
                           (b"Content-Length: many\r\n\r\n", b"is not a number"), (b"Content-Length: -1\r\n\r\n", b"is not a number"),
                           (b"Content-Length: 99999999999\r\n\r\n", b"is too long: 64 MB are the most"),
                           (b"Content-Length: 99999999999999999999999\r\n\r\n", b"is not a number"), (b"x" * 100000, b"has no end"),
                           (b"Content-Length: 10\r\n\r\n{", b"the input ends within a message")):
            with subprocess.Popen([CORETAP, "--language-server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as run:
                out, err = run.communicate(data, timeout=120)
            self.assertEqual((out, run.returncode), (b"", 1), data[:40])
            self.assertEqual(err.count(b"ERROR [language-server]: the language server ends: "), 1, err)
            self.assertIn(said, err)
            self.assertEqual(err.count(b"\n"), 1)

    def test_endless_input_takes_no_more_memory_than_a_message_may(self):
        with open("/dev/zero", "rb") as zeros, subprocess.Popen([CORETAP, "--language-server"], stdin=zeros, stdout=subprocess.PIPE,
                                                                stderr=subprocess.PIPE) as run:
            out, err = run.communicate(timeout=120)
        self.assertEqual((out, run.returncode), (b"", 1))
        self.assertIn(b"has no end", err)

    def test_any_beginning_of_a_script_is_answered(self):
        text = (ROOT / "examples/tools/tcplife.stp").read_text()
        client = self.client("")
        for end in range(0, len(text), 37):
            client.text = text[:end]
            client.change({"text": text[:end]})
            lines = client.text.split("\n")
            place = {**client.document(), "position": {"line": len(lines) - 1, "character": len(lines[-1])}}
            for method in ("hover", "definition"):
                client.ask("textDocument/" + method, place)
            client.ask("textDocument/documentSymbol", client.document())
        self.assertIsNone(client.run.poll())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
