"""%m and %M: memory of the kernel and of the probed program, against what the program says of itself."""
import live
from live import LiveTest, build, script

COMM = '&@cast(task_current(), "task_struct", "kernel")->comm'


class Memory(LiveTest):
    def at_show(self, body, *options):
        """What the script prints at the four calls of show(), the name and the bytes."""
        prog = build("memory", "-O1")
        out = self.ok(script(f'probe process("{prog}").function("show") {{ {body} }}', *options, "-c", prog))
        name, data, *rest = out.split("\n")
        return "\n".join(rest), bytes.fromhex(name).decode(), bytes.fromhex(data)

    def test_the_kernels_memory(self):
        got, name, _ = self.at_show(f'if ($n > 1) next; t = {COMM}; printf("<%.*m><%m><%.0m><%.1M>\\n", {16}, t, t, t, t)')
        self.assertEqual(got, f"<{name}{chr(0) * (16 - len(name))}><{name[0]}><{name[0]}><{ord(name[0]):02x}>\n")

    def test_width_and_precision(self):
        got, name, _ = self.at_show(
            f't = {COMM}; printf("<%10.4m><%-10.4m><%10.4M><%-10.4M><%2.4M><%*.*M>\\n", t, t, t, t, t, $n * 3, $n, t)')
        text, code = name[:4], name[:4].encode().hex()
        self.assertEqual(got.splitlines(), [
            f"<      {text}><{text}      ><  {code}><{code}  ><{code}><{name[:n].encode().hex():>{n * 3}}>"
            for n in range(1, 5)])

    def test_the_programs_memory(self):
        got, _, data = self.at_show('printf("%#.*M %#.3M %#M\\n", $n * 1000, $p, $p + 254, $p + $n)')
        self.assertEqual(got.splitlines(), [f"{data[:n * 1000].hex()} {data[254:257].hex()} {data[n:n + 1].hex()}"
                                            for n in range(1, 5)])

    def test_a_page_at_most(self):
        got, _, data = self.at_show('''
            try { printf("%#.4096M\\n", $p) } catch (m) { println(m) }
            try { printf("%#.4097M\\n", $p) } catch (m) { println(m) }
            try { printf("%#.*M\\n", 4095 + $n, $p) } catch (m) { println(m) }
            try { printf("%#.*M\\n", -$n, $p) } catch (m) { println(m) }''')
        large = "{} is too many bytes for a memory dump"
        expected = []
        for n in range(1, 5):
            expected += [data[:4096].hex(), large.format(4097)]
            expected += [data[:4096].hex() if n == 1 else large.format(4095 + n), large.format(-n)]
        self.assertEqual(got.splitlines(), expected)

    def test_a_long_dump_becomes_a_string(self):
        """A page in a frame, whatever MAXSTRINGLEN is."""
        for options in ((), ("-D", "MAXSTRINGLEN=1024")):
            got, _, data = self.at_show('try { v = sprintf("%#.*M", $n * 1000, $p) } catch { } println(substr(v, 0, 100))', *options)
            self.assertEqual(got.splitlines(), [data.hex()[:100]] * 4)

    def test_a_string_of_memory_ends_at_its_first_nul(self):
        got, name, data = self.at_show(
            f'if ($n > 1) next; s = sprintf("%.16m", {COMM}); x = sprintf("%#.4M", $p); printf("%s %d %s\\n", s, strlen(s), x)')
        self.assertEqual(got, f"{name} {len(name)} {data[:4].hex()}\n")

    def test_faults_are_errors_that_can_be_caught(self):
        """One bad address, and none of its print is seen; each space has its own addresses."""
        got, name, data = self.at_show(f'''
            if ($n > 1) next
            try {{ printf("seen %.4M %.2M\\n", {COMM}, 16) }} catch (m) {{ println(m) }}
            try {{ printf("seen %.4M\\n", $p) }} catch (m) {{ printf("%s\\n", substr(m, 0, 20)) }}
            try {{ printf("seen %#.4M\\n", {COMM}) }} catch (m) {{ printf("%s\\n", substr(m, 0, 18)) }}
            try {{ println(sprintf("seen %#.4M", 8)) }} catch {{ println("caught") }}''')
        self.assertEqual(got.splitlines(), ["kernel read fault at 0x0000000000000010 (addr)",
                                            "kernel read fault at", "user read fault at", "caught"])

    def test_a_fault_ends_the_session(self):
        prog = build("memory", "-O1")
        done = script(f'probe process("{prog}").function("show") {{ printf("seen %M\\n", 32) }}', "-c", f"{prog} >/dev/null")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("ERROR: kernel read fault at 0x0000000000000020 (addr) near identifier 'printf' at <input>:1:", done.stderr)

    def test_without_an_event_there_is_no_programs_memory(self):
        done = script('''probe begin {
              try { printf("seen %4.2m\\n", 4096) } catch (m) { println(m) }
              try { printf("seen %#.9M\\n", 7) } catch (m) { println(m) }
              try { printf("seen %.5000M\\n", 7) } catch (m) { println(m) }
              printf("seen %M\\n", -1) }''')
        self.assertEqual(done.stdout, "kernel read fault at 0x0000000000001000 (addr)\n"
                                      "user read fault at 0x0000000000000007 (addr)\n"
                                      "5000 is too many bytes for a memory dump\n")
        self.assertIn("ERROR: kernel read fault at 0xffffffffffffffff (addr) near identifier 'printf' at <input>:5:15\n",
                      done.stderr)

    def test_in_a_loop_and_in_a_continued_handler(self):
        got, name, _ = self.at_show(f'''
            if ($n > 1) next
            t = {COMM}
            for (i = 0; i < 4; i++) printf("%.*M,", i + 1, t + i)
            s = sprintf("%5d", $n)
            printf("%.3m|%s|%d\\n", t, s, strlen(s))''')
        codes = ",".join(name[i:2 * i + 1].encode().hex() for i in range(4))
        self.assertEqual(got, f"{codes},{name[:3]}|    1|5\n")


if __name__ == "__main__":
    live.main()
