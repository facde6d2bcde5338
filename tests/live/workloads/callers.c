/* Call trees that are known. ARGV[1] says which; ARGV[2] how often.
 *   plain     main > outer > middle > leaf
 *   library   main > qsort (of libc) > … > compare > leaf
 *   handler   main > raise (of libc) > … > on_signal > leaf
 *   thread    a thread's start > in_thread > leaf
 *   clock     main > clock_gettime, in the vdso, as long
 *   deep      main > down > down > … > leaf, with frames of some KiB
 *   profile   main > spin_N > spin_… > spin_1 > burn, for as many milliseconds of its own time
 *   write     main > outer_write > write (of libc)
 *   jit       main > code in memory of no file, named in /tmp/perf-PID.map > from_jit > leaf
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

volatile int sink;

__attribute__((noinline)) int leaf(int n) {
  volatile char room[200];
  memset((char *)room, n, sizeof room);
  sink += room[n % 100];
  return sink;
}
__attribute__((noinline)) int middle(int n) {
  int r = leaf(n + 1);
  sink += r;
  return r * 3;
}
__attribute__((noinline)) int outer(int n) {
  int r = middle(n * 2);
  sink ^= r;
  return r + 1;
}
__attribute__((noinline)) int compare(const void *a, const void *b) {
  sink += leaf(*(const int *)a);
  return *(const int *)a - *(const int *)b;
}
__attribute__((noinline)) void on_signal(int number) { sink += leaf(number); }
__attribute__((noinline)) void *in_thread(void *n) {
  sink += leaf(*(int *)n);
  return n;
}
__attribute__((noinline)) int down(int depth, int size) {
  char room[size];
  memset(room, depth, sizeof room);
  int r = depth ? down(depth - 1, size) : leaf(size);
  return r + room[sink & 15];
}
__attribute__((noinline)) int outer_write(int n) {
  int r = (int)write(1, "x\n", 2);
  sink += n + r;
  return r;
}

__attribute__((noinline)) void from_jit(void) { sink += leaf(sink & 7); }
static void jit(void) {
  /* push %rbp; mov %rsp,%rbp; call *%rdi; pop %rbp; ret */
  static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};
  char *memory = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char name[64];
  memcpy(memory + 64, code, sizeof code);
  mprotect(memory, 4096, PROT_READ | PROT_EXEC);
  snprintf(name, sizeof name, "/tmp/perf-%d.map", (int)getpid());
  FILE *map = fopen(name, "w");
  fprintf(map, "%lx %zx a function of the JIT\n", (unsigned long)memory + 64, sizeof code);
  fclose(map);
  ((void (*)(void (*)(void)))(memory + 64))(from_jit);
}

/* Of this process's own time: a busy machine takes longer. */
static long milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
__attribute__((noinline)) unsigned burn(unsigned n) {
  for (unsigned i = 0; i < 1000; i++) n = n * 1103515245 + 12345 + sink;
  sink = (int)n;
  return n;
}
#define SPIN(name, next, size)                       \
  __attribute__((noinline)) unsigned name(unsigned n) { \
    volatile unsigned char room[size];               \
    room[n % size] = (unsigned char)n;               \
    unsigned r = next(n + 1);                        \
    return r + room[n % size];                       \
  }
SPIN(spin_1, burn, 24)
SPIN(spin_2, spin_1, 100)
SPIN(spin_3, spin_2, 700)
SPIN(spin_4, spin_3, 8)

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "plain";
  int n = argc > 2 ? atoi(argv[2]) : 1;
  if (!strcmp(what, "plain"))
    for (int i = 0; i < n; i++) outer(i);
  if (!strcmp(what, "library"))
    for (int i = 0; i < n; i++) {
      int values[2] = {2, 1};
      qsort(values, 2, sizeof *values, compare);
    }
  if (!strcmp(what, "handler")) {
    signal(SIGUSR1, on_signal);
    for (int i = 0; i < n; i++) raise(SIGUSR1);
  }
  if (!strcmp(what, "thread"))
    for (int i = 0; i < n; i++) {
      pthread_t thread;
      pthread_create(&thread, 0, in_thread, &i);
      pthread_join(thread, 0);
    }
  if (!strcmp(what, "deep")) sink += down(n, argc > 3 ? atoi(argv[3]) : 4000);
  if (!strcmp(what, "profile"))
    for (long end = milliseconds() + n; milliseconds() < end;)
      for (int i = 0; i < 100; i++) sink += (int)spin_4((unsigned)sink);
  if (!strcmp(what, "clock"))
    for (long end = milliseconds() + n; milliseconds() < end;)
      for (int i = 0; i < 1000; i++) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        sink += (int)t.tv_nsec;
      }
  if (!strcmp(what, "jit")) jit();
  if (!strcmp(what, "write"))
    for (int i = 0; i < n; i++) sink += outer_write(i);
  return sink == 42;
}
