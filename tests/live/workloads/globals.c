/* Globals that change with each of three calls of turn(). */
int counter = 7;
struct point { int x, y; } origin = {3, 0};

__attribute__((noinline)) void turn(int i) { __asm__ volatile("" ::"r"(i) : "memory"); }

int main(void) {
  for (int i = 0; i < 3; i++) {
    turn(i);
    counter++;
    origin.y -= 4;
  }
  return 0;
}

enum weekday { MONDAY = 1, SUNDAY = 7 } today = SUNDAY;
enum { SQUARE = 4, ROUND } shape = ROUND;
