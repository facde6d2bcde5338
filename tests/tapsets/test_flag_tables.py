#!/usr/bin/env python3
"""The tables in tapsets/flags_*.stp, with numbers of x86_64, against the C library's and the kernel's headers."""
import collections
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = """fcntl.h sys/stat.h linux/stat.h linux/fcntl.h linux/mount.h sys/mount.h linux/fanotify.h sys/quota.h linux/dqblk_xfs.h
    linux/close_range.h linux/fs.h linux/falloc.h sys/inotify.h sys/epoll.h sys/eventfd.h sys/signalfd.h sys/timerfd.h sys/random.h linux/userfaultfd.h
    linux/io_uring.h sys/swap.h sys/mman.h linux/mman.h linux/mempolicy.h linux/membarrier.h linux/memfd.h asm/prctl.h linux/prctl.h
    linux/sched.h sched.h linux/ioprio.h linux/kcmp.h sys/pidfd.h linux/pidfd.h linux/landlock.h linux/perf_event.h linux/reboot.h sys/wait.h
    linux/wait.h sys/ptrace.h linux/ptrace.h asm/ptrace-abi.h sys/resource.h linux/seccomp.h linux/futex.h time.h linux/time.h signal.h linux/bpf.h unistd.h
    sys/file.h sys/socket.h asm-generic/socket.h linux/socket.h netinet/in.h linux/in6.h linux/in.h netinet/tcp.h linux/udp.h netinet/udp.h linux/icmp.h linux/if_packet.h
    linux/netlink.h sys/shm.h linux/shm.h sys/sem.h linux/sem.h sys/msg.h linux/msg.h linux/keyctl.h linux/xattr.h linux/kexec.h linux/module.h linux/signal.h""".split()
# Younger than Debian 12's headers (Linux 6.1).
YOUNGER = """
    ARCH_SHSTK_DISABLE ARCH_SHSTK_ENABLE ARCH_SHSTK_LOCK ARCH_SHSTK_STATUS ARCH_SHSTK_UNLOCK AT_EXECVE_CHECK AT_HANDLE_CONNECTABLE
    AT_HANDLE_FID AT_HANDLE_MNT_ID_UNIQUE BPF_PROG_STREAM_READ_BY_FD BPF_TOKEN_CREATE FAN_MNT_ATTACH FAN_MNT_DETACH FAN_PRE_ACCESS
    FAN_REPORT_FD_ERROR FAN_REPORT_MNT FSCONFIG_CMD_CREATE_EXCL F_CREATED_QUERY F_DUPFD_QUERY IORING_ENTER_ABS_TIMER
    IORING_ENTER_EXT_ARG_REG IORING_ENTER_NO_IOWAIT IORING_REGISTER_CLOCK IORING_REGISTER_CLONE_BUFFERS IORING_REGISTER_MEM_REGION
    IORING_REGISTER_NAPI IORING_REGISTER_PBUF_STATUS IORING_REGISTER_RESIZE_RINGS IORING_REGISTER_SEND_MSG_RING
    IORING_REGISTER_ZCRX_IFQ IORING_UNREGISTER_NAPI LANDLOCK_RULE_NET_PORT MADV_GUARD_INSTALL MADV_GUARD_REMOVE
    MEMBARRIER_CMD_GET_REGISTRATIONS MOVE_MOUNT_BENEATH MPOL_WEIGHTED_INTERLEAVE PACKET_VNET_HDR_SZ PIDFD_THREAD RWF_ATOMIC
    RWF_DONTCACHE RWF_NOAPPEND SCHED_EXT SO_DEVMEM_DMABUF SO_DEVMEM_DONTNEED SO_DEVMEM_LINEAR SO_INQ SO_PASSPIDFD SO_PASSRIGHTS
    SO_PEERPIDFD SO_RCVPRIORITY STATX_DIO_READ_ALIGN STATX_MNT_ID_UNIQUE STATX_SUBVOL STATX_WRITE_ATOMIC""".split()
# In the kernel's own headers only, or in those of another architecture.
ELSEWHERE = """
    MSG_CMSG_COMPAT MSG_NO_SHARED_FRAGS MSG_PROBE MSG_SENDPAGE_NOTLAST O_NOTIFICATION_PIPE PKEY_DISABLE_EXECUTE RUSAGE_BOTH
    SWAP_FLAG_DISCARD_ONCE SWAP_FLAG_DISCARD_PAGES""".split()


def tables():
    """Values by name."""
    values = collections.defaultdict(set)
    for path in sorted((ROOT / "tapsets").glob("flags_*.stp")):
        for value, name in re.findall(r'\{(-?\w+), "(\w+)"\}', path.read_text()):
            values[name].add(int(value, 0) & 0xffffffff)
    return values


def values_in(header, names, folder):
    """What `header` says of those of the names that it has, macros or enumerators."""
    types = "" if header.startswith("linux/") else "#include <sys/types.h>\n"  # the two would define some structs twice
    include = f"#define _GNU_SOURCE\n#include <stdint.h>\n{types}#include <{header}>\n"

    def gcc(*options, text=include):
        return subprocess.run(["gcc", "-w", "-x", "c", "-", *options], input=text, capture_output=True, text=True, cwd=folder)
    macros = gcc("-E", "-dM")
    if macros.returncode:
        raise AssertionError(macros.stderr)
    defined = dict(re.findall(r"^#define (\w+) (.*)", macros.stdout, re.M))
    found = set(defined)
    for body in re.findall(r"\benum\b[^{};]*\{([^}]*)\}", gcc("-E", "-P").stdout):
        found |= set(re.findall(r"\w+", body))
    found &= names
    if not found:
        return {}
    while True:
        printing = "".join(f'printf("{name} %u\\n", (unsigned)({name}));\n' for name in found)
        made = gcc("-o", "values", text=f"{include}int printf(const char *, ...);\nint main(void) {{\n{printing}}}\n")
        if made.returncode == 0:
            break
        # Some macros need another header, which is in the list, too.
        undeclared = re.findall(r"‘(\w+)’ undeclared", made.stderr)
        without = {name for name in found if any(word in defined.get(name, "") for word in undeclared)}
        if not without:
            raise AssertionError(made.stderr)
        found -= without
    lines = subprocess.run([folder + "/values"], capture_output=True, text=True, check=True).stdout.split("\n")
    return {name: int(value) for name, value in (line.split() for line in lines if line)}


class FlagTables(unittest.TestCase):
    def test_numbers_are_those_of_the_headers(self):
        mine = tables()
        wrong, seen = [], set()
        with tempfile.TemporaryDirectory(prefix="coretap-flags-") as folder:
            for header in HEADERS:
                for name, value in values_in(header, set(mine), folder).items():
                    seen.add(name)
                    if value not in mine[name] and (name, value) != ("O_LARGEFILE", 0):  # 0 for the C library's 64-bit programs
                        wrong.append(f"{name} is {value:#x} in {header}, {sorted(map(hex, mine[name]))} here")
        self.assertEqual(wrong, [])
        self.assertEqual(set(mine) - seen, {*YOUNGER, *ELSEWHERE})

    def test_one_name_means_one_number(self):
        self.assertEqual({name: values for name, values in tables().items() if len(values) > 1}, {})


if __name__ == "__main__":
    unittest.main()
