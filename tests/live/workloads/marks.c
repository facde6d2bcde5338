/* USDT marks whose arguments are of every form, each with values that are known. */
#include <stdio.h>
#include <string.h>
#include <sys/sdt.h>

long table[4] = {10, 20, 30, 40};
int counter = -7;

/* A mark with any operands, as text of the assembler. */
#define FORM(name, operands, ...) \
  __asm__ volatile(STAP_PROBE_ASM(forms, name, operands) : : __VA_ARGS__)

__attribute__((noinline)) static void widths(signed char b, unsigned char ub, short h, unsigned short uh, int w,
                                             unsigned uw, long l, const char* text) {
  DTRACE_PROBE8(marks, widths, b, ub, h, uh, w, uw, l, text);
}

static inline __attribute__((always_inline)) void copied(int n) { DTRACE_PROBE1(marks, copied, n); }

int main(int argc, char** argv) {
  static char text[] = "some text";
  text[0] = 'S';
  widths(-1, 255, -2, 65535, -3, 4294967295u, -4, text);
  DTRACE_PROBE(marks, none);
  DTRACE_PROBE3(marks, constants, 5, -6, (unsigned char)200);
  copied(1);
  if (argc > 0) copied(2);
  copied(100);
  FORM(indexed, 8@(%[base],%[index],8) 8@8(%[base],%[index],8) 4@(%[base]), [base] "r"(table), [index] "r"(1l));
  FORM(scaled, 8@table(,%[index],8), [index] "r"(3l));
  FORM(parts, -1@%h[r] 1@%b[r] -2@%w[r] 4@%k[r], [r] "a"(0xfff0c3e5l));
  FORM(symbols, -4@counter(%%rip) 8@table+16(%%rip), "m"(counter), "m"(table));
  FORM(sums, 8@8+16-8(%[base]), [base] "r"(table));
  FORM(numbers, 1@$-1 -1@$255 4@$-1 8@$0x10, "m"(counter));
  FORM(unreadable, 8@%%xmm0 8f@%%xmm1 16@%[base] 8@%%fs:0 8@nowhere(%%rip) 8@%[base], [base] "r"(table));
  printf("%s %d\n", argv[0] + (argv[0][0] == '/'), counter);
  return 0;
}
