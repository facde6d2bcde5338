/* What data probes name: compiled twice, with and without MAIN, and linked. */
static int twice_there = 1;
int use(void);

#ifdef MAIN
__thread int of_a_thread;
struct { long a, b, c; } triple;
char packed[3];
struct __attribute__((packed)) { char first; int second; } crooked = {1, 2};

int main(void) { return use() + of_a_thread + (int)triple.a + packed[0] + crooked.second + twice_there++; }
#else
int use(void) { return twice_there++; }
#endif
