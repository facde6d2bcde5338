// Sells things, some of them to nobody.
#include <stdio.h>
#include <stdlib.h>

struct item {
  const char* name;
  int price, count;
};

static long value, prices;
static int calls;

static void sell(const struct item* what, int customers) {
  calls++;
  if (customers == 0) return;
  value += (long)what->price * what->count;
  prices += what->price;
}

int main(void) {
  static const struct item items[] = {{"pear", 3, 10}, {"bread", 4, 2}, {"cheese", 12, 1}, {"apple", 2, 25}};
  for (int day = 0; day < 6; day++)
    for (int i = 0; i < 4; i++) sell(&items[i], (day + i) % 3);
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "value=%ld\nprices=%ld\ncalls=%d\ndoubled=%ld\n", value, prices, calls, 2 * value);
  return fclose(truth) != 0;
}
