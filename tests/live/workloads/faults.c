/* Touches fresh pages between calls of at(), and passes it how many page faults getrusage(2) has
 * counted: what a perf counter of this process must have counted too. With "wait" it waits for a
 * line first; with "thread" another thread calls at() as well, with number 9. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096
#define PAGES 1000

__attribute__((noinline)) void at(int number, long faults) {
  __asm__ volatile("" : : "r"(number), "r"(faults) : "memory");
}

static long faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

static void *elsewhere(void *nothing) {
  at(9, faults());
  return nothing;
}

int main(int argc, char **argv) {
  char line[8];
  const char *mode = argc > 1 ? argv[1] : "";
  if (strcmp(mode, "wait") == 0 && !fgets(line, sizeof line, stdin)) return 1;
  char *memory = mmap(0, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || madvise(memory, PAGES * PAGE, MADV_NOHUGEPAGE)) return 1;
  at(0, faults()); /* and the code and data of this loop are there */
  at(0, faults());
  for (int number = 1, page = 0; number <= 4; number++) {
    for (int end = page + number * 50; page < end; page++) memory[page * PAGE] = 1;
    at(number, faults());
  }
  if (strcmp(mode, "thread") == 0) {
    pthread_t thread;
    pthread_create(&thread, 0, elsewhere, 0);
    pthread_join(thread, 0);
  }
  return 0;
}
