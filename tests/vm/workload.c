// A program to be traced: does exactly what its arguments say and prints what it did, so that a test knows every count.
//
//   workload [-t THREADS] [-d DELAY_US] [-w] OPERATION=COUNT...
//
// The operations run in the order given, each COUNT times in each thread. -w waits for a line on standard input first, after
// it has printed "ready". The first thread keeps the program's name, the others are called worker1, worker2, … It prints
// its pid and, per operation, the calls that were made, that succeeded and that failed:
//   pid 123
//   open calls 10 ok 10 failed 0
//
// Static, so that it runs in a VM with nothing else. Calls go through syscall() where libc would use another system call.
// Besides what it was asked for, it opens /dev/null once at its start, by open(2) so that openat's count is not touched.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kMaxThreads = 64 };

// One call; returns its result, negative for a failure. `thread` and `i` make names distinct.
typedef long (*Call)(int thread, long i);

static int null_fd;

static void name_file(char* name, size_t size, int thread, long i) {
  snprintf(name, size, "/tmp/workload.%d.%d.%ld", getpid(), thread, i);
}

static long call_open(int thread, long i) {
  (void)thread, (void)i;
  long fd = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY);
  if (fd >= 0) syscall(SYS_close, fd);
  return fd;
}

static long call_open_missing(int thread, long i) {
  (void)thread, (void)i;
  return syscall(SYS_openat, AT_FDCWD, "/nonexistent/workload", O_RDONLY);
}

static long call_create(int thread, long i) {
  char name[64];
  name_file(name, sizeof name, thread, i);
  long fd = syscall(SYS_openat, AT_FDCWD, name, O_CREAT | O_WRONLY, 0600);
  if (fd >= 0) syscall(SYS_close, fd);
  return fd;
}

static long call_unlink(int thread, long i) {
  char name[64];
  name_file(name, sizeof name, thread, i);
  return syscall(SYS_unlinkat, AT_FDCWD, name, 0);
}

// Writes i % 100 + 1 bytes, so sizes are known too.
static long call_write(int thread, long i) {
  (void)thread;
  static const char bytes[100];
  return syscall(SYS_write, null_fd, bytes, i % 100 + 1);
}

static long call_read(int thread, long i) {
  (void)thread, (void)i;
  char byte;
  return syscall(SYS_read, null_fd, &byte, 1);
}

static long call_getppid(int thread, long i) {
  (void)thread, (void)i;
  return syscall(SYS_getppid);
}

static long call_kill(int thread, long i) {
  (void)thread, (void)i;
  return syscall(SYS_kill, getpid(), 0);
}

static long call_fork(int thread, long i) {
  (void)thread, (void)i;
  pid_t pid = fork();
  if (pid == 0) _exit(0);
  int status;
  return pid > 0 && waitpid(pid, &status, 0) == pid ? pid : -1;
}

static long call_exec(int thread, long i) {
  (void)thread, (void)i;
  pid_t pid = fork();
  if (pid == 0) {
    execl("/proc/self/exe", "workload-child", (char*)0);
    _exit(127);
  }
  int status;
  return pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 0 ? pid : -1;
}

static long call_nanosleep(int thread, long i) {
  (void)thread, (void)i;
  struct timespec time = {.tv_nsec = 1000};
  return syscall(SYS_nanosleep, &time, (void*)0);
}

// For probes in user space.
__attribute__((noinline)) void workload_called(int thread, long i) { __asm__ volatile("" ::"r"(thread), "r"(i) : "memory"); }

static long call_call(int thread, long i) {
  workload_called(thread, i);
  return 0;
}

// Gives the thread its own name again: one event of task_rename each.
static long call_rename(int thread, long i) {
  (void)thread, (void)i;
  char name[16];
  return prctl(PR_GET_NAME, name) == 0 && prctl(PR_SET_NAME, name) == 0 ? 0 : -1;
}

static long call_sleep(int thread, long i) {
  (void)thread, (void)i;
  struct timespec time = {.tv_nsec = 20 * 1000 * 1000};
  return syscall(SYS_nanosleep, &time, (void*)0);
}

static long total_faults;  // that the kernel counted while a thread was called "faulting"

// Touches 1000 fresh pages, as a thread named "faulting".
static long call_fault(int thread, long i) {
  (void)thread, (void)i;
  enum { kPages = 1000, kPage = 4096 };
  char name[16];
  struct rusage before, after;
  char* pages = mmap(NULL, kPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || madvise(pages, kPages * kPage, MADV_NOHUGEPAGE) < 0 || prctl(PR_GET_NAME, name)) return -1;
  getrusage(RUSAGE_THREAD, &before);
  getrusage(RUSAGE_THREAD, &after);  // whatever faults here has done so now
  prctl(PR_SET_NAME, "faulting");
  getrusage(RUSAGE_THREAD, &before);
  for (int page = 0; page < kPages; ++page) pages[page * kPage] = 1;
  getrusage(RUSAGE_THREAD, &after);
  prctl(PR_SET_NAME, name);
  __atomic_add_fetch(&total_faults, after.ru_minflt - before.ru_minflt, __ATOMIC_RELAXED);
  return munmap(pages, kPages * kPage);
}

static const struct {
  const char* name;
  const char* what;
  Call call;
} operations[] = {
    {"open", "openat of /dev/null, close", call_open},
    {"open_missing", "openat of a file that is not there (ENOENT)", call_open_missing},
    {"create", "openat with O_CREAT of /tmp/workload.PID.THREAD.I, close", call_create},
    {"unlink", "unlinkat of what create made", call_unlink},
    {"write", "write of I % 100 + 1 bytes to /dev/null", call_write},
    {"read", "read of 1 byte from /dev/null (end of file)", call_read},
    {"getppid", "getppid", call_getppid},
    {"kill", "kill of itself with signal 0", call_kill},
    {"fork", "fork and wait", call_fork},
    {"exec", "fork, execve of itself, wait", call_exec},
    {"nanosleep", "nanosleep of 1 us", call_nanosleep},
    {"sleep", "nanosleep of 20 ms", call_sleep},
    {"call", "call of the function workload_called", call_call},
    {"rename", "prctl PR_SET_NAME", call_rename},
    {"fault", "1000 page faults as a thread named \"faulting\"; prints how many the kernel counted", call_fault},
};

// What one thread does of one operation, and what came of it.
struct Share {
  Call call;
  long count;
  long delay_us;
  int thread;
  long ok;
};

static void* run_share(void* argument) {
  struct Share* share = argument;
  if (share->thread > 0) {
    char name[24];
    snprintf(name, sizeof name, "worker%d", share->thread);
    prctl(PR_SET_NAME, name);
  }
  for (long i = 0; i < share->count; ++i) {
    share->ok += share->call(share->thread, i) >= 0;
    if (share->delay_us) usleep(share->delay_us);
  }
  return NULL;
}

static void run_operation(const char* name, Call call, long count, long delay_us, int threads) {
  pthread_t ids[kMaxThreads];
  struct Share shares[kMaxThreads] = {0};
  long ok = 0;
  for (int t = 0; t < threads; ++t) {
    shares[t] = (struct Share){.call = call, .count = count, .delay_us = delay_us, .thread = t};
    if (t > 0 && pthread_create(&ids[t], NULL, run_share, &shares[t]) != 0) {
      perror("workload: pthread_create");
      exit(1);
    }
  }
  run_share(&shares[0]);
  for (int t = 0; t < threads; ++t) {
    if (t > 0) pthread_join(ids[t], NULL);
    ok += shares[t].ok;
  }
  printf("%s calls %ld ok %ld failed %ld\n", name, count * threads, ok, count * threads - ok);
}

static int usage(void) {
  fputs("usage: workload [-t THREADS] [-d DELAY_US] [-w] OPERATION=COUNT...\noperations:\n", stderr);
  for (size_t k = 0; k < sizeof operations / sizeof *operations; ++k)
    fprintf(stderr, "  %-14s %s\n", operations[k].name, operations[k].what);
  return 2;
}

// Runs "NAME=COUNT"; false if it is not one.
static int run_word(const char* word, long delay_us, int threads) {
  for (size_t k = 0; k < sizeof operations / sizeof *operations; ++k) {
    size_t length = strlen(operations[k].name);
    if (strncmp(word, operations[k].name, length) != 0 || word[length] != '=') continue;
    char* end;
    errno = 0;
    long count = strtol(word + length + 1, &end, 10);
    if (*end || end == word + length + 1 || errno || count < 0) return 0;
    run_operation(operations[k].name, operations[k].call, count, delay_us, threads);
    return 1;
  }
  return 0;
}

int main(int argc, char** argv) {
  if (argc == 1 && strcmp(argv[0], "workload-child") == 0) return 0;  // what the exec operation runs
  int option, threads = 1, wait_first = 0;
  long delay_us = 0;
  while ((option = getopt(argc, argv, "t:d:w")) != -1) {
    if (option == 't') threads = atoi(optarg);
    else if (option == 'd') delay_us = atol(optarg);
    else if (option == 'w') wait_first = 1;
    else return usage();
  }
  if (optind == argc || threads < 1 || threads > kMaxThreads || delay_us < 0) return usage();
  null_fd = syscall(SYS_open, "/dev/null", O_RDWR);
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("pid %d\n", getpid());
  if (wait_first) {
    puts("ready");
    while (getchar() != '\n' && !feof(stdin)) continue;
  }
  for (; optind < argc; ++optind)
    if (!run_word(argv[optind], delay_us, threads)) return usage();
  if (total_faults) printf("faults %ld\n", total_faults);
  return 0;
}
