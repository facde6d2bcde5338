"""nfsd.*: one binary, built with 6.12's types, on packaged kernels that are NFS server and client at once.

    nfs_test.py CORETAP [KERNEL...]

The truth is what the client did, and the server's own counts of operations in /proc/net/rpc/nfsd. Needs QEMU and the packaged
kernels; without them it is skipped, loudly (exit status 77).
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import run_in_vm
from kernel_modules import load_command, take_modules

SCRIPT = """
global asked, amount, results, below, handles
probe nfsd.proc.entries { asked[name, version, proto, client_ip, uid, gid, argstr]++ handles[name, d_name(fh->fh_dentry)]++ }
probe nfsd.proc.read, nfsd.proc.write { amount[name] += size }
probe nfsd.proc.return { results[name, retstr]++ }
probe nfsd.lookup, nfsd.create, nfsd.unlink, nfsd.rename { below[name, filename, client_ip, ip_ntop(addr_from_rqst($rqstp)) == addr_from_rqst_str($rqstp) ? addr_from_rqst_str($rqstp) : "differs"]++ }
probe nfsd.lookup.return, nfsd.unlink.return { results[name, retstr]++ }
probe nfsd.dispatch { below[name, sprintf("%d %d %d %d", prog, version, proc, proto), client_ip, ""]++ }
probe end {
  foreach ([n, v, p, c, u, g, a] in asked) printf("%s %d %d %s %d %d %s: %d\\n", n, v, p, c, u, g, a, asked[n, v, p, c, u, g, a])
  foreach (n in amount) printf("%s bytes: %d\\n", n, amount[n])
  foreach ([n, r] in results) printf("%s gives %s: %d\\n", n, r, results[n, r])
  foreach ([n, f, c, i] in below) printf("%s %s %s %s: %d\\n", n, f, c, i, below[n, f, c, i])
  foreach ([n, d] in handles) printf("%s in %s: %d\\n", n, d, handles[n, d])
}
"""

# Without rpc.mountd: what it would tell the kernel is told beforehand. 9234 are NFSEXP_FSID, NOSUBTREECHECK, ASYNC and INSECURE_PORT.
SERVER = r"""
{load}
mkdir -p /export /mnt
mount -t tmpfs tmpfs /export
mount -t nfsd nfsd /proc/fs/nfsd 2>/dev/null
echo '-3 +4' >/proc/fs/nfsd/versions
echo 10 >/proc/fs/nfsd/nfsv4gracetime
echo 10 >/proc/fs/nfsd/nfsv4leasetime
echo 'nfsd 127.0.0.1 2147483647 *' >/proc/net/rpc/auth.unix.ip/channel
echo '* 1 \x00000000 2147483647 /export' >/proc/net/rpc/nfsd.fh/channel
echo '* /export 2147483647 9234 -2 -2 0' >/proc/net/rpc/nfsd.export/channel
echo 'tcp 2049' >/proc/fs/nfsd/portlist
echo 2 >/proc/fs/nfsd/threads
"""
MOUNT = "mount -t nfs4 -o vers=4.2,addr=127.0.0.1,clientaddr=127.0.0.1,sec=sys 127.0.0.1:/ /mnt"
CLIENT = f"""set -e
{MOUNT}
mkdir /mnt/folder
dd if=/dev/zero of=/mnt/folder/file bs=1M count=3 conv=fsync 2>/dev/null
umount /mnt
{MOUNT}
cat /mnt/folder/file | wc -c
mv /mnt/folder/file '/mnt/folder/another name'
rm '/mnt/folder/another name'
rmdir /mnt/folder
test ! -e /mnt/absent
umount /mnt
grep proc4ops /proc/net/rpc/nfsd
"""
SIZE = 3 << 20  # more than a client writes at once: it commits afterwards
# RFC 7530, section 16, and RFC 7862, section 15: the operations' numbers. READ_PLUS reads by the procedure of READ.
NUMBERS = {"commit": [5], "create": [6], "lookup": [15], "read": [25, 68], "remove": [28], "rename": [29], "write": [38]}


def check(kernel, job):
    assert job.exit_code == 0 and job.stderr == "", (job.stdout, job.stderr)
    lines = job.stdout.splitlines()
    counts, = ([int(word) for word in line.split()[2:]] for line in lines if line.startswith("proc4ops"))
    told = {}
    for line in lines:
        found = re.fullmatch(r"nfsd\.proc\.(\w+) 4 6 127\.0\.0\.1 0 0 .*: (\d+)", line)
        if found:
            told[found[1]] = told.get(found[1], 0) + int(found[2])
    expected = {name: sum(counts[number] for number in numbers) for name, numbers in NUMBERS.items()}
    assert told == expected and 0 not in told.values(), (kernel, told, expected, job.stdout)
    assert lines[0].strip() == str(SIZE), lines[:3]
    wanted = ["nfsd.proc.create 4 6 127.0.0.1 0 0 folder: 1", "nfsd.proc.rename 4 6 127.0.0.1 0 0 file to another name: 1",
              "nfsd.proc.remove 4 6 127.0.0.1 0 0 another name: 1", "nfsd.proc.remove 4 6 127.0.0.1 0 0 folder: 1",
              f"nfsd.proc.write bytes: {SIZE}", f"nfsd.proc.commit gives NFS_OK: {expected['commit']}", "nfsd.proc.create gives NFS_OK: 1", "nfsd.proc.remove gives NFS_OK: 2",
              "nfsd.proc.rename gives NFS_OK: 1", "nfsd.unlink gives NFS_OK: 2",
              "nfsd.create folder 127.0.0.1 127.0.0.1: 1", "nfsd.rename file 127.0.0.1 127.0.0.1: 1",
              "nfsd.unlink another name 127.0.0.1 127.0.0.1: 1", "nfsd.unlink folder 127.0.0.1 127.0.0.1: 1",
              "nfsd.proc.create in /: 1", "nfsd.proc.rename in folder: 1"]
    missing = [line for line in wanted if line not in lines]
    assert not missing, (kernel, missing, job.stdout)
    assert any(line.startswith("nfsd.proc.lookup gives NFSERR_NOENT: ") for line in lines), job.stdout
    assert any(line.startswith("nfsd.dispatch 100003 4 1 6 127.0.0.1 ") for line in lines), job.stdout
    assert re.search(r"^nfsd\.proc\.read 4 6 127\.0\.0\.1 0 0 \d+, 0: 1$", job.stdout, re.M), job.stdout


def main():
    coretap, *names = sys.argv[1:]
    names = names or ["6.1", "6.12"]
    run_in_vm.skip_unless({*names, "6.12"})
    work = pathlib.Path(tempfile.mkdtemp(prefix="coretap-nfs-"))
    (work / "client.sh").write_text(CLIENT)
    # As in /sys/kernel/btf: the kernel's types, and beside them a file for each module.
    types = work / "btf"
    types.mkdir()
    shutil.copy(run_in_vm.kernel_btf("6.12"), types / "vmlinux")
    for name in take_modules("6.12", ["nfsd"], types):
        (types / f"{name}.ko").rename(types / name)
    (work / "nfs.stp").write_text(SCRIPT)
    subprocess.run([coretap, "--btf", str(types / "vmlinux"), f"--build={work / 'nfs'}", str(work / "nfs.stp")], check=True)
    for kernel in names:
        folder = work / kernel
        folder.mkdir()
        modules = take_modules(kernel, ["nfsd", "nfsv4"], folder)
        server = SERVER.replace("{load}", load_command(modules))
        result = run_in_vm.run(kernel, [run_in_vm.Job("traced", server + "nfs -c 'sh /t/client.sh'", 300)],
                               [str(work / "nfs"), str(work / "client.sh"), *(f"{folder / name}.ko:/t/{name}.ko" for name in modules)])
        check(kernel, result.jobs[0])
        print(f"{result.release}: nfsd.* agree with the client and with the server's counts")


main()
