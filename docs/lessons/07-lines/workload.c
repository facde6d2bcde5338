// Adds up readings. Some of them have the wrong sign, and are mended on the way.
#include <stdio.h>
#include <stdlib.h>

static long sum, raw;
static int times, largest;

// The text of the lesson shows this function with its line numbers.
static long total(const int* readings, int n) {
  long all = 0;
  for (int i = 0; i < n; i++) {
    int value = readings[i];
    if (value < 0) value = -value;
    all += value;
  }
  return all;
}

int main(void) {
  static const int readings[] = {12, -7, 40, 3, -21, 19, 8, -2, 33};
  const int count = sizeof readings / sizeof *readings;
  for (int days = 1; days <= 5; days++) {
    const int n = count - days;
    sum += total(readings, n);
    times += n;
    for (int i = 0; i < n; i++) {
      raw += readings[i];
      if (abs(readings[i]) > largest) largest = abs(readings[i]);
    }
  }
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "sum=%ld\nraw=%ld\ntimes=%d\nlargest=%d\n", sum, raw, times, largest);
  return fclose(truth) != 0;
}
