// clang -O2 unrolls the inner loop by two, and gives its questions for the last turn the place of the comparison.
__attribute__((noinline)) void sort(int *a, int n) {  //@1
  for (int i = 0; i < n; i++)
    for (int j = 0; j + 1 < n - i; j++)  //@7
      if (a[j] > a[j + 1]) {             //@21
        int t = a[j];                    //@10
        a[j] = a[j + 1];
        a[j + 1] = t;
      }
}

__attribute__((noinline)) int greatest(const int *a, int n) {  //@3
  int found = 0;
  for (int j = 0; j < n; j++)
    if (a[j] > found)  //@13
      found = a[j];
  return found;
}

int main(void) {
  int a[7] = {5, 3, 9, 1, 7, 2, 8};
  sort(a, 7);
  return greatest(a, 7) + greatest(a, 4) + greatest(a, 2) != 16;
}
