/* Names itself, reads the name back from /proc, and passes it and a buffer of every byte to show(),
 * whose call a script probes. Prints both in hex: what a dump of either must say. */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

static unsigned char bytes[5000];

__attribute__((noinline)) void show(const unsigned char *p, int n) {
  __asm__ volatile("" : : "r"(p), "r"(n) : "memory");
}

static void hex(const void *p, size_t n) {
  for (size_t i = 0; i < n; i++) printf("%02x", ((const unsigned char *)p)[i]);
  printf("\n");
}

int main(void) {
  char name[17] = {0};
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = i * 7 + i / 256;
  prctl(PR_SET_NAME, "dump me\tnow", 0, 0, 0);
  FILE *comm = fopen("/proc/self/comm", "r");
  if (!comm || !fgets(name, sizeof name, comm)) return 1;
  name[strcspn(name, "\n")] = 0;
  hex(name, strlen(name));
  hex(bytes, sizeof bytes);
  fflush(stdout);
  for (int n = 1; n <= 4; n++) show(bytes, n);
  return 0;
}
