// A bit of what debug information of C++ describes, and landing pads. It never runs.
namespace outer {
inline namespace v1 {
struct Base {
  virtual ~Base();
  int number = 1;
};
}  // namespace v1
template <typename T, int N>
struct Array {
  T items[N];
  T& at(int i) { return items[i]; }
};
}  // namespace outer

struct Class : virtual outer::Base {
  static int shared;
  enum class Mode : unsigned char { On, Off } mode = Mode::On;
  outer::Array<int, 3> array;
  int operator()(const int& a) const { return a + array.items[0]; }
  int method(int a);
};
int Class::shared = 5;

void may_throw(int);

int Class::method(int a) {
  struct Guard {
    int* to;
    ~Guard() { (*to)++; }
  } guard{&shared};
  auto twice = [&](int b) { return b * 2 + a; };
  try {
    may_throw(twice(a));
  } catch (int& caught) {
    return array.at(caught & 1) + (*this)(a);
  }
  return static_cast<int>(mode);
}
