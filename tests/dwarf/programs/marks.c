/* Two places of one USDT mark, and one of another that has a semaphore. */
#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

unsigned short unit_first_semaphore __attribute__((section(".probes")));
unsigned short unit_second_semaphore __attribute__((section(".probes")));

int main(int argc, char** argv) {
  (void)argv;
  DTRACE_PROBE2(unit, first, argc, 7L);
  if (argc > 1) DTRACE_PROBE2(unit, first, 2, 8L);
  DTRACE_PROBE(unit, second);
  return 0;
}
