/* watched WRITES READS [THREADS [CHILDREN [waits]]]: writes and reads `counter`, and its neighbours, and tells how often.
 * The main thread, each of the THREADS and each of the CHILDREN, with as many threads, write WRITES times and read READS
 * times. "waits": tells its number and the address of a word in the heap, and waits for a line before it begins. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int prctl(int option, ...); /* its header is not there for -m32 */
#define PR_SET_NAME 15

volatile int counter;
static volatile int quiet = 1; /* beside it: nobody writes it */
volatile unsigned char byte_value;
volatile unsigned short short_value;
volatile long long_value;
volatile struct { long a, b, c; } triple;
static volatile int hidden;
__thread volatile int own;
volatile long *heap_word;
char buffer[8] __attribute__((aligned(8)));

static int writes, reads, threads;

static void *touch(void *unused) {
  int sum = 0;
  for (int i = 0; i < writes; i++) {
    counter = i; /* written here */
    sum += quiet;
  }
  for (int i = 0; i < reads; i++) sum += counter; /* read here */
  own = sum;
  return unused;
}

static void touch_all(void) {
  pthread_t running[16];
  for (int t = 0; t < threads; t++) pthread_create(&running[t], NULL, touch, NULL);
  touch(NULL);
  for (int t = 0; t < threads; t++) pthread_join(running[t], NULL);
}

/* Before main(), which is the earliest that a program itself does anything. */
__attribute__((constructor)) static void early(void) { long_value = 1; }

int main(int argc, char **argv) {
  writes = atoi(argv[1]);
  reads = atoi(argv[2]);
  threads = argc > 3 ? atoi(argv[3]) : 0;
  int children = argc > 4 ? atoi(argv[4]) : 0;
  heap_word = malloc(sizeof *heap_word);
  if (argc > 5) {
    printf("%p\n", (void *)heap_word);
    fflush(stdout);
    if (getchar() < 0) return 1;
  }
  for (int i = 0; i < 3; i++) byte_value = 1;
  for (int i = 0; i < 4; i++) short_value = 1;
  for (int i = 0; i < 5; i++) long_value = 1;
  for (int i = 0; i < 6; i++) triple.b = 1;
  for (int i = 0; i < 7; i++) hidden = 1;
  for (int i = 0; i < 8; i++) *heap_word = i;
  int pipes[2];
  if (pipe(pipes) == 0)
    for (int i = 0; i < 9; i++) /* the kernel writes it */
      if (write(pipes[1], "12345678", 8) != 8 || read(pipes[0], buffer, 8) != 8) return 1;
  for (int i = 0; i < 10; i++) prctl(PR_SET_NAME, "renamed", 0, 0, 0);
  touch_all();
  for (int i = 0; i < children; i++) {
    if (fork() == 0) {
      touch_all();
      _exit(0);
    }
    wait(NULL);
  }
  printf("%d writes, %d reads\n", (1 + children) * (1 + threads) * writes, (1 + children) * (1 + threads) * reads);
  return 0;
}
