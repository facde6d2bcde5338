/* Waits for a line of input, then 4 threads call `tick` 1000 times each. */
#include <pthread.h>
#include <stdio.h>

__attribute__((noinline)) void tick(int i) { __asm__ volatile("" ::"r"(i)); }

static void *work(void *unused) {
  for (int i = 0; i < 1000; i++) tick(i);
  return unused;
}

int main(void) {
  getchar();
  pthread_t threads[4];
  for (int t = 0; t < 4; t++) pthread_create(&threads[t], 0, work, 0);
  for (int t = 0; t < 4; t++) pthread_join(threads[t], 0);
  return 0;
}
