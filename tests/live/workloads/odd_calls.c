/* System calls by three ways of making them, so often that each way can be told: 7 getppid() of 64 bits; 100 calls number 20,
 * which is getpid() to int 0x80 and would be writev() of 64 bits; 5 with the bit of x32. And 3 writev(). */
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  for (int i = 0; i < 7; i++) syscall(SYS_getppid);
#if defined(__x86_64__)
  for (int i = 0; i < 100; i++) {
    long number = 20;
    asm volatile("int $0x80" : "+a"(number) : : "memory", "r8", "r9", "r10", "r11");
  }
  for (int i = 0; i < 5; i++) syscall(0x40000000 + SYS_getuid);
#endif
  for (int i = 0; i < 3; i++) syscall(SYS_writev, -1, 0, 0);
  return 0;
}
