/* THREADS threads make CALLS system calls each, lseek() of no file to a number of their own: all numbers
 * from 0 to THREADS * CALLS - 1 occur once, in no order. Prints count, sum, exclusive or and largest of the
 * numbers as added up by the threads. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static long threads, calls;
static pthread_barrier_t start;

struct sums {
  long first, count, sum, bits, largest;
};

static void *run(void *argument) {
  struct sums *mine = argument;
  pthread_barrier_wait(&start);
  for (long i = 0; i < calls; i++) {
    long number = i * threads + (mine->first + i) % threads;
    syscall(SYS_lseek, -1, number, 0);
    mine->count++;
    mine->sum += number;
    mine->bits ^= number;
    if (number > mine->largest) mine->largest = number;
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return 1;
  threads = atol(argv[1]), calls = atol(argv[2]);
  pthread_t *ids = calloc(threads, sizeof *ids);
  struct sums *sums = calloc(threads, sizeof *sums), all = {0};
  pthread_barrier_init(&start, 0, threads);
  for (long n = 0; n < threads; n++) {
    sums[n].first = n;
    pthread_create(&ids[n], 0, run, &sums[n]);
  }
  for (long n = 0; n < threads; n++) {
    pthread_join(ids[n], 0);
    all.count += sums[n].count;
    all.sum += sums[n].sum;
    all.bits ^= sums[n].bits;
    if (sums[n].largest > all.largest) all.largest = sums[n].largest;
  }
  printf("%ld %ld %ld %ld\n", all.count, all.sum, all.bits, all.largest);
  return 0;
}
