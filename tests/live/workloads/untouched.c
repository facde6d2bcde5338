/* Passes probed functions memory that nothing has touched: literals and tables of the program, and pages
 * that userfaultfd(2) fills only when somebody waits for them, so that they are certainly absent.
 *
 *   literals       one() to five(), each with a literal of its own; table(), with a struct that points to
 *                  more literals; name(), which returns one; args(), with an array of pointers
 *   pages          across(), with a string that begins at the end of one absent page and goes on in the
 *                  next; number(), with a number that lies on the border of two; nowhere(), with a string
 *                  that goes on in memory that is not mapped
 *   crowd N        N threads, all on one CPU, call wait_for() with a page each; the pages come when N
 *                  threads wait, or after 20 seconds, which is an error
 *   late MS        one thread calls wait_for(); when it waits another calls one(), and its page comes MS
 *                  milliseconds after that
 *
 *   calls MS       system calls whose arguments are absent pages: open() of page 0, which comes after MS
 *                  milliseconds, rename() of page 1 to page 2, open() of page 3, of memory that is not mapped
 *                  and of the end of that memory's page
 *   exec           execve() of a literal, /bin/true; prints nothing
 *
 * Prints "waited N" at the end: the page faults that userfaultfd reported. To be compiled with -no-pie: the
 * dynamic linker would touch the pointers. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096
#define SEEN(x) __asm__ volatile("" : : "r"(x) : "memory")
#define PROBED __attribute__((noinline, noclone))
/* Each in pages of its own: one read does not bring the others. */
#define ALONE __attribute__((aligned(16 * PAGE)))

struct entry {
  const char *name;
  int number;
  struct entry *next;
};
const char text1[16 * PAGE] ALONE = "literal one", text2[16 * PAGE] ALONE = "literal two";
const char text3[16 * PAGE] ALONE = "literal three", text4[16 * PAGE] ALONE = "literal four";
const char text5[16 * PAGE] ALONE = "literal five", text6[16 * PAGE] ALONE = "the entry's name";
const char text7[16 * PAGE] ALONE = "returned", text8[16 * PAGE] ALONE = "/bin/true";
struct entry last[4096] ALONE = {{text6, 77, 0}}, entries[4096] ALONE = {{text6, 42, last}};
const char *const list[8192] ALONE = {text1, text7};

PROBED void one(const char *s) { SEEN(s); }
PROBED void two(const char *s) { SEEN(s); }
PROBED void three(const char *s) { SEEN(s); }
PROBED void four(const char *s) { SEEN(s); }
PROBED void five(const char *s) { SEEN(s); }
PROBED void table(struct entry *e) { SEEN(e); }
PROBED const char *name(void) {
  const char *s = text7;
  SEEN(s);
  return s;
}
PROBED void args(const char *const *v) { SEEN(v); }
PROBED void across(const char *s) { SEEN(s); }
PROBED void number(long *p) { SEEN(p); }
PROBED void nowhere(const char *s) { SEEN(s); }
PROBED void wait_for(const char *s, int n) {
  SEEN(s);
  SEEN(n);
}

static int uffd, expected, delay_ms;
static char *pages;
static unsigned long reported;

/* What page `n` holds once it is there. */
static void fill(char *page, int n) {
  memset(page, 'a' + n % 26, PAGE);
  if (expected) sprintf(page, "page %d", n);
}

static void answer(unsigned long address) {
  static char page[PAGE] __attribute__((aligned(PAGE)));
  fill(page, (int)((address - (unsigned long)pages) / PAGE));
  struct uffdio_copy copy = {.dst = address & -PAGE, .src = (unsigned long)page, .len = PAGE};
  ioctl(uffd, UFFDIO_COPY, &copy);
}

/* Waits for `expected` faults before it answers the first; afterwards each is answered at once. */
static void *serve(void *nothing) {
  unsigned long *waiting = calloc(expected + 1, sizeof *waiting);
  int count = 0, all = expected ? expected : 1;
  for (;;) {
    struct pollfd readable = {uffd, POLLIN, 0};
    if (poll(&readable, 1, 20000) <= 0) {
      printf("only %d wait\n", count);
      exit(1);
    }
    struct uffd_msg message;
    if (read(uffd, &message, sizeof message) != sizeof message) continue;
    reported++;
    if (count >= all) {
      answer(message.arg.pagefault.address);
      continue;
    }
    waiting[count++] = message.arg.pagefault.address;
    if (count < all) continue;
    if (delay_ms) one("someone waits");
    usleep(delay_ms * 1000);
    for (int i = 0; i < count; i++) answer(waiting[i]);
  }
  return nothing;
}

static void absent_pages(int count) {
  pages = mmap(0, (count + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(pages + count * PAGE, PAGE);
  uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
  struct uffdio_api api = {.api = UFFD_API};
  struct uffdio_register range = {.range = {(unsigned long)pages, count * PAGE},
                                  .mode = UFFDIO_REGISTER_MODE_MISSING};
  pthread_t server;
  if (pages == MAP_FAILED || uffd < 0 || ioctl(uffd, UFFDIO_API, &api) ||
      ioctl(uffd, UFFDIO_REGISTER, &range) || pthread_create(&server, 0, serve, 0)) {
    printf("no userfaultfd\n");
    exit(2);
  }
}

static void *member(void *n) {
  wait_for(pages + (long)n * PAGE, (int)(long)n);
  return 0;
}

static void crowd(int threads) {
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  sched_setaffinity(0, sizeof first, &first);
  pthread_t *ids = calloc(threads, sizeof *ids);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 65536);
  for (long n = 0; n < threads; n++) pthread_create(&ids[n], &small, member, (void *)n);
  for (int n = 0; n < threads; n++) pthread_join(ids[n], 0);
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  if (strcmp(mode, "literals") == 0) {
    one(text1), two(text2), three(text3), four(text4), five(text5);
    table(entries);
    name();
    args(list);
  } else if (strcmp(mode, "pages") == 0) {
    absent_pages(8);
    across(pages + PAGE - 3);
    number((long *)(pages + 3 * PAGE - 4));
    nowhere(pages + 8 * PAGE - 5);
  } else if (strcmp(mode, "crowd") == 0) {
    expected = atoi(argv[2]);
    absent_pages(expected);
    crowd(expected);
  } else if (strcmp(mode, "late") == 0) {
    delay_ms = atoi(argv[2]);
    expected = 1;
    absent_pages(1);
    wait_for(pages, 0);
  } else if (strcmp(mode, "calls") == 0) {
    delay_ms = atoi(argv[2]);
    expected = 1;
    absent_pages(4);
    syscall(SYS_open, pages, 0);
    syscall(SYS_rename, pages + PAGE, pages + 2 * PAGE);
    syscall(SYS_open, pages + 3 * PAGE, 0);
    syscall(SYS_open, 0x10000, 0);
  } else if (strcmp(mode, "exec") == 0) {
    syscall(SYS_execve, text8, list + 2, list + 2);
  }
  printf("waited %lu\n", reported);
  return 0;
}
