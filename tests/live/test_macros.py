"""Macros of the tapsets that write to `$value`, what the reader of a control file gets.

No probe has that variable yet, so a script is expanded by -p1, `$value` becomes a variable of the handler's own, and what is in it
is printed, on each side.
"""
import json

import live
from live import LiveTest, build, coretap, script


class Macros(LiveTest):
    def texts(self, declarations, body):
        """What the macros of BODY leave in $value, in a begin probe and in one of the workload's only call of walk()."""
        prog = build("calls", "-O0")
        found = []
        for point, last, options in (("begin", "exit()", []),
                                     (f'process("{prog}").function("walk").call', "", ["-c", f"{prog} >/dev/null"])):
            text = f"{declarations}\nprobe {point} {{ {body}\nprint($value) {last} }}"
            expanded = self.ok(coretap("-p1", "-e", text))
            found.append(self.ok(script(expanded.replace("$value", "text"), "--no-global-var-display", *options)))
        self.assertEqual(found[0], found[1])
        return found[0]

    def test_prometheus(self):
        """A line for each element; keys with and without quotes, values and keys through functions."""
        declarations = 'function twice(v) { return v * 2 } function braced(k) { return sprintf("<%d>", k) } global ' + \
            ", ".join(f"a{keys}" for keys in range(1, 9))
        for keys in range(1, 9):
            labels = [f'"l{i}"' for i in range(1, keys + 1)]
            body, expected = "", []
            for n in (5, 6):
                body += f"a{keys}[{', '.join(str(n + i) for i in range(keys))}] = {n * 10}; "
                plain = ",".join(f'l{i + 1}="{n + i}"' for i in range(keys))
                braced = ",".join(f'l{i + 1}="<{n + i}>"' for i in range(keys))
                expected += [f"m{{{plain}}} {n * 10}", f"x{{{braced}}} {n * 20}", f"u{{{braced}}} {n * 20}".replace('"', "")]
            functions = ", ".join(["twice"] + ["braced"] * keys)
            names = ", ".join(labels)
            body += f'''@prometheus_dump_array{keys}(a{keys}, "m", {names})
                @prometheus_dump_array{keys}_map(a{keys}, "x", {names}, {functions})
                @prometheus_dump_array{keys}_map_unquoted(a{keys}, "u", {names}, {functions})'''
            with self.subTest(keys=keys):
                self.assertEqual(sorted(self.texts(declarations, body).splitlines()), sorted(expected))

    def test_json(self):
        text = self.texts("", r'''@json_output_data_start
            @json_output_numeric_value("n", -5) @json_output_string_value("s", "a \"quoted\" \\ word")
            @json_output_array_numeric_value("net", "eth0", "sent", 7) @json_output_array_string_value("net", "eth0", "state", "up")
            @json_output_array_numeric_value("net", "lo", "sent", 1)
            @json_output_array_numeric_value("disk", "lo", "reads", 2) @json_output_numeric_value("last", 1)
            @json_output_data_end''')
        self.assertEqual(json.loads(text), {
            "n": -5, "s": 'a "quoted" \\ word', "net": [{"__id": "eth0", "sent": 7, "state": "up"}, {"__id": "lo", "sent": 1}],
            "disk": [{"__id": "lo", "reads": 2}], "last": 1})
        self.assertEqual(text.splitlines()[:7], ["{", '  "n": -5,', '  "s": "a \\"quoted\\" \\\\ word",', '  "net": [', "    {",
                                                 '      "__id": "eth0",', '      "sent": 7,'])

    def test_json_that_ends_in_an_array_and_begins_again(self):
        part = '''@json_output_data_start @json_output_array_numeric_value("a", "1", "v", 3) @json_output_data_end'''
        self.assertEqual(json.loads(self.texts("", f"{part}\nprintln()\n{part}")), {"a": [{"__id": "1", "v": 3}]})

    def test_json_refuses_what_was_written_already(self):
        for twice, words in (
                ('@json_output_numeric_value("n", 1) @json_output_string_value("n", "x")', "Metric 'n' already output"),
                ('''@json_output_array_numeric_value("a", "i", "n", 1) @json_output_array_numeric_value("a", "j", "n", 1)
                    @json_output_array_numeric_value("a", "i", "m", 1)''', "Array index 'i' already output for array metric a")):
            self.assertEqual(self.texts("", f"try {{ @json_output_data_start {twice} }} catch (m) {{ $value = m }}"), words)


if __name__ == "__main__":
    live.main()
