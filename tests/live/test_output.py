"""Output that is blocked, closed, or shared with the command: the session ends when it is told to, no line is torn, and what is
lost is said (runtime/user/output/output.cpp)."""
import fcntl
import os
import pathlib
import re
import signal
import struct
import subprocess
import termios
import time

import live
from live import LiveTest

PATIENCE = 60  # seconds for what must happen soon; nothing depends on how soon
LINE = "x" * 60
FLOOD = f'probe timer.ms(1) {{ for (i = 0; i < 500; i++) println("{LINE}") }} '
KERNEL_FLOOD = f'probe kernel.trace("sys_enter") {{ for (i = 0; i < 8; i++) println("{LINE}") }} '
# It lasts as long as this test, and does not hold the tracer's stderr open.
COMMAND = f"sh -c 'exec tail --pid={os.getpid()} -f /dev/null >/dev/null 2>&1'"
END = 'probe end { println("the end") }'


def waiting_bytes(fd):
    return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0" * 4))[0]


class Output(LiveTest):
    def start(self, text, *args, **kwargs):
        process = subprocess.Popen([live.CORETAP, *args, "-e", text], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   **{"stderr": subprocess.PIPE, **kwargs})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        if process.stderr:
            self.addCleanup(process.stderr.close)
        return process

    def busy(self):
        """A process that makes system calls all the time, for KERNEL_FLOOD."""
        process = subprocess.Popen(["dd", "if=/dev/zero", "of=/dev/null", "bs=1"], stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def block(self, process):
        """Waits until the tracer has filled the pipe that nobody reads, and sleeps in write(2)."""
        end = time.monotonic() + PATIENCE
        before = 0
        while time.monotonic() < end:
            self.assertIsNone(process.poll())
            stat = pathlib.Path(f"/proc/{process.pid}/stat").read_text()
            waiting = waiting_bytes(process.stdout.fileno())
            if waiting > 30000 and waiting == before and stat.rsplit(") ", 1)[1][0] == "S":
                return
            before = waiting
            time.sleep(0.3)
        self.fail("the pipe is not full")

    def test_one_signal_ends_a_session_that_nobody_reads(self):
        self.busy()
        for number, (text, args) in {signal.SIGTERM: (FLOOD, ()), signal.SIGINT: (KERNEL_FLOOD, ()),
                                     signal.SIGHUP: (FLOOD + KERNEL_FLOOD, ("-c", COMMAND))}.items():
            with self.subTest(number.name):
                process = self.start(text + END, *args)
                self.block(process)
                process.send_signal(number)
                self.assertEqual(process.wait(PATIENCE), 1)
                self.assertRegex(process.stderr.read().decode(),
                                 r"ERROR: nobody reads standard output: [1-9]\d* bytes and all that would follow are lost")

    def test_messages_go_into_the_same_pipe(self):
        process = self.start(FLOOD + END, stderr=subprocess.STDOUT)
        self.block(process)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 1)

    def test_a_reader_that_goes_on_gets_everything(self):
        process = self.start(FLOOD + END)
        self.block(process)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (0, b""))
        lines = out.decode().splitlines()
        self.assertEqual((set(lines[:-1]), lines[-1]), ({LINE}, "the end"))

    def test_the_end_of_the_time_waits_for_the_reader(self):
        process = self.start(FLOOD + END, "-T", "1")
        self.block(process)
        time.sleep(4)  # the time is up, and nobody reads for longer than a signal would wait
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (0, b""))
        self.assertEqual(out.decode().splitlines()[-1], "the end")

    def test_closed_pipe(self):
        """As `| head -1`: status 1 and not a word, whoever prints, with a target and without."""
        target = self.busy()
        for name, text, args in (("user", FLOOD, ()), ("kernel", KERNEL_FLOOD, ()), ("end", "probe begin { exit() } " + END, ()),
                                 ("-x", KERNEL_FLOOD, ("-x", str(target.pid))), ("-c", FLOOD, ("-c", COMMAND))):
            with self.subTest(name):
                process = self.start(text, *args)
                if name != "end":
                    self.assertEqual(process.stdout.read(len(LINE)).decode(), LINE)
                process.stdout.close()
                self.assertEqual(process.wait(PATIENCE), 1)
                self.assertEqual([line for line in process.stderr if b"transport failures" not in line], [])
        self.assertIsNone(target.poll())

    def test_no_sample_of_the_process_that_waits_to_be_the_command(self):
        """It looks again and again whether it may go, as long as nobody reads what begin printed: samples of it would be of coretap's own code."""
        process = self.start(f'global samples, early probe begin {{ for (i = 0; i < 500; i++) println("{LINE * 3}") }} '
                             'probe timer.profile { samples++ if (pid() == target() && execname() != "sleep") early++ } '
                             'probe end { printf("%d %d", samples > 20, early) }', "-c", "sleep 0.1")
        self.block(process)
        time.sleep(1)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (0, b""))
        self.assertEqual(out.decode().splitlines()[-1], "1 0")

    def test_lines_are_whole(self):
        """The command's own lines come between those of the script, whoever of the two fills the pipe."""
        command = 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo command $i end; done'
        done = live.script('global n probe syscall.write { n++ printf("script %d ' + LINE + ' end\\n", n) }', "-c", command)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        for line in lines:
            self.assertRegex(line, rf"^(command \d+ end|script \d+ {LINE} end|n=\d+)$")
        self.assertEqual([line for line in lines if line.startswith("command")], [f"command {i} end" for i in range(1, 3001)])

    def test_lines_are_whole_in_a_flood(self):
        """The command goes on until the first timer has fired: on a fast machine 300 lines take less than a millisecond."""
        fired = live.TMP / "flood-fired"
        command = f'i=0; while [ $i -lt 300 ] || ! [ -e {fired} ]; do i=$((i+1)); echo command $i end; done'
        done = live.script(f'global told probe timer.ms(1) {{ for (i = 0; i < 900; i++) println("{LINE}") '
                           f'if (!told++) system("touch {fired}") }}', "-c", command)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual({re.sub(r"\d+", "N", line) for line in done.stdout.splitlines()}, {"command N end", LINE})


if __name__ == "__main__":
    live.main()
