#!/usr/bin/env python3
"""What a user stack costs, beside a uprobe that only counts: user_stacks.py [--repeat N] [--calls N].

A program calls a function as often as said, with 5 frames below it, and measures how long that takes. The ways take turns,
after one unmeasured round; the numbers are medians. The ratio is what counts: on this machine the time of a trap is its own.
`lost` is how many records found the ring buffer full: an event has two, its stack and its handler's.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
volatile int sink;
__attribute__((noinline)) int leaf(int n) { return sink += n; }
__attribute__((noinline)) int middle(int n) { volatile char room[300]; room[n % 300] = 1; return leaf(n) + room[n % 300]; }
__attribute__((noinline)) int outer(int n) { volatile char room[500]; room[n % 500] = 1; return middle(n) + room[n % 500]; }
int main(int argc, char **argv) {
  int n = atoi(argv[1]), pause = atoi(argv[2]);
  long took = 0;
  for (int i = 0; i < n; i++) {
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    outer(i);
    clock_gettime(CLOCK_MONOTONIC, &b);
    took += (b.tv_sec - a.tv_sec) * 1000000000l + b.tv_nsec - a.tv_nsec;
    if (pause && i % 100 == 99) usleep(pause);
  }
  fprintf(stderr, "%ld\n", took / n);
}
"""
WAYS = {
    "counts": "{ n++ }",
    "prints a number": "{ printf(\"%d\\n\", n++) }",
    "ubacktrace() as a key": "{ s[ubacktrace()] <<< 1 }",
    "print_ubacktrace()": "{ print_ubacktrace() }",
}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--calls", type=int, default=20000)
    options.add_argument("--pause", type=int, default=5000, help="microseconds after each 100 calls, for the reader")
    options = options.parse_args()
    coretap = os.environ.get("CORETAP", str(ROOT / "build" / "coretap"))
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/program"
        subprocess.run(["gcc", "-O2", "-fomit-frame-pointer", "-o", program, "-x", "c", "-"], input=PROGRAM, text=True, check=True)
        took = {way: [] for way in WAYS}
        lost = {way: 0 for way in WAYS}
        for turn in range(options.repeat + 1):
            for way, body in WAYS.items():
                accounts = f"{folder}/accounts.json"
                script = f'global n, s probe process("{program}").function("leaf") {body} probe end {{ n += @count(s[""]) }}'
                result = subprocess.run([coretap, "-w", "-e", script, "--no-global-var-display", f"--accounts={accounts}", "-c",
                                         f"{program} {options.calls} {options.pause}"], capture_output=True, text=True, check=False,
                                        timeout=600)
                numbers = [line for line in result.stderr.splitlines() if line.isdigit()]
                if result.returncode or not numbers:
                    sys.exit(f"{way}: {result.stderr}")
                if turn:
                    took[way].append(int(numbers[0]))
                    with open(accounts, encoding="utf-8") as file:
                        lost[way] += sum(handler["lost_records"] for handler in json.load(file)["handlers"])
    base = statistics.median(took["counts"])
    for way in WAYS:
        median = statistics.median(took[way])
        print(f"{way:24} {median:7.0f} ns a call  {median / base:5.2f}  lost {lost[way]} of {options.calls * options.repeat}")


main()
