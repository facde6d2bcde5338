/* Allocates 1000 times 700 bytes and 7 times 3,000,000, then naps 200 times for a millisecond and
 * prints how many of the naps gave up the CPU: a timer that fires before the sleep does not. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static void allocate(int times, size_t bytes) {
  for (int i = 0; i < times; i++) {
    void *volatile block = malloc(bytes);
    free(block);
  }
}

static long switches(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nvcsw;
}

int main(void) {
  allocate(1000, 700);
  allocate(7, 3000000);
  long before = switches();
  for (int i = 0; i < 200; i++) nanosleep(&(struct timespec){0, 1000000}, 0);
  char text[64]; /* printf() and dprintf() would allocate a buffer */
  int length = snprintf(text, sizeof text, "slept %ld times\n", switches() - before);
  return write(1, text, length) != length;
}
