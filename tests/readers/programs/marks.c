/* USDT marks with operands of many forms. It never runs. */
#include <sys/sdt.h>

short counter = 3;
static unsigned char table[8];

/* A mark whose arguments are written here and not by the compiler. */
#define WRITTEN(name, text) STAP_PROBE_ASM(written, name, text)

void marks(int a, long b, char *c, double d, int i) {
  STAP_PROBE(small, none);
  STAP_PROBE3(small, three, a, b, c);
  STAP_PROBE2(small, memory, counter, table[i]);
  STAP_PROBE1(small, real, d);
  asm volatile(WRITTEN(forms, -4@$-7 8@%%rdi -1@%%sil 2@8(%%rsp) -8@-16(%%rax,%%rcx,4) 4@counter(%%rip)));
  asm volatile(WRITTEN(more, 8@table+2(,%%rdi,8) 4@$0x10 -2@%%ax 1@%%ah 8@%%fs:0 %%rbx));
}
