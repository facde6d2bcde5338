#!/usr/bin/env python3
"""What tapset functions read of sockets, packets, devices and blocks: against the socket's own view, /proc and /sys. Exit 77: no BPF rights here."""
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import live  # noqa: E402
from live import TMP, script  # noqa: E402

# A connection over the loopback device from 127.0.0.1 to 127.0.0.2, and what the sockets know of it.
TALK = r'''
import socket, struct
server = socket.create_server(("127.0.0.2", 0))
client = socket.create_connection(server.getsockname(), source_address=("127.0.0.1", 0))
peer, _ = server.accept()
client.sendall(b"x" * 100)
got = peer.recv(100)
TCP_MAXSEG = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
print("client", client.getsockname()[1], "server", server.getsockname()[1], "mss", TCP_MAXSEG, flush=True)
'''


def as_number(address):
    return struct.unpack(">I", socket.inet_aton(address))[0]


class Sockets(live.LiveTest):
    def test_a_connection(self):
        talk = TMP / "talk.py"
        talk.write_text(TALK)
        told = self.lines(script('''
            # Both ends become established: state 1 of include/net/tcp_states.h.
            probe kernel.trace("sock:inet_sock_set_state") {
              if ($newstate != 1 || pid() != target()) next
              printf("sock %d %d %s %s %d %d %d %d %d\\n", inet_get_local_port($sk), inet_get_dest_port($sk), inet_get_ip_source($sk), inet_get_ip_dest($sk),
                     tcpmib_local_addr($sk), tcpmib_remote_addr($sk), tcpmib_local_port($sk), tcpmib_remote_port($sk), tcpmib_get_state($sk))
              printf("keys %d %d %d %d\\n", tcpmib_filter_key($sk, 1), tcpmib_filter_key(0, 1), linuxmib_filter_key($sk, 1), linuxmib_filter_key(0, 1))
              printf("mss %d %d\\n", tcp_ts_get_info_rcv_mss($sk), tcp_ts_get_info_snd_ssthresh($sk)) }
            probe kernel.trace("net:net_dev_queue") {
              if (pid() != target() || !dev) dev = @cast($skb, "sk_buff", "kernel")->dev
              if (pid() != target() || get_netdev_name(dev) != "lo") next
              if (ipmib_get_proto($skb) == 6)
                printf("packet %d %d %d %d %d\\n", ipmib_local_addr($skb, 1), ipmib_remote_addr($skb, 1), ipmib_tcp_local_port($skb, 1),
                       ipmib_tcp_remote_port($skb, 1), ipmib_filter_key($skb, 1, 1)) }
            probe kernel.trace("net:net_dev_queue") { if (pid() == target()) swapped[ipmib_local_addr($skb, 0), ipmib_tcp_remote_port($skb, 0)] = 1 }
            global swapped
            probe end { foreach ([a, p] in swapped) printf("swapped %d %d\\n", a, p) }''', "-c", f"{sys.executable} {talk}"))
        own = next(line.split() for line in told if line.startswith("client"))
        client, server, mss = int(own[1]), int(own[3]), int(own[5])
        one, two = as_number("127.0.0.1"), as_number("127.0.0.2")
        sockets = {tuple(line.split()[1:]) for line in told if line.startswith("sock ")}
        self.assertIn((str(client), str(server), "127.0.0.2", "127.0.0.2", str(one), str(two), str(client), str(server), "2"), self.any_state(sockets, 8, "2"))
        self.assertIn((str(server), str(client), "127.0.0.1", "127.0.0.1", str(two), str(one), str(server), str(client), "2"), self.any_state(sockets, 8, "2"))
        self.assertEqual({line for line in told if line.startswith("keys ")}, {"keys 1 0 1 0"})
        for line in told:
            if line.startswith("mss "):
                self.assertTrue(0 < int(line.split()[1]) <= 65536 and int(line.split()[2]) > 0, (line, mss))
        packets = {tuple(map(int, line.split()[1:])) for line in told if line.startswith("packet ")}
        self.assertEqual(packets, {(one, two, client, server, 1), (two, one, server, client, 1)})
        swapped = {tuple(map(int, line.split()[1:])) for line in told if line.startswith("swapped ")}
        self.assertEqual(swapped, {(two, client), (one, server)})

    @staticmethod
    def any_state(rows, at, value):
        """The rows with their state as `value`: the event comes before or after the socket has its new state."""
        return {row[:at] + (value,) + row[at + 1:] for row in rows}


class Blocks(live.LiveTest):
    def test_a_write(self):
        """A file that is written to a disk at once: the requests' device has that name in /sys."""
        path = "/var/tmp/coretap-blocks"
        command = f"dd if=/dev/zero of={path} bs=4k count=10 oflag=direct conv=fsync status=none"
        told = self.lines(script('''
            probe kernel.trace("block:block_bio_queue") {
              if (pid() != target()) next
              bdev = @cast($bio, "bio", "kernel")->bi_bdev
              disk = @cast(bdev, "block_device", "kernel")->bd_disk
              seen[bdevname(bdev), bdev_partno(bdev), disk_name(disk, bdev_partno(bdev)), disk_name(disk, 0), bio_op($bio)]++ }
            global seen
            probe end { foreach ([name, part, whole, disk, op] in seen) printf("%s %d %s %s %d %d\\n", name, part, whole, disk, op, seen[name, part, whole, disk, op]) }''',
                                 "-c", f"sh -c 'exec {command}'"))
        os.unlink(path)
        self.assertTrue(told, "nothing was written to a disk")
        device = os.stat("/var/tmp").st_dev
        name = pathlib.Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve().name
        rows = [line.split() for line in told]
        self.assertEqual({row[0] for row in rows}, {name})
        for own, part, whole, disk, op, _ in rows:
            number = pathlib.Path(f"/sys/class/block/{own}/partition")
            self.assertEqual((int(part), whole), (int(number.read_text()) if number.exists() else 0, own))
            self.assertTrue(own.startswith(disk))
        self.assertGreaterEqual(sum(int(row[5]) for row in rows if row[4] == "1"), 10)  # REQ_OP_WRITE

    def test_the_file_of_a_request(self):
        """By the number of its inode: what a file has is written in requests of that many bytes. Direct writes are from memory that is not a file's."""
        path = pathlib.Path("/var/tmp/coretap-request")
        path.touch()
        number = path.stat().st_ino
        text = '''
            global bytes, other
            probe ioblock.request { if (ino == %d) bytes[rw] += size; if (pid() == target() && rw == 1 && ino == -1) other += size }
            probe end { printf("%%d %%d\\n", bytes[1], other) }''' % number
        written = []
        for how in ("conv=fsync,notrunc", "oflag=direct conv=notrunc"):
            written += self.lines(script(text, "-c", f"dd if=/dev/zero of={path} bs=64k count=20 status=none {how}"))
        path.unlink()
        self.assertEqual(written[0].split()[0], str(20 << 16))
        self.assertEqual(written[1].split()[0], "0")
        self.assertGreaterEqual(int(written[1].split()[1]), 20 << 16)

    def test_the_disk_of_a_request(self):
        """What bdev_contains and q belong to is the whole disk, also where the request is for a partition; the truth is /sys."""
        path = pathlib.Path("/var/tmp/coretap-disk")
        told = self.lines(script('''
            global seen
            probe ioblock.request { if (pid() == target()) seen[name, devname, @cast(bdev_contains, "block_device", "kernel")->bd_dev, 1]++ }
            probe ioblock_trace.request {
              if (pid() != target()) next
              is_queue = @cast(bdev_contains, "block_device", "kernel")->bd_disk->queue == q
              seen[name, devname, @cast(bdev_contains, "block_device", "kernel")->bd_dev, is_queue]++
            }
            probe end {
              foreach ([name, device, whole, is_queue] in seen)
                printf("%s %s %d:%d %d\\n", name, device, whole >> 20, whole & 0xfffff, is_queue)
            }''',
                                 "-c", f"dd if=/dev/zero of={path} bs=64k count=4 status=none oflag=direct"))
        path.unlink()
        self.assertEqual({line.split()[0] for line in told}, {"ioblock.request", "ioblock_trace.request"})
        for line in told:
            _, device, whole, is_queue = line.split()
            folder = pathlib.Path(f"/sys/class/block/{device}").resolve()
            disk = folder.parent if (folder / "partition").exists() else folder
            self.assertEqual((whole, is_queue), ((disk / "dev").read_text().strip(), "1"))

    def test_flags_of_allocations(self):
        """The truth is the kernel's own enumeration of the bits, and for the names of several what include/linux/gfp_types.h says they are."""
        dump = subprocess.run(["bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux"], capture_output=True, text=True, check=True).stdout
        bits = {name: 1 << int(bit) for name, bit in re.findall(r"'__(_GFP_\w+)_BIT' val=(\d+)", dump)}
        if not bits:
            self.skipTest("the kernel has no enumeration of the flags")
        unnamed = {"_GFP_UNUSED", "_GFP_ZEROTAGS", "_GFP_SKIP_ZERO", "_GFP_SKIP_KASAN", "_GFP_NO_OBJ_EXT", "_GFP_NOLOCKDEP", "_GFP_LAST"}
        alone = {"_GFP_DMA": "GFP_DMA", "_GFP_DMA32": "GFP_DMA32"}
        cases = {bit: alone.get(name, "_" + name) for name, bit in bits.items() if name not in unnamed}

        def of(names):
            return sum(bits[f"_GFP_{name}"] for name in names.split())
        kernel = "DIRECT_RECLAIM KSWAPD_RECLAIM IO FS"
        cases |= {of(kernel): "GFP_KERNEL", of("HIGH KSWAPD_RECLAIM"): "GFP_ATOMIC", of("DIRECT_RECLAIM KSWAPD_RECLAIM"): "GFP_NOIO",
                  of("DIRECT_RECLAIM KSWAPD_RECLAIM IO"): "GFP_NOFS", of(kernel + " HARDWALL"): "GFP_USER",
                  of(kernel + " HARDWALL HIGHMEM"): "GFP_HIGHUSER", of("THISNODE NOWARN NORETRY"): "GFP_THISNODE",
                  of(kernel + " HARDWALL HIGHMEM MOVABLE"): "GFP_HIGHUSER_MOVABLE", of("DMA HIGHMEM DMA32 MOVABLE"): "GFP_ZONEMASK",
                  of("IO FS ZERO"): "__GFP_IO | __GFP_FS | __GFP_ZERO", 0: ""}
        told = self.lines(script("probe oneshot { " + " ".join(f"println(_gfp_flag_str({flags}))" for flags in cases) + " }"))
        self.assertEqual(told, list(cases.values()))
        told = self.lines(script('''probe vm.kmalloc, vm.kmem_cache_alloc { if (pid() == target()) { printf("#%d %s\\n", gfp_flags, gfp_flag_name) } }''',
                                 "-c", "cat /proc/self/maps"))
        told = [line[1:].split(" ", 1) for line in told if line.startswith("#")]
        self.assertTrue(told)
        for flags, name in told:
            self.assertEqual(name == "GFP_KERNEL", int(flags) == of(kernel), (flags, name))
            self.assertEqual("__GFP_ZERO" in name, int(flags) & of("ZERO") != 0, (flags, name))

    def test_mounts(self):
        """real_mount() is the structure that holds the vfsmount: its device's name is that of /proc/mounts."""
        told = self.lines(script('''probe kernel.trace("sys_enter") {
            if (pid() != target() || $id != 148) next
            mount = real_mount(@cast(task_cwd_path(task_current()), "path", "kernel")->mnt)
            printf("%s %d\\n", kernel_string(@cast(mount, "mount", "kernel")->mnt_devname), real_mount(0))
            exit() }''', "-c", f"sh -c 'cd / && exec {sys.executable} -c \"import os; os.sched_rr_get_interval(0)\"'"))
        root = [line.split()[0] for line in pathlib.Path("/proc/mounts").read_text().splitlines() if line.split()[1] == "/"][-1]
        self.assertEqual(told, [f"{root} 0"])


class Rest(live.LiveTest):
    def test_ticks(self):
        """One counter and one rate on both sides, also where nothing shows the kernel's configuration, as in a container."""
        text = """global rate, ticks, lag
            function behind() { return jiffies() - (4294967296 - 300 * HZ() + ktime_get_ns() * HZ() / 1000000000) }
            probe syscall.sched_rr_get_interval { if (pid() == target()) { rate = HZ() ticks = jiffies() lag = behind() } }
            probe end { printf("%d %d %d %d\\n", rate, HZ(), jiffies() >= ticks, behind() - lag) }"""
        command = [live.CORETAP, "-e", text, "-c", f"{sys.executable} -c 'import os; os.sched_rr_get_interval(0)'"]
        hide = ('for file in /proc/config.gz /boot/config-"$(uname -r)"; do if [ -e "$file" ]; then mount --bind /dev/null "$file" || exit 9; fi; done; '
                'exec "$@"')
        for prefix in [], ["unshare", "--mount", "sh", "-c", hide, "sh"]:
            told = self.lines(live.run(*prefix, *command))
            *rates, is_later, difference = map(int, told[0].split())
            self.assertEqual((rates, is_later), ([live.ticks_per_second()] * 2, 1))
            self.assertIn(difference, range(-3, 4))

    def test_addresses(self):
        told = self.lines(script('''probe kernel.trace("sys_enter") {
            if (pid() != target() || $id != 148) next
            task = task_current()
            head = &@cast(task, "task_struct", "kernel")->rcu
            printf("%d %d %d\\n", container_of_task_rcu(head) == task, container_of_task_rcu(0), HZ() > 0)
            exit() }''', "-c", f"{sys.executable} -c 'import os; os.sched_rr_get_interval(0)'"))
        self.assertEqual(told, ["1 0 1"])
        nodes = len(list(pathlib.Path("/sys/devices/system/node").glob("node[0-9]*")))
        told = self.lines(script("probe oneshot { try { println(addr_to_node(0xffff888000000000)) } catch (why) { println(why) } println(HZ()) println(irqflags_str(0x80)) println(irqflags_str(0)) println(irqflags_str(0x82)) }"))
        if pathlib.Path("/proc/kcore").exists():
            self.assertIn(int(told[0]), range(max(nodes, 1)), told)
        else:
            self.assertRegex(told[0], "^addr_to_node: .*/proc/kcore")
        self.assertEqual(told[1], str(live.ticks_per_second()))
        # IRQF_SHARED of include/linux/interrupt.h is 0x80, IRQF_TRIGGER_FALLING 2.
        self.assertIn("SHARED", told[2])
        self.assertEqual((told[3], told[2] in told[4], told[4] != told[2]), ("0x0", True, True), told)

    def test_faults(self):
        """enum vm_fault_reason of include/linux/mm_types.h: OOM 1, SIGBUS 2, MAJOR 4, NOPAGE 0x100, LOCKED 0x200."""
        names = "OOM SIGBUS MINOR MAJOR NOPAGE LOCKED ERROR".split()
        holds = {0: {"MINOR"}, 1: {"OOM", "ERROR"}, 2: {"SIGBUS", "ERROR"}, 4: {"MAJOR"}, 0x100: {"MINOR", "NOPAGE"}, 0x200: {"MINOR", "LOCKED"}}
        calls = " ".join(f"println(vm_fault_contains({value}, VM_FAULT_{name}))" for value in holds for name in names)
        told = self.lines(script(f"probe oneshot {{ {calls} }}"))
        self.assertEqual(told, [str(int(name in held)) for held in holds.values() for name in names])

    def test_symbols(self):
        """Stacks as text: of the kernel, as /proc/kallsyms names it, and of the program."""
        told = self.lines(script(f'''probe kernel.trace("sys_enter") {{
            if (pid() != target() || $id != 148) next
            print(sprint_stack(backtrace())) println("--") print_backtrace_fileline() println("--")
            stack = ubacktrace() print_usyms(stack) println("--") print(sprint_usyms(stack)) exit() }}''',
                                 "-c", f"{sys.executable} -c 'import os; os.sched_rr_get_interval(0)'"))
        parts = "\n".join(told).split("\n--\n")
        self.assertEqual(len(parts), 4, told)
        known = {line.split()[2] for line in pathlib.Path("/proc/kallsyms").read_text().splitlines()}
        for part in parts[:2]:
            names = re.findall(r"(\w[\w.]*)\+0x", part)
            self.assertTrue(names and set(names) <= known | {"0x"}, part)
        fits, _, rest = parts[3].partition(" ... (")  # in a string
        self.assertTrue(len(fits) > 300 and parts[2].startswith(fits.rstrip("\n")), told)
        self.assertRegex(rest, rf"^{len(parts[2].splitlines()) - len(fits.splitlines())} more, [0-9a-f]+\)$")
        self.assertIn("sched_rr_get_interval", parts[2])

    def test_target_set(self):
        told = self.lines(script('probe end { target_set_report() }', "-c", "sh -c 'sleep 0.1; exit'"))
        self.assertTrue(all(re.fullmatch(r"\d+ begat \d+", line) for line in told[1:]), told)


if __name__ == "__main__":
    live.main()
