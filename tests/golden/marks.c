/* A program with USDT marks, for goldens. */
#include <sys/sdt.h>

int main(int argc, char **argv) {
  DTRACE_PROBE3(shop, order__received, argc, argv, 3.5);
  DTRACE_PROBE(shop, closed);
  DTRACE_PROBE1(bank, order__paid, argc);
  return 0;
}
