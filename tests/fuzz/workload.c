/* What the fuzzing scripts probe: each function is called exactly once, with the values that workload.py knows, and each
 * system call is made once. Two loops take processor time for the profiling timer. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum shade { DARK = 3, LIGHT = 200 };
struct inner { short s; unsigned char c; long deep[3]; };
struct record {
  int i; unsigned int u; long l; signed char small; unsigned short half;
  int bits : 5; unsigned int more : 7;
  struct inner in; struct inner *out; char name[24]; const char *text; enum shade shade;
};

/* Written, so that their pages are there when a probe reads them. */
static char first_text[32], second_text[300];
static struct inner far_away;
static struct record record;
long sink;

#define PROBED __attribute__((noipa))
PROBED long numbers(long a, int b, unsigned int c, short d, unsigned char e, unsigned long f) {
  sink += a + b + c + d + e + (long)f;
  return a - 1;
}
PROBED int many(int a, int b, int c, int d, int e, int f, int g, long h) {
  sink += a + b + c + d + e + f + g + h;
  return -77;
}
PROBED unsigned char texts(const char *a, char *b, long n) {
  sink += a[0] + b[0] + n;
  return 250;
}
PROBED struct record *members(struct record *p, enum shade shade) {
  sink += p->i + shade;
  return p;
}
PROBED void nothing(void) { sink++; }

static long read_clock(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000l + now.tv_nsec;
}

/* Long enough for twenty of timer.profile's samples: with four, one run in fifty has none. The time must have been ours: that
 * the host took from this machine counts as used, and has no ticks. So there must be twenty ticks that found us running. */
static void burn(void) {
  long tick = 0, last = 0;
  for (int ticks = 0; ticks < 20 || read_clock(CLOCK_PROCESS_CPUTIME_ID) < 200000000l;) {
    const long now = read_clock(CLOCK_MONOTONIC), at = read_clock(CLOCK_MONOTONIC_COARSE);
    ticks += at != tick && now - last < 1000000;
    tick = at;
    last = now;
  }
}

int main(int argc, char **argv) {
  strcpy(first_text, "first text");
  for (int i = 0; i < 260; i++) second_text[i] = 'a' + i % 26;
  far_away = (struct inner){-300, 200, {1l << 40, -5, 77}};
  record = (struct record){-5, 4000000000u, -(1l << 50), -128, 65000, -16, 100, {7, 8, {9, 10, 11}}, &far_away, "a name", second_text, LIGHT};
  numbers(-1234567890123l, -42, 4294967295u, -32768, 255, 0xfedcba9876543210ul);
  many(1, -2, 3, -4, 5, -6, 7, 8l << 32);
  texts(first_text, second_text, 12);
  members(&record, DARK);
  nothing();
  syscall(SYS_lseek, -1, 0x123456789al, 2);
  syscall(SYS_getpgid, -5);
  syscall(SYS_ftruncate, -3, 1l << 33);
  if (argc > 1 && !strcmp(argv[1], "burn")) burn();
  return 0;
}
