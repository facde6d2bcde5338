// Floating-point parameters beside integers, in registers, memory and structs.
#define NOIPA __attribute__((noinline, noclone))

struct mixed {
  double weight;
  long count;
};
struct floats {
  float a, b;
};
struct record {
  double d;
  float f;
  long double wide;
  int n;
};

volatile double source = 2.5;
int sink;

NOIPA double scale(double d, float g, int k) {
  double product = d * g;
  sink += k;
  return product + k;
}

NOIPA long weigh(struct mixed m, int times) {
  long total = m.count * times;
  sink += (int)total;
  return total + (long)m.weight;
}

NOIPA float sum(struct floats pair, int n) {
  float total = pair.a + pair.b;
  sink += n;
  return total * (float)n;
}

NOIPA int read(const struct record *r) {
  int n = r->n;
  double d = r->d;
  sink += (int)d;
  return n + (int)r->f;
}

NOIPA double mean(const double *values, int n) {
  double total = 0;
  for (int i = 0; i < n; i++) //@1
    total += values[i];
  sink += n;
  return total / n;
}

int main(void) {
  double values[5] = {1.5, 2.25, -3, 1e10, 0.1};
  struct record r = {source, 1.5f, 3.25L, 42};
  struct mixed m = {source, 7};
  struct floats pair = {0.5f, (float)source};
  sink += (int)scale(source, 1.25f, 3);
  sink += (int)scale(-source, 0.5f, 4);
  sink += (int)weigh(m, 3);
  sink += (int)sum(pair, 6);
  sink += read(&r);
  sink += mean(values, 5) > 0;
  return sink == 0;
}
