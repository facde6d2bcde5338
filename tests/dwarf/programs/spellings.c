/* Parameters and locals of every kind of type, for comparing how they are spelled. */
struct foo {
  int x;
};
union either {
  int i;
  float f;
};
typedef unsigned long word_t;
typedef int (*callback_t)(void *, long);
enum letter { A, B };

volatile long sink;

__attribute__((noinline)) long spelled(const char *text, struct foo *pointer, struct foo value,
                                       char decayed[10], int (*function)(int, char),
                                       const int *const frozen, word_t word, volatile int *seen,
                                       enum letter letter, void *any, const void *any_const,
                                       char **restrict list, union either either, callback_t back,
                                       _Bool truth, unsigned char byte, long long wide) {
  char buffer[16];
  int matrix[2][3];
  const char *names[4];
  int(*rows)[3] = matrix;
  struct {
    int q;
  } anonymous = {1};
  buffer[0] = (char)word;
  matrix[0][1] = value.x;
  names[0] = text;
  sink = buffer[0] + rows[0][1] + anonymous.q + (names[0] != 0);
  return sink + letter + either.i + truth + byte + wide;
}

int main(void) {
  struct foo foo = {1};
  union either either = {2};
  return (int)spelled(0, &foo, foo, 0, 0, 0, 0, 0, A, 0, 0, 0, either, 0, 1, 2, 3);
}
