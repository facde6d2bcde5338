/* plt N: calls getenv N times, getppid 2*N times and getuid N times through the linkage table; getuid's address is taken as well, so
 * that it has an entry of its own kind; once setjmp, and exit at the end. */
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  jmp_buf here;
  int n = argc > 1 ? atoi(argv[1]) : 1;
  long sum = 0;
  uid_t (*volatile taken)(void) = getuid;
  if (setjmp(here)) return 1;
  for (int i = 0; i < n; i++) {
    sum += getenv("CT_NOT_THERE") != NULL;
    sum += getppid() < 0;
    sum += getppid() < 0;
    sum += getuid() == (uid_t)-1;
  }
  exit(sum != (taken == NULL));
}
