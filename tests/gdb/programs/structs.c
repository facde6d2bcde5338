// Structs by value, in registers, pieces and on the stack; bit fields, unions, enums.
#define NOIPA __attribute__((noinline, noclone))

enum color { RED, GREEN, BLUE = 7, NONE = -1 };
enum mode { READ = 1, WRITE = 2, EXEC = 4 };

struct point {
  int x, y;
};
struct pair {
  long first;
  int second;
};
struct big {
  int values[6];
  struct point corner;
  enum color color;
};
struct bits {
  unsigned low : 3;
  int middle : 7;
  unsigned long wide : 40;
  unsigned last : 1;
};
union word {
  int number;
  unsigned char bytes[4];
  struct point *pointer;
};

int sink;

NOIPA struct point add(struct point a, struct point b) {
  struct point sum;
  sum.x = a.x + b.x;
  sum.y = a.y + b.y;
  sink += sum.x;
  return sum;
}

NOIPA struct pair swap(struct pair p) {
  struct pair q = {p.second, (int)p.first};
  sink += q.second;
  return q;
}

NOIPA int area(struct big b, int scale) {
  int width = b.corner.x - b.values[0];
  int height = b.corner.y - b.values[1];
  int found = width * height * scale;
  if (b.color == BLUE)
    found++;
  return found;
}

NOIPA int decode(struct bits b, enum mode mode) {
  int total = (int)b.low + b.middle;
  if (mode & WRITE)
    total += (int)(b.wide & 0xff);
  total += (int)b.last;
  return total;
}

NOIPA int bytes(union word w, enum color color) {
  int total = 0;
  for (int i = 0; i < 4; i++) //@2
    total += w.bytes[i];
  switch (color) {
    case RED: total += 1; break; //@1
    case NONE: total -= 1; break; //@1
    default: break; //@-
  }
  return total;
}

int main(void) {
  struct point a = {3, 4}, b = {-10, 20};
  struct point c = add(a, b);
  sink += c.y;
  c = add(c, c);
  struct pair p = {7, -8};
  p = swap(p);
  sink += (int)p.first;
  struct big rectangle = {{1, 2, 3, 4, 5, 6}, {11, 22}, BLUE};
  sink += area(rectangle, 2);
  rectangle.color = RED;
  sink += area(rectangle, 3);
  struct bits flags = {5, -17, 0x1234567890UL, 1};
  sink += decode(flags, WRITE | EXEC);
  sink += decode(flags, READ);
  union word word;
  word.number = 0x01020304;
  sink += bytes(word, RED);
  sink += bytes(word, NONE);
  return sink == 0;
}
