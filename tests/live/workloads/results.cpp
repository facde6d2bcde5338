// Functions whose results travel in memory or in registers, as the Itanium C++ ABI has it, and packed structs.
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#define PROBED extern "C++" __attribute__((noinline))

struct Destroyed {
  int a;
  ~Destroyed() {}
};
struct Defaulted {
  int a;
  Defaulted(int x) : a(x) {}
  Defaulted(const Defaulted&) = default;
  ~Defaulted() = default;
};
struct Copied {
  int a;
  Copied(int x) : a(x) {}
  Copied(const Copied& other) : a(other.a) {}
};
struct Member {
  Destroyed d;
};
struct Base : Copied {
  using Copied::Copied;
};
struct Virtual {
  int a;
  virtual int get() { return a; }
};
struct Plain {
  int a, b;
};
template <typename T>
struct Moved {
  T a;
  Moved(T x) : a(x) {}
  Moved(Moved&& other) : a(other.a) {}
};
struct __attribute__((packed)) Packed {
  char c;
  long l;
};
struct __attribute__((packed)) Seven {
  char c;
  short s;
  int i;
};
struct Bits {
  int a : 5;
  int b : 20;
  unsigned c : 7;
  long d;
};

PROBED Destroyed destroyed(int x) { return Destroyed{x}; }
PROBED Defaulted defaulted(int x) { return Defaulted(x); }
PROBED Copied copied(int x) { return Copied(x); }
PROBED Member member(int x) { return Member{{x}}; }
PROBED Base base(int x) { return Base(x); }
PROBED Virtual with_table(int x) {
  Virtual v;
  v.a = x;
  return v;
}
PROBED Plain plain(int x) { return Plain{x, x + 1}; }
PROBED Moved<int> moved(int x) { return Moved<int>(x); }
PROBED std::unique_ptr<int> unique(int x) { return std::make_unique<int>(x); }
PROBED std::shared_ptr<int> shared(int x) { return std::make_shared<int>(x); }
PROBED std::optional<int> optional(int x) { return x; }
PROBED Packed packed(int x) { return Packed{static_cast<char>(x), -x}; }
PROBED Seven seven(int x) { return Seven{static_cast<char>(x), static_cast<short>(x + 1), x + 2}; }
PROBED Bits bits(int x) { return Bits{1, x, 3, 4}; }

int main() {
  int sum = destroyed(7).a + defaulted(8).a + copied(9).a + member(10).d.a + base(11).a +
            with_table(12).get() + plain(13).b + moved(14).a + *unique(15) + *shared(16) +
            *optional(17);
  std::printf("%d %ld %d %d\n", sum, packed(65).l, seven(65).i, bits(77).b);
}
