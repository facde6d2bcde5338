/* processes CHILDREN THREADS CALLS [waits]: forks CHILDREN processes one after the other. Each, and the first process as well,
 * calls getppid CALLS times in its main thread; each child also in every one of its THREADS, and opens a file whose name nobody
 * has read before. Without children the first process has the THREADS. "waits": for a line before it begins, and for another
 * before it ends. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int calls;
/* In a page that nothing else is in. */
static const char far_name[8192] __attribute__((aligned(4096), section(".rodata.far"))) = "/nonexistent/far";

static void *call(void *unused) {
  for (int i = 0; i < calls; i++) syscall(SYS_getppid);
  return unused;
}

static void call_in_threads(int threads) {
  pthread_t running[16];
  for (int t = 0; t < threads; t++) pthread_create(&running[t], NULL, call, NULL);
  call(NULL);
  for (int t = 0; t < threads; t++) pthread_join(running[t], NULL);
}

int main(int argc, char **argv) {
  int children = atoi(argv[1]), threads = atoi(argv[2]);
  calls = atoi(argv[3]);
  if (argc > 4 && getchar() < 0) return 1;
  if (children == 0)
    call_in_threads(threads);
  else
    call(NULL);
  for (int i = 0; i < children; i++) {
    if (fork() == 0) {
      call_in_threads(threads);
      open(far_name, O_RDONLY);
      _exit(0);
    }
    wait(NULL);
  }
  if (argc > 4) getchar();
  return 0;
}
