// Thread-local variables of a program: initialised and not, static, structs and arrays; alignment of the block.
#define NOIPA __attribute__((noinline, noclone))

struct pair {
  int left;
  long right;
};

__thread int counter = 7;
__thread long nothing;
static __thread struct pair both = {1, 2};
__thread char text[24] = "of this thread";
static __thread _Alignas(64) unsigned short aligned = 300;
int sink;

NOIPA int step(int by) {
  counter += by;
  nothing -= by;
  both.left = counter * 2;
  both.right = nothing;
  text[0]++;
  aligned++;
  return counter + both.left;
}

NOIPA int local(int n) {
  static __thread int calls;
  calls++;
  sink += calls * n;
  return calls;
}

int main(void) {
  for (int i = 0; i < 4; i++) { //@1
    sink += step(i);
    sink += local(i);
  }
  sink += text[1] + aligned;
  return sink == 0;
}
