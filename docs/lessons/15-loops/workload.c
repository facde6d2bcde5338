// Gives a linked list to a function.
#include <stdio.h>
#include <stdlib.h>

struct node {
  long value;
  struct node* next;
};

enum { kLength = 100 };

static long length;

static void work(const struct node* list) {
  for (; list; list = list->next) length++;
}

int main(void) {
  static struct node nodes[kLength];
  long sum = 0;
  for (int i = 0; i < kLength; i++) {
    nodes[i].value = 1000 + 13 * i;
    nodes[i].next = i + 1 < kLength ? &nodes[i + 1] : NULL;
    sum += nodes[i].value;
  }
  work(nodes);
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "sum=%ld\nlength=%ld\nfirst=%ld\nwithout_last=%ld\n", sum, length, nodes[0].value, sum - nodes[kLength - 1].value);
  return fclose(truth) != 0;
}
