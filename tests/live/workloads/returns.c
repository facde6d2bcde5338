// The ways to leave a function in C. Each mode prints what it counted itself: calls, returns, sums.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

typedef struct {
  long returns, results, arguments, locals;
} Tally;

static Tally *tally;  // shared with forked children

static inline __attribute__((always_inline)) long returned(long result, long argument, long local) {
  __atomic_add_fetch(&tally->returns, 1, __ATOMIC_RELAXED);
  __atomic_add_fetch(&tally->results, result, __ATOMIC_RELAXED);
  __atomic_add_fetch(&tally->arguments, argument, __ATOMIC_RELAXED);
  __atomic_add_fetch(&tally->locals, local, __ATOMIC_RELAXED);
  return result;
}

// ---- longjmp

static jmp_buf back;

NOINLINE long jumping(long n) {
  if (n % 3 == 0) longjmp(back, 1);
  return returned(n * 2, n, 0);
}

NOINLINE long jumped_over(long n) {
  long result = jumping(n);
  return returned(result + 1, n, 0);
}

// ---- recursion, with a way out of it by longjmp

NOINLINE long recursive(long n) {
  volatile long mine = n * 7 + 1;
  long given = n;
  long result = 0;
  if (n > 0) result = recursive(n - 1);
  n = -5;  // the argument's place changes: @entry() must not
  return returned(result + mine + n, given, mine);
}

NOINLINE long recursive_jump(long n, long top) {
  long given = n;
  if (n == 0 && top % 2) longjmp(back, 1);
  long result = n ? recursive_jump(n - 1, top) : 1;
  return returned(result + given, given, 0);
}

// ---- tail calls

NOINLINE long tail_end(long n, long given) { return returned(n + 1, given, 0); }
NOINLINE long tail(long n) {
  if (n % 4 == 0) return returned(n, n, 0);
  return tail_end(n * 2, n);
}
NOINLINE long pong(long n);
NOINLINE long ping(long n) { return n <= 0 ? returned(7, n, 0) : pong(n - 1); }
NOINLINE long pong(long n) { return n <= 0 ? returned(8, n, 0) : ping(n - 1); }

// ---- fork in the middle of a function

NOINLINE long forking(long n) {
  long result = 0;
  if (n == 0) {
    fflush(stdout);
    result = fork() == 0;
  } else {
    result = forking(n - 1);
  }
  return returned(result + n, n, 0);
}

// ---- a cold part, and inlined copies

__attribute__((cold, noinline)) void complain(long n) {
  if (n < 0) puts("negative");
}

NOINLINE long with_cold(long n) {
  if (__builtin_expect(n % 5 == 0, 0)) {
    complain(n);
    complain(n + 1);
    return returned(n * 3, n, 0);
  }
  return returned(n + 2, n, 0);
}

static inline __attribute__((always_inline)) long copied(long n) { return n * n + 1; }
NOINLINE long user_of_copies(long n) { return returned(copied(n) + copied(n + 1), n, 0); }

// ---- many return instructions

NOINLINE long many(long n) {
  switch (n) {
    case 0: return returned(3, n, 0);
    case 1: complain(n); return returned(1, n, 0);
    case 2: complain(n); complain(n); return returned(4, n, 0);
    case 3: complain(1); complain(2); complain(3); return returned(9, n, 0);
    case 4: if (getpid() == 0) return returned(6, n, 0); complain(7); return returned(2, n, 0);
    default: return returned(5, n, 0);
  }
}

// ---- coroutines by swapcontext

#ifdef COROUTINES

static ucontext_t main_context, routine_context;
static char stack[1 << 16];

NOINLINE long yielding(long n) {
  swapcontext(&routine_context, &main_context);
  return returned(n * 2, n, 0);
}

static void routine(void) {
  for (long n = 0; n < 10; n++) yielding(n);
}

static void coroutines(void) {
  getcontext(&routine_context);
  routine_context.uc_stack.ss_sp = stack;
  routine_context.uc_stack.ss_size = sizeof stack;
  routine_context.uc_link = &main_context;
  makecontext(&routine_context, routine, 0);
  for (int i = 0; i < 11; i++) swapcontext(&main_context, &routine_context);
}

#endif

int main(int argc, char **argv) {
  tally = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const char *mode = argv[1];
  long count = argc > 2 ? atol(argv[2]) : 1;
  volatile long i;
  if (!strcmp(mode, "longjmp"))
    for (i = 0; i < count; i++) {
      if (!setjmp(back)) jumped_over(i);
    }
  if (!strcmp(mode, "recursive")) recursive(count);
  if (!strcmp(mode, "recursive_jump"))
    for (i = 0; i < count; i++) {
      if (!setjmp(back)) recursive_jump(i, i);
    }
  if (!strcmp(mode, "tail"))
    for (i = 0; i < count; i++) tail(i);
  if (!strcmp(mode, "ping"))
    for (i = 0; i < count; i++) ping(i);
  if (!strcmp(mode, "forking")) forking(count);
  if (!strcmp(mode, "cold"))
    for (i = 0; i < count; i++) with_cold(i);
  if (!strcmp(mode, "copies"))
    for (i = 0; i < count; i++) user_of_copies(i);
  if (!strcmp(mode, "many"))
    for (i = 0; i < count; i++) many(i % 8);
#ifdef COROUTINES
  coroutines();
#endif
  if (wait(NULL) < 0 && !strcmp(mode, "forking")) return 0;  // the child
  printf("%ld %ld %ld %ld\n", tally->returns, tally->results, tally->arguments, tally->locals);
  return 0;
}
