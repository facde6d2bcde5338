// Exceptions, destructors on the way, calls that may not return.
#define NOIPA __attribute__((noinline))

int sink;

struct Error {
  int code;
};

struct Guard {
  int level;
  explicit Guard(int l) : level(l) { sink += l; }
  ~Guard() { sink -= level * 2; }
};

[[noreturn]] NOIPA void fail(int code) {
  sink++;
  throw Error{code};
}

NOIPA int risky(int n) {
  Guard guard(n);
  if (n > 2) fail(n);
  int half = n * 3;
  return half + 1;
}

NOIPA int attempt(int n) {
  int result = 0;
  try {
    result = risky(n);
    sink += result;
  } catch (const Error& error) {
    result = -error.code;
    sink += result;
  }
  return result;
}

NOIPA int deep(int n) {
  Guard guard(1);
  if (n == 0) fail(7);
  return deep(n - 1) + 1;
}

int main() {
  for (int i = 0; i < 5; i++)  //@1
    sink += attempt(i);
  try {
    sink += deep(3);  //@-
  } catch (Error& error) {
    sink += error.code;
  }
  return sink == 0;
}
