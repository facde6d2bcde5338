"""check_object.py names each thing that 5.10 lacks, and nothing else: on objects made here by clang."""
import pathlib
import subprocess
import tempfile
import unittest

import check_object

HEAD = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, %(map)s); __uint(max_entries, 4096); } m SEC(".maps");
unsigned long long memory; long number;
static long callback(unsigned i, void *c) { return i > number; }
extern void kernel_function(void) __attribute__((section(".ksyms")));
SEC("%(section)s") int program(void *ctx) { %(body)s; return 0; }
char LICENSE[] SEC("license") = "GPL";
"""


def faults(body="", section="kprobe", map_type="BPF_MAP_TYPE_RINGBUF", cpu="v3"):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "x.o"
        text = HEAD % {"map": map_type, "section": section, "body": body}
        subprocess.run(["clang", "-O2", "-g", "-target", "bpf", f"-mcpu={cpu}", "-I/usr/include/x86_64-linux-gnu", "-x", "c",
                        "-Wno-unused", "-c", "-", "-o", str(path)], input=text, text=True, check=True)
        return list(check_object.faults(path.read_bytes()))


class CheckObject(unittest.TestCase):
    def one(self, part, **kwargs):
        found = faults(**kwargs)
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def test_what_5_10_has(self):
        body = ("__sync_fetch_and_add(&memory, 1); number = bpf_ktime_get_ns() % 7;"
                "for (int i = 0; i < number && i < 9; i++) memory ^= (unsigned)number << i;"
                "void *r = bpf_ringbuf_reserve(&m, 8, 0); if (r) bpf_ringbuf_submit(r, 0)")
        self.assertEqual(faults(body), [])
        self.assertEqual(faults(body, section="tp_btf/sched_switch"), [])

    def test_fetching_atomics(self):
        self.one("atomic operation 0x1", body="number = __sync_fetch_and_add(&memory, 1)")
        self.one("atomic operation 0xe1", body="number = __sync_lock_test_and_set(&memory, 1)")
        self.one("atomic operation 0xf1", body="number = __sync_val_compare_and_swap(&memory, 1, 2)")
        self.one("atomic operation 0x40", body="__sync_fetch_and_or(&memory, 4)")

    def test_helpers(self):
        self.one("helper 174 is newer", body="number = bpf_get_attach_cookie(ctx)")
        self.one("helper 158 is newer", body="number = (long)bpf_get_current_task_btf()")

    def test_callbacks(self):
        found = faults(body="bpf_loop(9, callback, 0, 0)")
        self.assertEqual([fault.split(": ", 1)[1] for fault in found],
                         ["address of a function: a callback", "helper 181 is newer than 155"])

    def test_kernel_functions(self):
        self.one("call of a kernel function (kernel_function)", body="kernel_function()")

    def test_map_types_and_kinds_of_programs(self):
        self.one("map m: type 30 is newer", map_type="BPF_MAP_TYPE_BLOOM_FILTER")
        self.one("section kprobe.multi", section="kprobe.multi")

    def test_instructions_of_later_versions(self):
        instruction = bytes([0x3f, 0x10, 1, 0, 0, 0, 0, 0])  # r0 s/= r1, of BPF v4
        opcode, registers = instruction[0], instruction[1]
        found = list(check_object.instruction_faults(opcode, registers, 1, 0, None, set()))
        self.assertEqual(len(found), 1)
        self.assertEqual(list(check_object.instruction_faults(opcode, registers, 0, 0, None, set())), [])
        self.assertEqual(len(list(check_object.instruction_faults(0x91, 0x10, 0, 0, None, set()))), 1)  # sign-extending load
        self.assertEqual(len(list(check_object.instruction_faults(0xd7, 0, 0, 16, None, set()))), 1)  # bswap


if __name__ == "__main__":
    unittest.main()
