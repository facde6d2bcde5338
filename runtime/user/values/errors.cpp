// Strings and run-time errors of user-side code.
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>

#include <utility>

#include "current_program.h"
#include "report.h"
#include "runtime/user/harness/harness.h"

namespace ct {

void copy(Out to, View from) {
  u32 n = from.size < to.capacity ? from.size : to.capacity - 1;
  memmove(to.data, from.data, n);
  to.data[n] = 0;
  *to.size = n;
}

void concat(Out to, View a, View b) {
  // The second part first: `a` may be `to` itself, and then stays where it is; `b` may be too.
  u32 room = to.capacity - 1;
  u32 na = a.size < room ? a.size : room;
  u32 nb = b.size < room - na ? b.size : room - na;
  memmove(to.data + na, b.data, nb);
  memmove(to.data, a.data, na);
  to.data[na + nb] = 0;
  *to.size = na + nb;
}

s64 compare(View a, View b) {
  u32 n = a.size < b.size ? a.size : b.size;
  int c = memcmp(a.data, b.data, n);
  if (c != 0) return c < 0 ? -1 : 1;
  return a.size < b.size ? -1 : a.size > b.size;
}

void fail(const char* near, const char* message) {
  Error e;
  snprintf(e.message, sizeof e.message, "%s", message);
  e.near = near;
  throw e;
}

void fail(View message) {
  Error e;
  snprintf(e.message, sizeof e.message, "%.*s", static_cast<int>(message.size), message.data);
  e.near = nullptr;
  throw e;
}

void failf(const char* format, ...) {
  Error e;
  va_list args;
  va_start(args, format);
  vsnprintf(e.message, sizeof e.message, format, args);
  va_end(args);
  e.near = nullptr;
  throw e;
}

void next_handler() { throw NextHandler(); }

namespace {
bool g_entry_unseen = false;
}

void entry_unseen() {
  g_entry_unseen = true;
  throw NextHandler();
}

bool take_entry_unseen() { return std::exchange(g_entry_unseen, false); }

namespace {
bool g_declined = false;
}

void decline() { g_declined = true; }

s64 was_declined() {
  bool declined = g_declined;
  g_declined = false;
  return declined;
}

s64 divide(s64 a, s64 b, const char* near) {
  if (b == 0) fail(near, "division by 0");
  if (b == -1) return static_cast<s64>(0 - static_cast<u64>(a));  // INT64_MIN / -1 traps
  return a / b;
}

s64 modulo(s64 a, s64 b, const char* near) {
  if (b == 0) fail(near, "division by 0");
  return b == -1 ? 0 : a % b;
}

s64 actions_left = 0;

void too_many_actions(const char* near) { fail(near, "MAXACTION exceeded"); }

namespace {
u32 g_depth = 0;
}

namespace {

/// Does the stack (RLIMIT_STACK) have room for further calls? A quarter is kept for what calls no script function.
bool has_stack_left() {
  static const uintptr_t here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  static const u64 most = [] {
    rlimit limit = {};
    getrlimit(RLIMIT_STACK, &limit);
    return limit.rlim_cur == RLIM_INFINITY ? u64{1} << 33 : static_cast<u64>(limit.rlim_cur);
  }();
  return here - reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < most - most / 4 ||
         reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) > here;
}

}  // namespace

Nest::Nest(const char* near) {
  if (g_depth >= current_program().max_nesting) fail(near, "MAXNESTING exceeded");
  if (!has_stack_left())
    fail(near, "the stack is full: functions call each other too deep (ulimit -s)");
  ++g_depth;
}

Nest::~Nest() { --g_depth; }

}  // namespace ct
