/* Keeps 5 blocks of 100 bytes, one of 4 times 70 bytes and one that realloc() made 900 bytes; gives 50 others back. */
#include <stdlib.h>

#define NOIPA __attribute__((noipa))

static void *volatile kept[8];

NOIPA static void keep(int i) {
  kept[i] = malloc(100); /* LEAK malloc */
}

NOIPA static void keep_zeros(void) {
  kept[5] = calloc(4, 70); /* LEAK calloc */
}

NOIPA static void keep_moved(void) {
  void *volatile block = malloc(10);
  kept[6] = realloc(block, 900); /* LEAK realloc */
}

NOIPA static void drop(void) {
  void *volatile block = malloc(3000);
  free(block);
}

int main(void) {
  for (volatile int i = 0; i < 5; i++) keep(i); /* one place: not unrolled */
  for (int i = 0; i < 50; i++) drop();
  keep_zeros();
  keep_moved();
  return 0;
}
