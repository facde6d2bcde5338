"""Aliases of sockets, of the counters of SNMP, of netfilter and of signals agree with what was done and with /proc/net/snmp.

    network_test.py CORETAP KNOWN_NETWORK [KERNEL...]

Each script is built once, on this machine. The guest is alone on its network. Needs QEMU and the packaged kernels; without them it is
skipped, loudly (exit status 77).
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import kernels
import run_in_vm

SCRIPTS = {
    "sockets": r"""
global n, bytes
probe socket.sendmsg { if (pid() == target()) { n[name]++; bytes[name] += size } }
probe socket.recvmsg { if (pid() == target()) n[name]++ }
probe socket.create.return { if (pid() == target() && !requester) n[sprintf("%s %d %d", name, family, success)]++ }
probe socket.close { if (pid() == target()) n[sprintf("%s %d", name, family)]++ }
probe socket.write_iter.return, socket.read_iter.return { if (pid() == target()) bytes[name] += size }
probe end { foreach (name in n) printf("n %s=%d\n", name, n[name]); foreach (name in bytes) printf("bytes %s=%d\n", name, bytes[name]) }
""",
    "messages": r"""
global n, bytes
probe socket.send, socket.receive { if (pid() == target() && success) { n[name]++; bytes[name] += size; n[sprintf("%s type %d state %d", name, type, state)]++ } }
probe end { foreach (name in n) printf("n %s=%d\n", name, n[name]); foreach (name in bytes) printf("bytes %s=%d\n", name, bytes[name]) }
""",
    "counters": r"""
probe tcpmib.ActiveOpens, tcpmib.AttemptFails, tcpmib.CurrEstab, tcpmib.EstabResets, tcpmib.OutRsts, tcpmib.OutSegs, tcpmib.PassiveOpens,
      tcpmib.RetransSegs {}
probe ipmib.InReceives, ipmib.OutRequests, ipmib.InDiscards {}
probe end {
  printf("ActiveOpens=%d\nAttemptFails=%d\nCurrEstab=%d\nEstabResets=%d\n", ActiveOpens[1], AttemptFails[1], CurrEstab[1], EstabResets[1])
  printf("OutRsts=%d\nOutSegs=%d\nPassiveOpens=%d\nRetransSegs=%d\n", OutRsts[1], OutSegs[1], PassiveOpens[1], RetransSegs[1])
  printf("InReceives=%d\nOutRequests=%d\nInDiscards=%d\n", InReceives[1], OutRequests[1], InDiscards[1])
}
""",
    "filters": r"""
global n, total
probe netfilter.ipv4.pre_routing, netfilter.ipv4.local_in, netfilter.ipv4.local_out, netfilter.ipv4.post_routing {
  n[pn()]++
  total[pn()] += length
  if (protocol == ipproto_tcp && syn && !ack) n[sprintf("syn %s %s %s", pn(), saddr, daddr)]++
  if (protocol == ipproto_tcp && rst) n["rst " . pn()]++
  if (protocol == ipproto_udp) n[sprintf("udp %s %d", pn(), dport == 9)]++
}
probe end { foreach (name in n) printf("n %s=%d\n", name, n[name]) foreach (name in total) printf("total %s=%d\n", name, total[name]) }
""",
    "signals": r"""
global n
probe signal.syskill { if (pid() == target()) n[sprintf("%s %d %d %s", name, sig, sig_pid == pid(), pid_name)]++ }
probe signal.checkperm { if (pid() == target()) n[sprintf("%s %s", name, sig_name)]++ }
probe signal.do_action { if (pid() == target() && sigact_addr) n[sprintf("%s %s %s", name, sig_name, sa_handler_str(sa_handler))]++ }
probe end { foreach (name in n) printf("n %s=%d\n", name, n[name]) }
""",
}


def numbers(text):
    return {name: int(value) for name, _, value in (line.rpartition("=") for line in text.splitlines()) if name}


def told(text, word):
    return {line.split()[1]: int(line.split()[2]) for line in text.splitlines() if line.startswith(word + " ")}


def check(name, job, kernel):
    if name == "messages" and kernel in ("5.10", "6.1"):  # the tracepoints came with Linux 6.3
        assert job.exit_code == 1 and re.search("this kernel has no tracepoint '?sock_send_length", job.stderr), (job.stdout, job.stderr)
        return
    assert job.exit_code == 0 and job.stderr == "", (name, job.stdout, job.stderr)
    got, did, snmp = numbers(job.stdout), told(job.stdout, "did"), told(job.stdout, "snmp")
    if name == "sockets":
        expected = {"n socket.sendmsg": did["sends"], "bytes socket.sendmsg": did["sent"], "n socket.recvmsg": did["receives"],
                    "n socket.create.return 2 1": did["sockets"], "n socket.close 2": did["closes"],
                    "bytes socket.write_iter.return": 50, "bytes socket.read_iter.return": 50}
    elif name == "messages":
        expected = {"n socket.send": did["sends"], "bytes socket.send": did["sent"], "n socket.receive": did["receives"],
                    "bytes socket.receive": did["received"], "n socket.send type 1 state 3": 2 * did["connections"]}
    elif name == "counters":
        same = {key: snmp["Tcp." + key] for key in ("ActiveOpens", "AttemptFails", "EstabResets", "PassiveOpens", "CurrEstab", "RetransSegs")}
        # Who asks for a port that nobody listens at is answered without a socket: the filter leaves that out, as SystemTap's does.
        same["OutRsts"] = snmp["Tcp.OutRsts"] - did["refused"]
        # What answers a SYN, and a reset that answers, go another way than a connection's segments.
        same["OutSegs"] = snmp["Tcp.OutSegs"] - did["connections"] - did["refused"]
        expected = {**same, "InReceives": snmp["Ip.InReceives"], "OutRequests": snmp["Ip.OutRequests"], "InDiscards": 0}
        assert snmp["Tcp.ActiveOpens"] == did["connections"] + did["refused"] and snmp["Tcp.AttemptFails"] == did["refused"], snmp
    elif name == "filters":
        local = "127.0.0.1 127.0.0.1"
        expected = {f"n netfilter.ipv4.{hook}": snmp[f"Ip.{counter}"] for hook, counter in
                    (("pre_routing", "InReceives"), ("local_in", "InDelivers"), ("local_out", "OutRequests"), ("post_routing", "OutRequests"))}
        opens = did["connections"] + did["refused"]
        expected |= {f"n syn netfilter.ipv4.{hook} {local}": opens for hook in ("pre_routing", "local_in", "local_out", "post_routing")}
        expected |= {"n rst netfilter.ipv4.local_in": did["refused"] + 1, "n udp netfilter.ipv4.pre_routing 0": 5}
        assert got["total netfilter.ipv4.pre_routing"] == got["total netfilter.ipv4.local_out"] > 0, got
    else:
        expected = {"n syskill 10 1 known_network": did["kills"], "n checkperm SIGUSR1": did["kills"], "n do_action SIGUSR1 ignored": 1}
    wrong = {key: (value, got.get(key, 0)) for key, value in expected.items() if got.get(key, 0) != value}
    assert not wrong, (name, "expected, got:", wrong, job.stdout)


def main():
    coretap, known_network, *names = sys.argv[1:]
    names = names or ["5.10", *kernels.KERNELS]
    run_in_vm.skip_unless(names)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-network-"))
    for name, text in SCRIPTS.items():
        (folder / f"{name}.stp").write_text(text)
        subprocess.run([coretap, "-g", f"--build={folder / name}", str(folder / f"{name}.stp")], check=True)
    for kernel in names:
        result = run_in_vm.run(kernel, [run_in_vm.Job(name, f"{name} -c known_network", 120) for name in SCRIPTS],
                               [*(str(folder / name) for name in SCRIPTS), known_network])
        for name, job in zip(SCRIPTS, result.jobs):
            check(name, job, kernel)
        print(f"{result.release}: sockets, counters, packets and signals agree with what was done")


if __name__ == "__main__":
    main()
