/* What the golden cases probe. */
struct pair {
  long left;
  const char *right;
};

int combine(struct pair *p, int scale) {
  int result = (int)p->left * scale;
  return result;
}

int main(int argc, char **argv) {
  struct pair p = {argc, argv[0]};
  return combine(&p, 3) == 3 ? 0 : 1;
}

/* After main(), so that the lines above stay where goldens know them. */
enum colour { RED, GREEN = 5, BLUE } shade = BLUE;
int calls = 3;
