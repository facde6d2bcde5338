/* pairs SIZE COUNT ROUNDS THREADS: each thread calls put(a, b, n) for n from its number on to COUNT in steps of
 * THREADS, ROUNDS times over. `a` and `b` are texts of SIZE bytes that end in n in eight digits; `a` is else
 * 'a's, `b` 'b's, so that texts differ in their last bytes only. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int size, count, rounds, threads;

__attribute__((noinline, noclone)) void put(const char *a, const char *b, long n) {
  __asm__ volatile("" : : "r"(a), "r"(b), "r"(n) : "memory");
}

static void text(char *to, char fill, int n) {
  memset(to, fill, size - 8);
  sprintf(to + size - 8, "%08d", n);
}

static void *run(void *first) {
  char *a = malloc(size + 1), *b = malloc(size + 1);
  for (int round = 0; round < rounds; round++)
    for (int n = (int)(long)first; n < count; n += threads) {
      text(a, 'a', n);
      text(b, 'b', n);
      put(a, b, n);
    }
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 5) return 1;
  size = atoi(argv[1]), count = atoi(argv[2]), rounds = atoi(argv[3]), threads = atoi(argv[4]);
  pthread_t ids[64];
  for (long n = 0; n < threads; n++) pthread_create(&ids[n], 0, run, (void *)n);
  for (long n = 0; n < threads; n++) pthread_join(ids[n], 0);
  return 0;
}
