// Two threads call one function at the same time: they wait for each other before each call. The second calls it some times more.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { kTogether = 5000, kMore = 1000 };

static atomic_int arrived;
static long sums[2];

static void work(long* sum, int number) { *sum += number; }

/// Until both have come here `round` times.
static void meet(int round) {
  atomic_fetch_add(&arrived, 1);
  for (int spins = 0; atomic_load(&arrived) < 2 * round; spins++)
    if (spins > 10000) sched_yield();
}

/// Each thread on a processor of its own, if there are two.
static void stay_on(int which) {
  cpu_set_t all, one;
  if (sched_getaffinity(0, sizeof all, &all) != 0) return;
  for (int cpu = 0, seen = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &all) || seen++ != which) continue;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    return;
  }
}

static void* run(void* second) {
  const int which = second != NULL;
  stay_on(which);
  for (int i = 1; i <= kTogether; i++) {
    meet(i);
    work(&sums[which], 3);
  }
  for (int i = 0; which && i < kMore; i++) work(&sums[which], 3);
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
  fprintf(truth, "calls=%d\nof_first=%d\nsum=%ld\n", 2 * kTogether + kMore, kTogether, sums[0] + sums[1]);
  return fclose(truth) != 0;
}
