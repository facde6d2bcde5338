"""--remote: scripts on other machines, which are sshd on loopback here, each with a temporary folder of its own."""
import contextlib
import functools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import live
from live import CORETAP, LiveTest, TMP, build, coretap, run

FOLDER = TMP / "ssh"
# Where sshd of Debian wants its empty folder.
SEPARATION = pathlib.Path("/run/sshd")

COUNTED = """
global calls, total
probe process(@1).function("sum") { if (pid() == target()) { calls++; total += $n } }
probe end { printf("%d calls, %d values\\n", calls, total) }
"""
COUNTS = "3 calls, 18 values\n"
UNTIL_INTERRUPT = '''global switches probe kernel.trace("sched_switch") { switches++ }
probe begin { println("live") } probe end { println(switches > 0 ? "over" : "without an event") }'''


@functools.cache
def sshd():
    """The command of sshd, or None. Where it is not installed its packages are fetched and unpacked: installing starts a server for the network."""
    if os.access("/usr/sbin/sshd", os.X_OK):
        return ["/usr/sbin/sshd"]
    folder = FOLDER / "sshd"
    folder.mkdir()
    if run("apt-get", "download", "openssh-server", "libwrap0", cwd=folder).returncode != 0:
        return None
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    # The user whom the package would make, in a namespace of mounts of its own.
    users = folder / "passwd"
    users.write_text(pathlib.Path("/etc/passwd").read_text() + f"sshd:x:64000:65534::{SEPARATION}:/usr/sbin/nologin\n")
    return ["unshare", "-m", "env", f"LD_LIBRARY_PATH={folder}/usr/lib/x86_64-linux-gnu", "sh", "-c",
            f'mount --bind {users} /etc/passwd && exec {folder}/usr/sbin/sshd "$@"', "sshd"]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Host:
    """A machine: sshd on a port, whose sessions have a folder of their own for temporary files."""

    def __init__(self, name, *lines):
        self.port = free_port()
        self.tmp = FOLDER / name
        self.tmp.mkdir()
        config = FOLDER / f"{name}.config"
        config.write_text("\n".join([
            f"Port {self.port}", "ListenAddress 127.0.0.1", f"HostKey {FOLDER}/host", "PidFile none", "UsePAM no", "StrictModes no",
            f"AuthorizedKeysFile {FOLDER}/client.pub", "PermitRootLogin yes", f"SetEnv TMPDIR={self.tmp}", *lines, ""]))
        self.server = subprocess.Popen([*sshd(), "-D", "-e", "-f", config], stderr=subprocess.PIPE, text=True)
        # "Server listening on …"; what it says later is read, so that it is never blocked.
        self.said = [self.server.stderr.readline()]
        self.reader = threading.Thread(target=lambda: self.said.extend(self.server.stderr), daemon=True)
        self.reader.start()

    @property
    def address(self):
        return f"ssh://127.0.0.1:{self.port}"

    def sessions(self):
        """The processes of sshd that serve a connection."""
        children = pathlib.Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text()
        return [int(child) for child in children.split()]

    def end(self):
        self.server.terminate()
        self.server.wait()
        self.reader.join()
        self.server.stderr.close()


def binaries(folder):
    """Processes whose program is in the folder, or was before it was removed."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                if os.readlink(process / "exe").startswith(f"{folder}/"):
                    found.append(int(process.name))
    return found


def programs_first(folder):
    """An environment in which the programs of the folder come before others of their names."""
    return dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}")


def executable(path, text):
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)


class Remote(LiveTest):
    @classmethod
    def setUpClass(cls):
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        if not SEPARATION.exists():
            SEPARATION.mkdir()
            cls.addClassCleanup(SEPARATION.rmdir)
        for key in ("host", "client"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", FOLDER / key], check=True)
        cls.hosts = []
        for name in ("one", "two", "three"):
            cls.hosts.append(Host(name))
            cls.addClassCleanup(cls.hosts[-1].end)
        cls.asking = Host("asking", "PubkeyAuthentication no", "PasswordAuthentication yes")
        cls.addClassCleanup(cls.asking.end)
        host_key = (FOLDER / "host.pub").read_text()
        ports = [host.port for host in [*cls.hosts, cls.asking]]
        (FOLDER / "known_hosts").write_text("".join(f"[127.0.0.1]:{port} {host_key}" for port in ports))
        (FOLDER / "ssh.config").write_text(
            f"IdentityFile {FOLDER}/client\nIdentitiesOnly yes\nUserKnownHostsFile {FOLDER}/known_hosts\nGlobalKnownHostsFile none\n"
            "StrictHostKeyChecking yes\n")
        programs = FOLDER / "bin"
        programs.mkdir()
        executable(programs / "ssh", f'exec {shutil.which("ssh")} -F {FOLDER}/ssh.config "$@"\n')
        cls.environment = programs_first(programs)

    def on(self, hosts, *args, **kwargs):
        kwargs.setdefault("env", self.environment)
        return coretap(*(f"--remote={host.address}" for host in hosts), *args, **kwargs)

    def nothing_is_left(self, folders=None):
        """What was copied is gone, and so is what ran; it may be that it has not ended yet."""
        for folder in folders or [host.tmp for host in [*self.hosts, self.asking]]:
            for _ in range(600):
                if not binaries(folder) and not os.listdir(folder):
                    break
                time.sleep(0.1)
            self.assertEqual((binaries(folder), os.listdir(folder)), ([], []))

    def refused(self, done, ident, *words):
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertEqual(done.stderr.count("ERROR"), 1, done.stderr)
        self.assertIn(f"ERROR [{ident}]: ", done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.nothing_is_left()

    def test_three_machines_print_what_one_prints(self):
        program = build("loop")
        here = self.ok(live.script(COUNTED, program, "-c", program))
        self.assertEqual(sorted(here.splitlines(True)), sorted(["232 done\n", COUNTS]))
        for _ in range(3):
            there = self.ok(self.on(self.hosts, "--remote-prefix", "-e", COUNTED, program, "-c", program))
            for index in range(3):
                begin = f"{index}: "
                own = [line[len(begin):] for line in there.splitlines(True) if line.startswith(begin)]
                self.assertEqual(own, here.splitlines(True))
            self.assertEqual(len(there.splitlines()), 3 * len(here.splitlines()))
        self.nothing_is_left()

    def test_options_are_those_of_a_run_here(self):
        text = 'global v = "none" probe begin { printf("%s %s %d\\n", v, module_name(), target()); exit() }'
        out = FOLDER / "out"
        done = self.on(self.hosts[:2], "-e", text, "-G", "v=it's $HOME \"and\" more", "-m", "named", "-x", os.getpid(), "-o", out)
        self.assertEqual(self.ok(done), "")
        self.assertEqual(out.read_text(), f"it's $HOME \"and\" more named {os.getpid()}\n" * 2)
        self.nothing_is_left()

    def test_control_c_ends_all_of_them(self):
        tracer = subprocess.Popen([CORETAP, *(f"--remote={host.address}" for host in self.hosts), "-e", UNTIL_INTERRUPT],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment)
        try:
            self.assertEqual([tracer.stdout.readline() for _ in range(3)], ["live\n"] * 3)
            self.assertTrue(all(len(binaries(host.tmp)) == 1 for host in self.hosts))
            tracer.send_signal(signal.SIGINT)
            out, err = tracer.communicate(timeout=120)
        finally:
            tracer.kill()
        self.assertEqual((out, err, tracer.returncode), ("over\n" * 3, "", 0))
        self.nothing_is_left()

    def test_connection_that_is_cut(self):
        """The others go on, and what ran there ends."""
        first, second = self.hosts[:2]
        tracer = subprocess.Popen([CORETAP, f"--remote={first.address}", f"--remote={second.address}", "-e", UNTIL_INTERRUPT],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment)
        try:
            self.assertEqual([tracer.stdout.readline() for _ in range(2)], ["live\n"] * 2)
            self.assertEqual(len(second.sessions()), 1)
            os.kill(second.sessions()[0], signal.SIGKILL)
            self.nothing_is_left([second.tmp])
            self.assertEqual(len(binaries(first.tmp)), 1)
            tracer.send_signal(signal.SIGINT)
            out, err = tracer.communicate(timeout=120)
        finally:
            tracer.kill()
        self.assertEqual((out, tracer.returncode), ("over\n", 1))
        self.assertIn(f"ERROR [remote-lost]: the connection to '{second.address}' broke", err)
        self.nothing_is_left()

    def test_coretap_that_is_killed(self):
        tracer = subprocess.Popen([CORETAP, f"--remote={self.hosts[0].address}", "-e", UNTIL_INTERRUPT],
                                  stdout=subprocess.PIPE, env=self.environment)
        with tracer, tracer.stdout:
            self.assertEqual(tracer.stdout.readline(), b"live\n")
            tracer.kill()
        self.nothing_is_left()

    def test_run_that_is_killed(self):
        tracer = subprocess.Popen([CORETAP, f"--remote={self.hosts[0].address}", "-e", UNTIL_INTERRUPT],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment)
        with tracer:
            self.assertEqual(tracer.stdout.readline(), "live\n")
            os.kill(binaries(self.hosts[0].tmp)[0], signal.SIGKILL)
            out, err = tracer.communicate(timeout=120)
        self.assertEqual((out, tracer.returncode), ("", 1))
        self.assertIn(f"ERROR [remote-failed]: the run on '{self.hosts[0].address}' failed with status 137\n", err)
        self.nothing_is_left()

    def test_failing_runs(self):
        """The messages are the run's own, and which machine they are from is told where there are several."""
        done = self.on(self.hosts[:2], "-e", 'probe begin { error("broken") }')
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr.count("ERROR: broken"), 2)
        for host in self.hosts[:2]:
            self.assertIn(f"ERROR [remote-failed]: the run on '{host.address}' failed\n", done.stderr)
        done = self.on(self.hosts[:1], "-e", 'probe end { println("over") }', "-c", "false")
        self.assertEqual((done.returncode, done.stdout), (1, "over\n"))
        self.assertEqual(done.stderr, "WARNING: Child process exited with status 1\n")
        self.nothing_is_left()

    def test_machine_that_is_not_reached(self):
        """Nothing is run on the others, either."""
        text = 'probe begin { println("ran"); exit() }'
        port = free_port()
        self.refused(coretap(f"--remote={self.hosts[0].address}", f"--remote=127.0.0.1:{port}", "-e", text, env=self.environment),
                     "remote-connect", f"cannot run anything on '127.0.0.1:{port}'", "Connection refused")
        self.refused(self.on([self.asking], "-e", text), "remote-connect", "Permission denied", "nobody is asked for a password",
                     f"'ssh -o BatchMode=yes -p {self.asking.port} 127.0.0.1 true' must succeed")

    def test_machine_that_cannot_run_it(self):
        """Of this machine, on which a program says what such a machine would."""
        text = 'probe begin { println("ran"); exit() }'
        programs = FOLDER / "other"
        programs.mkdir()
        there = programs_first(programs)
        self.assertEqual(self.ok(coretap("--remote=direct:", "-e", text, env=there)), "ran\n")
        executable(programs / "uname", '[ "$1" = -m ] && echo aarch64 || echo Linux\n')
        self.refused(coretap("--remote=direct:", "-e", text, env=there), "remote-machine", "'direct:' is another kind of machine: Linux aarch64")
        (programs / "uname").unlink()
        executable(programs / "mktemp", "echo mktemp: there is no space >&2; exit 1\n")
        self.refused(coretap("--remote=direct:", "-e", text, env=there), "remote-copy", "cannot be copied to 'direct:': mktemp: there is no space")
        place = FOLDER / "noexec"
        place.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "noexec", "none", place], check=True)
        try:
            executable(programs / "mktemp", f"mkdir {place}/d && echo {place}/d\n")
            self.refused(coretap("--remote=direct:", "-e", text, env=there), "remote-start", "'direct:'", "noexec")
            self.assertEqual(os.listdir(place), [])
        finally:
            subprocess.run(["umount", place], check=True)

    def test_without_ssh(self):
        programs = FOLDER / "without"
        programs.mkdir()
        for folder in ("/usr/bin", "/usr/sbin"):
            for name in os.listdir(folder):
                if name != "ssh" and not os.path.lexists(programs / name):
                    (programs / name).symlink_to(f"{folder}/{name}")
        done = coretap("--remote=somewhere", "-e", "probe begin { exit() }", env=dict(os.environ, PATH=str(programs)))
        self.refused(done, "remote-ssh", "No such file or directory", "openssh-client")

    def test_lifeline_of_a_binary(self):
        """What a binary does that coretap has started elsewhere: it waits, begins, and ends with its line or when that is silent."""
        program = FOLDER / "lifeline"
        self.ok(coretap(f"--build={program}", "-e", UNTIL_INTERRUPT))

        def start(patience):
            return subprocess.Popen([program, f"--for-remote={patience}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        for words, ending in (("", "end"), (".", "end"), (".", "silence"), (".i", "interrupt")):
            with self.subTest(words=words, ending=ending), start(1 if ending == "silence" else 1000) as run:
                run.stdin.write(words[:1])
                run.stdin.flush()
                if words:
                    self.assertEqual(run.stdout.readline(), "live\n")
                run.stdin.write(words[1:])
                run.stdin.flush()
                if ending == "end":
                    run.stdin.close()
                self.assertEqual(run.stdout.read(), "over\n" if words else "")
                self.assertEqual(run.wait(), 0 if words else 1)

    def test_what_cannot_be(self):
        def says(words, *args):
            done = coretap(*args, "-e", "probe begin { exit() }")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(words, done.stderr)

        says("'unix:/tmp/s' is not reached by ssh", "--remote=unix:/tmp/s")
        says("begins with 'libvirt://'", "--remote=libvirt://guest")
        says("'0' is not a port", "--remote=host:0")
        says("'-oProxyCommand=x' is not a host", "--remote=-oProxyCommand=x")
        says("'a b' is not a host", "--remote=a b")
        says("--remote-prefix needs --remote", "--remote-prefix")
        says("-F and --remote", "--remote=host", "-F", "-o", "file")
        says("--accounts and --remote", "--remote=host", "--accounts=file")
        says("--remote runs a script", "--remote=host", "-p2")
        done = self.on(self.hosts[:1], "-e", "probe input.line { println(line) }")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("which a remote run does not have", done.stderr)
        self.nothing_is_left()


if __name__ == "__main__":
    FOLDER.mkdir(mode=0o700)
    if not sshd():
        print("*** SKIPPED: there is no sshd, and the package openssh-server cannot be fetched ***", file=sys.stderr)
        sys.exit(77)
    live.main()
