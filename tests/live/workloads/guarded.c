/* Marks with semaphores: the program passes a mark only while somebody uses it. Prints how often it did, in each of
 * its ways. Waits for a line on its input before and after the first half if it gets an argument. */
#define _SDT_HAS_SEMAPHORES 1
#include <stdio.h>
#include <sys/sdt.h>

unsigned short guarded_first_semaphore __attribute__((section(".probes")));
unsigned short guarded_second_semaphore __attribute__((section(".probes")));

int main(int argc, char** argv) {
  int first = 0, second = 0;
  (void)argv;
  for (int i = 0; i < 10; i++) {
    if (argc > 1 && i % 5 == 0 && getchar() == EOF) return 1;
    if (guarded_first_semaphore) {
      first++;
      DTRACE_PROBE1(guarded, first, i);
    }
    if (guarded_second_semaphore) {
      second++;
      DTRACE_PROBE1(guarded, second, i);
    }
  }
  printf("%d %d\n", first, second);
  return 0;
}
