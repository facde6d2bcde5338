/* Lines whose number of executions is known: "COUNT n" at their end. The tests put breakpoints on
   the sites of each such line and compare the hits. Work is done in volatile or opaque ways where
   otherwise a compiler would compute the answer, and not where its rearranging is the test. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

volatile int sink;
volatile int eighteen = 18;

__attribute__((noinline)) static void consume(int value) {
  sink += value; /* COUNT 52 */
}

static int square(int value) {
  int result = value * value; /* COUNT 26 */
  return result;
}

__attribute__((noinline)) long sum_loop(const int *data, int n) {
  long sum = 0;
  for (int i = 0; i < n; i++) {
    sum += data[i] ^ (sum << 1); /* COUNT 18 */
    sink = i;
  }
  return sum;
}

__attribute__((noinline)) int call_loop(int n) {
  int total = 0;
  for (int i = 0; i < n; i++)
    consume(i); /* COUNT 18 */
  for (int i = 0; i < n; i++) {
    if (i & 1)
      total += square(sink); /* COUNT 9 */
    else
      consume(total); /* COUNT 9 */
  }
  return total;
}

__attribute__((noinline)) int list_walk(int n) {
  struct node {
    struct node *next;
    int value;
  } *head = NULL, *node;
  int total = 0;
  for (int i = 0; i < n; i++) {
    node = malloc(sizeof *node); /* COUNT 18 */
    node->value = i;
    node->next = head;
    head = node;
  }
  while (head) {
    node = head;
    total += node->value; /* COUNT 18 */
    head = node->next;
    free(node); /* COUNT 18 */
  }
  return total;
}

__attribute__((noinline)) int early_exit(int n) {
  int found = -1;
  for (int i = 0; i < n; i++) {
    int probe = square(i) - sink;
    if (probe == 49 - sink) {
      sink = found = i; /* COUNT 1 */
      break;
    }
    consume(probe != 0); /* COUNT 7 */
  }
  return found;
}

__attribute__((noinline)) int switch_loop(int n) {
  unsigned total = 0;
  for (int i = 0; i < n; i++) {
    switch (i % 5) {
      case 0:
        consume(1); /* COUNT 4 */
        break;
      case 1:
        consume(2); /* COUNT 4 */
        break;
      case 2:
        total += sink; /* COUNT 4 */
        break;
      case 3:
        consume(4); /* COUNT 3 */
        break;
      default:
        total ^= square(sink); /* COUNT 3 */
    }
  }
  return total;
}

__attribute__((noinline)) int recurse(int depth) {
  if (depth <= 0) return 0; 
  consume(depth); /* COUNT 6 */
  return 1 + recurse(depth - 1) + square(sink);
}

__attribute__((noinline)) void do_while_body(int n) {
  do {
    consume(n); /* COUNT 1 */
    n--;
    sink = n;
  } while (n > 18);
}

/* At -O0 the prologue ends where the loop begins. */
__attribute__((noinline)) int loops_at_once(int n, int step) {
  do {
    sink = n;
    n -= step;
  } while (n > 0);
  return n;
}

int promoted;

/* Compilers load in front of the loop, add in a register, and store in the loop or behind it. */
__attribute__((noinline)) void add_all(const int *data, int n) {
  for (int i = 0; i < n; i++)
    promoted += data[i]; /* COUNT 3 */
}

struct account {
  long before, sum;
};

__attribute__((noinline)) void add_to(struct account *to, const long *data, int n) {
  do {
    to->sum ^= *data; /* COUNT 3 */
    data++;
  } while (--n > 0);
}

/* The call in tail position may become a loop: the result goes on from call to call. */
__attribute__((noinline)) int mix(int n) {
  if (n <= 0) return n;
  int rest = mix(n - 3);
  return rest ^ n; /* COUNT 4 */
}

int main(void) {
  int data[18];
  int n = eighteen;
  for (int i = 0; i < 18; i++) data[i] = i * 3;
  long total = sum_loop(data, n);
  total += call_loop(n);
  total += list_walk(n);
  total += early_exit(n);
  total += switch_loop(n);
  total += recurse(6);
  do_while_body(n);
  total += loops_at_once(20, 3) + loops_at_once(n, 5);
  add_all(data, 3);
  long more[3] = {n, 1, n};
  struct account account = {0, n};
  add_to(&account, more, 3);
  total += account.sum;
  total += mix(10);
  printf("%ld\n", total); /* COUNT 1 */
  return 0;
}
