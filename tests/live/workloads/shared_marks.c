/* A mark that stands in two places with other operands: in the one its argument is a constant, in the other a
 * variable in memory. Prints the sum of the arguments that it passes, and how often it passes the mark. */
#include <stdio.h>
#include <sys/sdt.h>

volatile int variable;

int main(void) {
  int sum = 0, passed = 0;
  for (int i = 0; i < 20; i++) {
    if (i % 4 == 0) {
      DTRACE_PROBE1(places, both, CONSTANT);
      sum += CONSTANT;
    } else {
      variable = i;
      DTRACE_PROBE1(places, both, variable);
      sum += i;
    }
    passed++;
  }
  printf("%d %d\n", sum, passed);
  return 0;
}
