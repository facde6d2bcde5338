/* Spends its time in hot(), three quarters of it called by often() and one by seldom(): until so many turns are done. */
#define NOIPA __attribute__((noipa))

static volatile unsigned long sink;

NOIPA static void hot(long turns) {
  for (long i = 0; i < turns; i++) sink += sink >> 3;
  sink++;
}

NOIPA static void often(long turns) {
  hot(3 * turns);
  sink++;
}

NOIPA static void seldom(long turns) {
  hot(turns);
  sink++;
}

int main(void) {
  for (int i = 0; i < 400; i++) {
    often(2000000);
    seldom(2000000);
  }
  return 0;
}
