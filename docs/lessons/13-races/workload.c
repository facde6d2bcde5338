// Two threads call one function, as often as they can.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static long sums[2];
static const int kCalls[2] = {20000, 30000};

static void __attribute__((noinline)) work(long* sum, int number) { *sum += number; }

static void* run(void* thread) {
  const int which = thread != NULL;
  for (int i = 0; i < kCalls[which]; i++) work(&sums[which], 3);
  return NULL;
}

int main(void) {
  pthread_t other;
  if (pthread_create(&other, NULL, run, sums) != 0) return 1;
  run(NULL);
  pthread_join(other, NULL);
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "calls=%d\nof_first=%d\nsum=%ld\n", kCalls[0] + kCalls[1], kCalls[0], sums[0] + sums[1]);
  return fclose(truth) != 0;
}
