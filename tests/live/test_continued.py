"""Handlers that go on in user space: what they do there and in the kernel keeps the order of the script."""
import live
from live import LiveTest, build, script

# What only user space can make, of 5 bytes.
USER = 'strlen(sprintf("%5d", 17))'


class Continued(LiveTest):
    def handler(self, body):
        """The lines of a handler that runs once; add(1000, 0) is the call."""
        prog = build("calls", "-O0")
        text = f'global a, b, n, first, x\nprobe process("{prog}").function("add").call {{ if (first++) next\n{body}\n}}'
        return self.lines(script(text, "--no-global-var-display", "-c", f"{prog} >/dev/null"))

    def test_a_loop_between_two_uses_of_a_user_value_stays_there(self):
        got = self.handler(f'foreach (k in a) println("early ", k)\nl = {USER}\nprintln(l)\n'
                           "for (i = 0; i < 3; i++) { a[i] = i; n++ }\nprintln(l + 1)")
        self.assertEqual(got, ["5", "6"])

    def test_next_between_two_uses(self):
        self.assertEqual(self.handler(f"l = {USER}\nprintln(l)\nif (tid()) next\nprintln(l)"), ["5"])
        self.assertEqual(self.handler(f"l = {USER}\nfor (i = 0; i < 2; i++) {{ println(l, i); if (tid()) next }}\nprintln(l)"), ["50"])

    def test_an_error_between_two_uses(self):
        got = self.handler(f'try {{ l = {USER}\nprintln(l)\nn = 1 / (tid() == 0)\nprintln(l) }} catch {{ println("caught") }}')
        self.assertEqual(got, ["5", "caught"])

    def test_each_turn_sees_the_turns_before_it_only(self):
        got = self.handler("for (i = 0; i < 3; i++) { a[i] = 1; foreach (k+ in a) println(i, k) }")
        self.assertEqual(got, ["00", "10", "11", "20", "21", "22"])

    def test_the_context_behind_a_next_that_user_space_decides(self):
        body = "x <<< 1\nif (@count(x) > {}) next\nprintln($a)\nif (@sum(x) > 0) {{ if (@sum(x) > {}) next; println($a + 1, \" \", @sum(x)) }}\nprintln($b + 7)"
        self.assertEqual(self.handler(body.format(1, 1)), ["1000", "1001 1", "7"])
        self.assertEqual(self.handler(body.format(1, 0)), ["1000"])
        self.assertEqual(self.handler(body.format(0, 0)), [])

    def test_the_context_behind_a_loop_that_user_space_ends(self):
        body = f"while (i++ < 3) {{ if ({USER} == i + MORE) next }}\nl = 7; l %= $a\nprintln($a, l)"
        self.assertEqual(self.handler(body.replace("MORE", "9")), ["10007"])
        self.assertEqual(self.handler(body.replace("MORE", "3")), [])


if __name__ == "__main__":
    live.main()
