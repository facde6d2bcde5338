// Thread-local variables of a program: initialised and not, structs and arrays, in a block with a larger alignment.
#define NOIPA __attribute__((noinline, noclone))

struct pair {
  int left;
  long right;
};

__thread int shared = 3;
int sink;

NOIPA int step(int by) {
  static __thread int counter = 7;
  static __thread long nothing;
  static __thread struct pair both = {1, 2};
  static __thread char text[24] = "of this thread";
  static __thread _Alignas(64) unsigned short aligned = 300;
  extern __thread int shared;
  counter += by;
  nothing -= by;
  both.left = counter * 2;
  both.right = nothing;
  text[0]++;
  aligned++;
  shared += aligned;
  return counter + both.left + text[1];
}

NOIPA int local(int n) {
  static __thread int calls;
  calls++;
  sink += calls * n;
  return calls + shared;
}

int main(void) {
  for (int i = 0; i < 4; i++) { //@1
    sink += step(i);
    sink += local(i);
  }
  return sink == 0;
}
