// What the tools of examples/tools are tried on: each mode does a known number of known things, and prints what only it knows.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void opens(const char* here) {
  close(open(here, O_RDONLY));
  close(open(here, O_RDONLY));
  open("/nonexistent/file", O_RDONLY);
  openat(AT_FDCWD, "/nonexistent/other", O_WRONLY | O_CREAT, 0600);
}

static void signals(void) {
  signal(SIGUSR1, SIG_IGN);
  kill(getpid(), SIGUSR1);
  kill(getpid(), 0);
  kill(1 << 30, SIGTERM);  // nobody has this number
  syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
}

static void stats(const char* here) {
  struct stat st;
  stat(here, &st);
  lstat("/nonexistent/link", &st);
  fstat(0, &st);  // not by name
  struct statx more;
  statx(AT_FDCWD, "/nonexistent/x", 0, STATX_SIZE, &more);
}

static void files(const char* path) {
  static char text[4096];
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  for (int i = 0; i < 3; i++)
    if (write(fd, text, 1000) != 1000) abort();
  for (int i = 0; i < 2; i++)
    if (pread(fd, text, 4096, 0) != 3000) abort();
  fsync(fd);
  fsync(fd);
  fdatasync(fd);
  fsync(-1);
  close(fd);
}

static void mounts(const char* folder) {
  if (mount("none", folder, "tmpfs", 0, "size=64k") == 0) umount(folder);
  mount("none", folder, "nosuchfs", 0, 0);
}

__attribute__((noinline)) void sleeper(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, 0);
  asm volatile("");  // a call of it is not the last thing that this does
}

static volatile long sink;

__attribute__((noinline)) int work(int kind, const char* text) {
  for (int i = 0; i < 1000; i++) sink += i;
  return kind * 10 + (int)strlen(text);
}

__attribute__((noinline)) int twice(int kind) {
  int sum = work(kind, "one");
  sum += work(kind, "three");
  asm volatile("" : "+r"(sum));
  return sum;
}

static void* first_thread(void* unused) { return unused; }
static void* second_thread(void* unused) { return unused; }

static void threads(void) {
  pthread_t thread;
  void* (*const functions[])(void*) = {first_thread, second_thread, second_thread};
  for (int i = 0; i < 3; i++) {
    pthread_create(&thread, 0, functions[i], 0);
    pthread_join(thread, 0);
  }
}

static void names(void) {
  struct addrinfo* found = 0;
  if (getaddrinfo("localhost", 0, 0, &found) == 0) freeaddrinfo(found);
  printf("wrong %d\n", getaddrinfo("name.invalid..", 0, 0, &found));
}

static void system_calls(void) {
  for (int i = 0; i < 500; i++) syscall(SYS_getppid);
  for (int i = 0; i < 20; i++) syscall(SYS_dup, -1);
}

// Prints its own line of /proc/self/schedstat: ns on a CPU, ns of waiting for one, times it got one.
static void print_schedstat(void) {
  char line[100] = "";
  int fd = open("/proc/self/schedstat", O_RDONLY);
  if (read(fd, line, sizeof line - 1) < 0) abort();
  close(fd);
  printf("schedstat %s", line);
}

// Sleeps and works, and prints what the scheduler counted.
static void turns(void) {
  for (int i = 0; i < 100; i++) {
    sleeper(1);
    for (int j = 0; j < 20000; j++) sink += j;
  }
  print_schedstat();
}

static long microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// The thread "waker" lets this one go on after 200 and after another 300 ms.
static int pipe_ends[2];
static void* waker(void* unused) {
  prctl(PR_SET_NAME, "waker");
  for (int ms = 200; ms <= 300; ms += 100) {
    sleeper(ms);
    if (write(pipe_ends[1], "x", 1) != 1) abort();
  }
  return unused;
}
// Prints how long it waited, in us: all and the longest.
static void wakes(void) {
  pthread_t thread;
  char text;
  long all = 0, longest = 0;
  if (pipe(pipe_ends) || pthread_create(&thread, 0, waker, 0)) abort();
  for (int i = 0; i < 2; i++) {
    const long before = microseconds();
    if (read(pipe_ends[0], &text, 1) != 1) abort();
    const long us = microseconds() - before;
    all += us;
    if (us > longest) longest = us;
  }
  pthread_join(thread, 0);
  printf("waited %ld %ld\n", all, longest);
}

// us on a CPU, times it gave the CPU up and lost it, page faults, and us of time.
static void counted(long to[5]) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  to[0] = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
  to[1] = used.ru_nvcsw;
  to[2] = used.ru_nivcsw;
  to[3] = used.ru_minflt;
  to[4] = microseconds();
}

// Prints what the kernel counted since `before`, after NAME.
static void print_counted(const char* name, const long before[5]) {
  long now[5];
  counted(now);
  printf("%s %ld %ld %ld %ld %ld\n", name, now[0] - before[0], now[1] - before[1], now[2] - before[2], now[3] - before[3], now[4] - before[4]);
}

// Computes in one function, for half a second of CPU time.
__attribute__((noinline)) void hot(void) {
  while (clock() < CLOCKS_PER_SEC / 2)
    for (int i = 0; i < 1000000; i++) sink += i;
}

// Touches 1,000 pages, sleeps and works, and prints what the kernel counted of it.
static void usage(void) {
  long before[5];
  counted(before);
  char* pages = malloc(1000 * 4096);
  for (int i = 0; i < 1000; i++) pages[i * 4096] = 1;
  for (int i = 0; i < 50; i++) {
    sleeper(1);
    for (int j = 0; j < 200000; j++) sink += j;
  }
  print_counted("usage", before);
}

// Two processes compute on one CPU, so that each waits while the other has it, and print what the scheduler counted.
static void shares(void) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  if (sched_setaffinity(0, sizeof one, &one)) abort();
  const pid_t child = fork();
  hot();
  print_schedstat();
  if (child) waitpid(child, 0, 0);
}

// Computes, and prints what the kernel counted of it.
static void burns_counted(void) {
  long before[5];
  counted(before);
  hot();
  print_counted("burned", before);
}

// Takes memory until the kernel says no.
static void eats(void) {
  for (;;) memset(malloc(1 << 20), 1, 1 << 20);
}

int main(int argc, char** argv) {
  const char* mode = argc > 1 ? argv[1] : "";
  const char* path = argc > 2 ? argv[2] : "";
  if (!strcmp(mode, "opens")) opens(path);
  if (!strcmp(mode, "signals")) signals();
  if (!strcmp(mode, "stats")) stats(path);
  if (!strcmp(mode, "files")) files(path);
  if (!strcmp(mode, "mounts")) mounts(path);
  if (!strcmp(mode, "sleeps")) {
    sleeper(200);
    sleeper(300);
  }
  volatile int most = 3;  // so that each call stays one place
  if (!strcmp(mode, "calls"))
    for (int kind = 1; kind <= most; kind++)
      for (int i = 0; i < kind; i++) twice(kind);
  if (!strcmp(mode, "threads")) threads();
  if (!strcmp(mode, "names")) names();
  if (!strcmp(mode, "syscalls")) system_calls();
  if (!strcmp(mode, "turns")) turns();
  if (!strcmp(mode, "shares")) shares();
  if (!strcmp(mode, "wakes")) wakes();
  if (!strcmp(mode, "burns")) hot();
  if (!strcmp(mode, "burns-counted")) burns_counted();
  if (!strcmp(mode, "usage")) usage();
  if (!strcmp(mode, "eats")) eats();
  if (!strcmp(mode, "faults")) *(volatile int*)0 = 1;
  return 0;
}
