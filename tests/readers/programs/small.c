/* A bit of everything that debug information of C describes, and calls of other objects. It never runs. */
enum color { RED, GREEN = 200, BLUE = -3 };
struct point {
  int x, y;
  unsigned low : 3;
  long long high : 40;
};
typedef struct {
  int first;
  union {
    long wide;
    char bytes[8];
  };
  struct point *next;
} mixed_t;

int global_counter = 7;
static mixed_t mixed;
_Thread_local int per_thread = 3;
extern int puts(const char *);
extern double half(double);

static inline int square(int a) {
  int result = a * a + global_counter;
  if (result > 1000) puts("large");
  return result;
}

static __attribute__((noinline)) struct point make(int x, double y) {
  struct point p = {x, (int)half(y), 1, 2};
  return p;
}

long sum(int n, enum color color, mixed_t *list) {
  int values[n + 1];
  long total = 0;
  if (color == RED) goto out;
  for (int i = 0; i < n; i++) {
    values[i] = square(i);
    total += values[i] + list->bytes[i & 7];
  }
out:
  switch (color) {
    case RED: total++; break;
    case GREEN: total += per_thread; break;
    case BLUE: mixed.first = make(n, 2.0).x; break;
  }
  return total;
}

int main(void) { return (int)sum(3, GREEN, &mixed) + square(global_counter); }
