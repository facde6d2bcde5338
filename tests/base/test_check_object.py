"""check_object.py names each thing that 5.10 lacks, and nothing else: on objects made here by clang."""
import pathlib
import struct
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

    def test_ways_back(self):
        """Numbers are positions; the ways are those of check_cfg() in Linux 5.10, whose words are in the comments."""
        zero, one_more, call, exit_ = (0xb7, 0, 0), (0x07, 0, 1), (0x85, 0, 5), (0x95, 0, 0)
        address, rest = (0x18, 0, 0), (0, 0, 0)

        def back(*instructions):
            return check_object.back_edges(b"".join(struct.pack("<BBhi", code, 1, offset, imm) for code, offset, imm in instructions))

        def to(offset, code=0x05):
            return code, offset, 5

        unless = 0x55
        self.assertEqual(back(zero, one_more, to(-2, unless), exit_), [])
        self.assertEqual(back(zero, to(1), one_more, to(-2, unless), exit_), [2])  # back-edge from insn 2 to 3
        self.assertEqual(back(zero, to(1), call, to(-2, unless), exit_), [2])
        self.assertEqual(back(zero, to(2), address, rest, to(-3, unless), exit_), [3])
        self.assertEqual(back(zero, to(2), one_more, to(0), to(-3, unless), exit_), [])
        # One loop in another, and two loops.
        self.assertEqual(back(zero, to(1), one_more, one_more, to(-2, unless), to(-4, unless), exit_), [2])
        self.assertEqual(back(zero, to(1), one_more, to(-2, unless), to(1), call, to(-2, 0x5d), exit_), [2, 5])

    def test_ways_back_in_an_object(self):
        loop = "asm volatile(\"r1 = 0\\n goto +1\\n r1 += 1\\n if r1 < 5 goto -2\\n\" : : : \"r1\")"
        self.one("a way back into a loop of program is not a jump", body=loop)
        self.one("a way back into a loop of program is not a jump", body=loop, cpu="v2")
        self.assertEqual(faults(body=loop.replace("r1 < 5 goto -2", "r1 < 5 goto -1")), [])


if __name__ == "__main__":
    unittest.main()
