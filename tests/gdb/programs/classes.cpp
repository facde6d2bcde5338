// Classes: virtual bases, constructors and destructors, members, statics, overloads.
#define NOIPA __attribute__((noinline))

int sink;

struct Base {
  int id;
  int length;
  explicit Base(int i) : id(i), length(i * 2) { sink += i; }
  virtual ~Base() { sink -= id; }
  virtual int size() const { return length; }
};

struct Left : virtual Base {
  int left;
  explicit Left(int l) : Base(l), left(l) {}
};

struct Right : virtual Base {
  long right;
  explicit Right(int r) : Base(r), right(r) {}
};

struct Both : Left, Right {
  short own;
  Both(int l, int r) : Base(l + r), Left(l), Right(r), own(static_cast<short>(l * r)) {}
  int size() const override {
    int sum = left + static_cast<int>(right);
    sum += id;
    return sum + own;
  }
};

class Box {
 public:
  Box(int w, int h) : width_(w), height_(h) {
    count++;
    sink += w;
  }
  ~Box() {
    count--;
    sink -= width_;
  }
  int area() const { return width_ * height_; }
  void grow(int by) {
    width_ += by;
    height_ += by;
  }
  void grow(int by, int times) {
    for (int i = 0; i < times; i++)  //@2
      grow(by);
  }
  static int count;

 private:
  int width_, height_;
};
int Box::count = 0;

NOIPA int measure(const Base& b) {
  int size = b.size();
  sink += b.id;
  return size;
}

NOIPA int boxes(int n) {
  Box one(n, 2);
  int total = one.area();
  {
    Box two(n + 1, 3);
    two.grow(1, 2);
    total += two.area();
  }
  one.grow(n);
  return total + one.area() + Box::count;
}

int main() {
  Both both(3, 4);
  Base plain(9);
  sink += measure(both);
  sink += measure(plain);
  sink += boxes(5);
  sink += boxes(2);
  return sink == 0;
}
