// Looks like a vmlinux to who reads its symbols and its debug information; nothing runs it.
// Compiled twice, the second time with SECOND, to have two static functions of one name.
#ifndef SECOND
const char linux_banner[] = "Linux version 9.9.9-small (nobody@nowhere) #1";
asm(".data\n.globl ticks\nticks: .quad 5\n");  // of no unit's debug information, as jiffies
asm(".text\n.globl _stext\n_stext:\n");

int counter __attribute__((section(".data..percpu"))) = 4;
int shared = 3;
extern int second(int n);

static inline __attribute__((always_inline)) int twice(int n) {
  int doubled = n * 2;  // inlined
  shared += doubled;
  return doubled;
}

__attribute__((section(".init.text"), noinline)) int at_start(int n) {
  return n + shared;
}

static __attribute__((noinline)) int same(int n) {
  shared ^= n;  // same of the first
  return n + 1;
}

int work(int size) {
  int sum = 0;
  for (int i = 0; i < size; i++) {
    sum += same(i);  // a turn
    shared += sum;
  }
  return twice(sum) + counter + second(sum) + at_start(sum);
}
#else
extern int shared;
extern long ticks;
static __attribute__((noinline)) int same(int n) {
  shared -= n;  // same of the second
  return n * 3;
}

int second(int n) {
  return same(n) + same(n + 1) + (int)ticks;
}
#endif
