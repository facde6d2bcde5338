// Heads of loops. Each mark `//@N` says how often the line before it runs, by arithmetic.
#ifdef __clang__
#define NOIPA __attribute__((noinline))
#else
#define NOIPA __attribute__((noipa))
#endif
volatile int sink;
NOIPA void g(int x) { sink += x; }

NOIPA int plain(int n) {
  for (int i = 0; i < n; i++)  //@3
    g(i * 3);  //@7
  return n;
}
NOIPA int fixed(void) {
  for (int i = 0; i < 5; i++) {  //@2
    g(i * 3);  //@10
  }
  return 0;
}
NOIPA int nested_fixed(void) {
  for (int j = 0; j < 2; j++)  //@2
    for (int i = 0; i < 3; i++)  //@4
      g(i + j);  //@12
  return 1;
}
NOIPA int nested_mixed(int n) {
  for (int j = 0; j < n; j++) {  //@3
    for (int i = 0; i < 3; i++) {  //@7
      g(i);  //@21
      g(j);  //@21
    }
    g(n);  //@7
  }
  return 1;
}
NOIPA int in_do(int n) {
  int k = 0;
  do {
    for (int i = 0; i < 4; i++)  //@8
      g(i);  //@32
  } while (++k < n);
  return k;
}
NOIPA int in_do_fixed(void) {
  int k = 0;
  do {
    for (int i = 0; i < 2; i++)  //@6
      g(i);  //@12
  } while (++k < 3);
  return k;
}
NOIPA int two_statements(int n) {
  for (int i = 0; i < 3; i++) {  //@3
    int x = i * n; g(x);  //@9
  }
  return n;
}
NOIPA int two_statements_endless(int n) {
  int k = 0;
  for (;;) {
    int x = k * n; g(x);  //@9
    if (++k == 3) break;  //@9
  }
  return n;
}
#ifdef __cplusplus
struct It {
  int v;
  It& operator++() {
    v++;
    return *this;
  }
  bool operator!=(int n) const { return v != n; }
};
NOIPA int iterators() {
  for (It it{0}; it != 3; ++it)  //@2
    g(it.v);  //@6
  return 0;
}
#endif
NOIPA int pointers(const int *p) {
  for (const int *q = p, *e = p + 3; q != e; ++q)  //@2
    g(*q);  //@6
  return 0;
}
NOIPA int leaves(const int *p) {
  for (int i = 0; i < 4; i++) {  //@2
    if (p[i] == 3) return i;  //@5
    g(i);  //@3
  }
  return -1;
}
NOIPA int skips(void) {
  for (int i = 0; i < 4; i++) {  //@2
    if (i == 1) continue;
    g(i);  //@6
  }
  return -1;
}
NOIPA int undeclared(int n) {
  int i;
  for (i = 0; i < n; i++)  //@3
    g(i);  //@7
  return i;
}
NOIPA int undeclared_fixed(void) {
  int i;
  for (i = 0; i < 3; i++)  //@2
    g(i);  //@6
  return i;
}
NOIPA int one_line(void) {
  for (int j = 0; j < 2; j++) for (int i = 0; i < 2; i++) g(i + j);  //@2
  return 0;
}
static inline int inner(int k) {
  for (int i = 0; i < 3; i++)  //@4
    g(i + k);  //@12
  return k;
}
NOIPA int inlined(void) {
  inner(1);
  inner(2);
  return 0;
}
NOIPA int whiles(void) {
  int i = 0;
  while (i < 3) {  //@8
    g(i);  //@6
    i++;  //@6
  }
  return i;
}
NOIPA int while_n(int n) {
  int i = 0;
  while (i < n) {  //@10
    g(i);  //@7
    i++;  //@7
  }
  return i;
}
NOIPA int initless(int n) {
  int i = 0;
  for (; i < n; i++) {  //@10
    g(i);  //@7
  }
  return i;
}
NOIPA int assigning(const int *p) {
  int c;
  while ((c = *p++) != 4) {  //@7
    g(c);  //@5
  }
  return c;
}
NOIPA int two_in_do(void) {
  int k = 0;
  do {
    g(k); g(k + 1);  //@6
  } while (++k < 3);
  return k;
}
int array[4] = {1, 2, 3, 4};
int main(void) {
  plain(4); plain(0); plain(3);
  fixed(); fixed();
  nested_fixed(); nested_fixed();
  nested_mixed(4); nested_mixed(0); nested_mixed(3);
  in_do(3); in_do(5);
  in_do_fixed(); in_do_fixed();
  two_statements(3); two_statements(0); two_statements(1);
  two_statements_endless(3); two_statements_endless(0); two_statements_endless(1);
  
#ifdef __cplusplus
  iterators(); iterators();
#endif
  pointers(array); pointers(array + 1);
  leaves(array); leaves(array + 1);
  skips(); skips();
  whiles(); whiles(); while_n(4); while_n(0); while_n(3); initless(4); initless(0); initless(3); assigning(array); assigning(array + 1); two_in_do(); two_in_do(); undeclared(4); undeclared(0); undeclared(3);
  undeclared_fixed(); undeclared_fixed();
  one_line(); one_line();
  inlined(); inlined();
  return 0;
}
