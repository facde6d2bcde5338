/* 8 threads, together exactly 100,000 calls of `called`; `argument` values 0 … 99,999. */
#include <pthread.h>
#include <stdio.h>

__attribute__((noinline)) void called(long argument) { __asm__ volatile("" ::"r"(argument)); }

static void *work(void *start) {
  for (long i = 0; i < 12500; i++) called((long)start * 12500 + i);
  return 0;
}

int main(void) {
  pthread_t threads[8];
  for (long t = 0; t < 8; t++) pthread_create(&threads[t], 0, work, (void *)t);
  for (int t = 0; t < 8; t++) pthread_join(threads[t], 0);
  puts("100000");
  return 0;
}
