/* An independent oracle for formatting and histograms: SystemTap's own runtime, compiled from the
 * files that Debian's systemtap-common installs, with just enough around it to run in user space.
 * Nothing of it is part of coretap; the tests that use it are built only where the files are. */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#define noinline __attribute__((noinline, unused))
#define unlikely(x) (x)
#define likely(x) (x)
#define fallthrough __attribute__((fallthrough))
#define max(a, b) ((a) > (b) ? (a) : (b))
/* Evaluates `v` once, as the kernel's does. */
#define clamp(v, low, high) \
  ({ __typeof__(v) v_ = (v); v_ < (low) ? (low) : v_ > (high) ? (high) : v_; })
#define clamp_t(type, v, low, high) clamp((type)(v), (type)(low), (type)(high))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define do_div(n, base) ({ uint64_t rest_ = (n) % (base); (n) /= (base); rest_; })
#define PAGE_SIZE 4096ul
#define STP_BUFFER_SIZE 8192
#define STAP_VERSION(a, b) (((a) << 8) + (b))
#define STAP_COMPAT_VERSION STAP_VERSION(4, 8)
#define to_oct_digit(c) ((c) + '0')
#define uread(p) (*(p))
#define kread(p) (*(p))
#define _stp_warn(...) ((void)0)
#define _stp_error(...) ((void)0)
#define _stp_print_trylock_irqsave(flags) (*(flags) = 0, true)
#define _stp_print_unlock_irqrestore(flags) ((void)(flags))
#define _stp_unreserve_bytes(n) ((void)(n))
#define _stp_reserve_bytes(n) ((void)(n), (void *)0)
#define _stp_print_flush() ((void)0)

struct context;
static struct context *_stp_runtime_get_context(void) { return (struct context *)1; }

#define _STP_PRINT_H_ 1 /* print.h is about buffers that we do not have */
#define _TRANSPORT_TRANSPORT_H_ 1 /* nor its transport */
#include STAP_VSPRINTF_H
static int _stp_vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
static int _stp_snprintf(char *buf, size_t size, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  int n = _stp_vsnprintf(buf, size, fmt, args);
  va_end(args);
  return n;
}
static int64_t _stp_div64(const char **error, int64_t a, int64_t b) {
  (void)error;
  return b ? a / b : 0;
}

#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#include STAP_VSPRINTF
#include STAP_STAT_COMMON

int stap_format(char *buf, size_t size, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  int n = _stp_vsnprintf(buf, size, fmt, args);
  va_end(args);
  return n;
}

/* The chart of a histogram of `count` values. */
void stap_histogram(char *buf, size_t size, int linear, int low, int high, int step,
                    const int64_t *values, size_t count) {
  struct _Hist hist = {linear ? HIST_LINEAR : HIST_LOG, low, high, step, HIST_LOG_BUCKETS, 0, 0};
  if (linear) hist.buckets = _stp_stat_calc_buckets(high, low, step);
  static struct {
    stat_data data;
    int64_t buckets[1024];
  } stat;
  memset(&stat, 0, sizeof stat);
  for (size_t i = 0; i < count; ++i) __stp_stat_add(&hist, &stat.data, values[i], 1, 1, 1, 1, 0);
  buf[0] = 0;
  _stp_stat_print_histogram_buf(buf, size, &hist, &stat.data);
}
