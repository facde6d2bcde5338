/* Known calls with known arguments and results. Compiled at several optimisation levels. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>

struct inner { short small; unsigned char bits : 3, more : 5; };
struct node { struct node *next; long value; char name[16]; struct inner in; int grid[2][3]; };

__attribute__((noinline)) long add(long a, int b) {
  long result = a + b;
  __asm__ volatile("" : "+r"(result));
  return result;
}
__attribute__((noinline)) unsigned char shrink(unsigned int wide, signed char narrow) {
  __asm__ volatile("" : "+r"(wide));
  return (unsigned char)(wide + narrow);
}
__attribute__((noinline)) const char *greet(const char *who) {
  __asm__ volatile("" : "+r"(who));
  return who[0] == 'w' ? "hello" : "";
}
__attribute__((noinline)) long walk(struct node *head) {
  long total = 0;
  for (struct node *n = head; n; n = n->next) total += n->value;
  __asm__ volatile("" : "+r"(total));
  return total;
}
__attribute__((noinline)) int factorial(int n) {
  int below = n > 1 ? factorial(n - 1) : 1;
  __asm__ volatile("" : "+r"(below));
  return n > 1 ? n * below : 1;
}

int main(void) {
  /* The kernel cannot read a page of the program that it has not touched yet. */
  const char *volatile touched = "world";
  fprintf(stderr, "%.0s", touched);
  touched = "hello";
  fprintf(stderr, "%.0s", touched);
  struct node second = {0, -5, "second", {-3, 5, 17}, {{1, 2, 3}, {4, 5, 6}}};
  struct node first = {&second, 47, "first", {300, 2, 9}, {{10, 20, 30}, {40, 50, 60}}};
  __asm__ volatile("" ::"r"(&first), "r"(&second) : "memory"); /* every field is stored */
  long total = 0;
  for (int i = 0; i < 10; i++) total += add(1000 + i, -i);
  total += shrink(511, -1) + (long)strlen(greet("world")) + walk(&first) + factorial(5);
  for (int i = 0; i < 7; i++) close(open("/nonexistent/coretap-test", O_RDONLY));
  int fd = open("/dev/null", O_WRONLY);
  for (int i = 0; i < 5; i++) write(fd, "0123456789", 10);
  close(fd);
  printf("%ld\n", total);
  return 0;
}
